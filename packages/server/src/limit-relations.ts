import type { AnyGame } from '@tygase/gamestate'
import { encodeValue } from '@tygase/gamestate/internal'
import { bookkeepingBytes, limitsOf, type SessionLimits } from '@tygase/protocol/internal'
import { ServerError } from './errors.js'
import type { RoomMetadata } from './room.js'

/**
 * What the library's own events and packets need, whatever a game sends: news about the game with metadata of 4 KiB, a member
 * with the longest name, the answer to a join, keep-alives.
 */
const needed: Partial<SessionLimits> = {
  maxPacketBytes: 8192,
  maxEventsPerPacket: 1,
  maxEventBytes: 6144,
  maxPayloadDepth: 3,
  maxPayloadElements: 512,
  maxPayloadStringBytes: 1024,
  maxEventsPerSecond: 1,
  maxQueuedEvents: 8,
  maxQueuedBytes: 8192,
  maxPendingEvents: 8,
  maxPendingBytes: 8192,
}

/** The header of an event with the longest name, and of its packet. */
const headBytes = 512

/** Two values that contradict each other, in a sentence that begins with the name of the first. Undefined: they do not. */
type Relation = (limits: SessionLimits, given: Partial<SessionLimits>) => string | undefined

/** The relations between limits. Defaults agree with each other, so a contradiction needs a limit that was given. */
const relations: readonly Relation[] = [
  ({ maxEventBytes, maxPacketBytes }) =>
    maxEventBytes + headBytes <= maxPacketBytes
      ? undefined
      : `maxEventBytes is at most maxPacketBytes less ${headBytes}, ${maxPacketBytes - headBytes}, not ${maxEventBytes}: such an event would close the session`,
  ({ maxPayloadStringBytes, maxEventBytes }, given) =>
    given.maxPayloadStringBytes === undefined || maxPayloadStringBytes <= maxEventBytes
      ? undefined
      : `maxPayloadStringBytes is at most maxEventBytes, ${maxEventBytes}, not ${maxPayloadStringBytes}: a longer text fits into no event`,
  ({ maxQueuedBytes, maxEventBytes }) =>
    maxEventBytes + bookkeepingBytes <= maxQueuedBytes
      ? undefined
      : `maxQueuedBytes is from maxEventBytes and ${bookkeepingBytes}, ${maxEventBytes + bookkeepingBytes}, not ${maxQueuedBytes}: the largest event could only be sent alone`,
  ({ maxPendingBytes, maxEventBytes }) =>
    maxEventBytes + bookkeepingBytes <= maxPendingBytes
      ? undefined
      : `maxPendingBytes is from maxEventBytes and ${bookkeepingBytes}, ${maxEventBytes + bookkeepingBytes}, not ${maxPendingBytes}: the largest event would close the session`,
  (_, { keepAliveMs, idleTimeoutMs }) =>
    keepAliveMs === undefined || idleTimeoutMs === undefined || 2 * keepAliveMs <= idleTimeoutMs
      ? undefined
      : `keepAliveMs is at most half of idleTimeoutMs, ${idleTimeoutMs / 2}, not ${keepAliveMs}: a quiet client would count as gone`,
  ({ maxPacketsPerSecond, keepAliveMs }) =>
    maxPacketsPerSecond >= 1 + 1000 / keepAliveMs
      ? undefined
      : `maxPacketsPerSecond is from ${1 + 1000 / keepAliveMs} with a keepAliveMs of ${keepAliveMs}, not ${maxPacketsPerSecond}: no keep-alive would be read in time`,
]

/**
 * The limits of the sessions of a server or of a kind of room.
 * @throws ProtocolError `invalid_argument` for a limit that is unknown or out of range; ServerError `invalid_argument` for limits that contradict each other or
 * the library's own events
 */
export function agreedLimits(given: Partial<SessionLimits>): SessionLimits {
  const limits = limitsOf(given)
  for (const [key, least] of Object.entries(needed)) {
    const name = key as keyof SessionLimits // the keys of the table are limits
    if (limits[name] < least) {
      throw invalid(`${name} is from ${least}, not ${limits[name]}: the library's own packets and events need as much`)
    }
  }
  for (const relation of relations) {
    const fault = relation(limits, given)
    if (fault !== undefined) throw invalid(fault)
  }
  return limits
}

/** @throws ServerError `invalid_argument` for options of a kind of room that its game or its limits contradict */
export function checkRoomTimes(game: AnyGame, sendEveryTicks: number, { idleTimeoutMs }: SessionLimits): void {
  const intervalMs = (sendEveryTicks * 1000) / game.tickRate
  if (2 * intervalMs <= idleTimeoutMs) return
  throw invalid(
    `sendEveryTicks is at most ${Math.floor((idleTimeoutMs * game.tickRate) / 2000)} with an idleTimeoutMs of ${idleTimeoutMs} and a tickRate of ${game.tickRate}, not ${sendEveryTicks}: clients would hear too seldom from the server`,
  )
}

/** @throws ServerError `invalid_argument` for metadata that the limits of events do not let through */
export function checkMetadataFits(metadata: RoomMetadata, limits: SessionLimits): void {
  try {
    // as deep as it is in news about the game
    encodeValue({ room: { metadata } }, limits)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ServerError('invalid_argument', `metadata does not fit into the limits of events: ${why}`, { cause })
  }
}

function invalid(message: string): ServerError {
  return new ServerError('invalid_argument', message)
}
