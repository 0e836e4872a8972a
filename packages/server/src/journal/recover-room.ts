import type { Logger } from '@tygase/gamestate'
import type { RoomClients } from '../clients/client-table.js'
import type { ClientLifecycle } from '../clients/lifecycle.js'
import { ServerError } from '../errors.js'
import type { EventIntake } from '../events/event-intake.js'
import type { SaveOptions } from '../options.js'
import type { Traits } from '../rooms/listing.js'
import type { PresenceTable } from '../rooms/presence-table.js'
import { stateIn } from '../rooms/saved-state.js'
import type { Seats } from '../rooms/seats.js'
import { EntryReader } from './entries.js'
import type { JournaledRoom } from './journal.js'
import { type ReplayRoom, RoomReplay } from './room-replay.js'
import {
  decodeSnapshot,
  type JournaledSession,
  type RecoveredRoom,
  type RoomFacts,
  type RoomSnapshot,
} from './room-snapshot.js'

/** The room as its recovery sees it. */
export interface RecoverableRoom extends ReplayRoom {
  readonly key: string
  readonly logger: Logger
  readonly save: SaveOptions<object> | undefined
  /** Version of the saved state. */
  readonly stateVersion: number
  readonly events: Pick<EventIntake, 'ruleOutcome' | 'goOn'>
  readonly links: Pick<RoomClients, 'all'>
  readonly lifecycle: Pick<ClientLifecycle, 'restore' | 'present'>
  readonly seats: Pick<Seats, 'reservations'>
  readonly news: { readonly presence: Pick<PresenceTable, 'restore'> }
  readonly hashOf: ((secret: Uint8Array) => Uint8Array) | undefined
  restoreTraits(traits: Traits): void
  madeAtMs: number
  createdAtMs: number
}

/**
 * Goes on with a room of another process: its state, and its sessions, which are suspended. Entries that cannot be read end it
 * early, which is logged; so are rules that do not make the same ticks again (`journal_diverged`): the state is then that of the
 * snapshot.
 * @throws ServerError `saved_state_invalid`, `saved_state_too_new`, `saved_state_not_migrated`
 */
export function recoverRoom(room: RecoverableRoom, left: JournaledRoom): RecoveredRoom {
  const snapshot = readSnapshot(left, room)
  const { logger, key } = room
  const replay = replayOf(room, snapshot)
  const reader = new EntryReader()
  for (const [place, record] of left.records.entries()) {
    try {
      for (const entry of reader.read(record)) replay.apply(entry)
    } catch (error) {
      const records = left.records.length - place
      logger.error({ err: error, records }, 'the last records of a room cannot be read: it goes on without them')
      break
    }
  }
  const sessions = replay.finish()
  const { divergence } = replay
  if (divergence !== undefined) {
    const err = new ServerError('journal_diverged', `${key}: tick ${divergence.tick} cannot be made again as it was`)
    logger.error(
      { err, ...divergence },
      'the rules are not pure, or not those of before: the room goes on from its last snapshot',
    )
  }
  restore(room, snapshot, replay, sessions)
  const details = { tick: room.machine.tick, clients: sessions.length, records: left.records.length }
  logger.info(details, 'a room of another process goes on')
  const { running } = replay.facts
  return isAsWritten(room, left, snapshot) ? { running, written: { snapshot, bytes: left.snapshot } } : { running }
}

/** True for a room of this version and name behind which nothing was written, in which no input waits for a tick. */
function isAsWritten(room: RecoverableRoom, { records }: JournaledRoom, snapshot: RoomSnapshot): boolean {
  const isSame = snapshot.room === room.key && snapshot.gameVersion === room.stateVersion && snapshot.isHashed
  return isSame && records.length === 0 && room.machine.queuedInputs === 0
}

/** @throws ServerError as `recoverRoom` does */
function readSnapshot(left: JournaledRoom, room: RecoverableRoom): RoomSnapshot {
  const snapshot = decodeSnapshot(left.snapshot)
  if (!snapshot.isHashed || room.hashOf !== undefined) return snapshot
  throw new ServerError(
    'saved_state_invalid',
    `${left.room} was written for rooms with a journal, and this one has none`,
  )
}

/** @throws ServerError as `recoverRoom` does */
function replayOf(room: RecoverableRoom, snapshot: RoomSnapshot): RoomReplay {
  const { save, stateVersion: version, key } = room
  const { gameVersion } = snapshot
  try {
    if (gameVersion === version) return new RoomReplay(room, snapshot, undefined)
    const saved = { version: gameVersion, state: RoomReplay.stateOf(snapshot, room) }
    const state = stateIn<object>({ version, ...(save?.migrate && { migrate: save.migrate }) }, key, saved)
    return new RoomReplay(room, snapshot, state)
  } catch (cause) {
    if (cause instanceof ServerError) throw cause
    throw new ServerError('saved_state_invalid', `${key} holds a damaged room`, { cause })
  }
}

function restore(
  room: RecoverableRoom,
  { madeAtMs, isHashed, presences }: RoomSnapshot,
  replay: RoomReplay,
  sessions: readonly JournaledSession[],
): void {
  const { lifecycle, seats, news, clock, wallClock, hashOf } = room
  const { host, traits, reservations }: RoomFacts = replay.facts
  const sinceMs = wallClock.now() - clock.now()
  // a secret that was not hashed is from now on
  const secret = (bytes: Uint8Array): Uint8Array => (isHashed || hashOf === undefined ? bytes : hashOf(bytes))
  room.restoreTraits(traits)
  room.madeAtMs = madeAtMs
  room.createdAtMs = madeAtMs - sinceMs
  seats.reservations.restore(
    reservations.map(([ticket, expiresAtMs]) => [secret(ticket), expiresAtMs - sinceMs]),
    hashOf,
  )
  const joined = replay.joined
  news.presence.restore(presences.filter(([clientId]) => joined.includes(clientId)))
  lifecycle.restore({
    host: host ?? undefined,
    joined,
    present: replay.present,
    sessions: sessions.map(({ ledger, connectedAtMs, ...who }) => ({
      ...{ ...who, connectedAtMs: connectedAtMs - sinceMs },
      ledger: { ...ledger, token: secret(ledger.token) },
    })),
  })
  for (const input of replay.queued) {
    const link = room.links.all.get(input.client?.id ?? '')
    if (link !== undefined) room.events.goOn(link, input)
  }
}
