import {
  type AnyGame,
  type Clock,
  GameStateMachine,
  GameStateStore,
  type Logger,
  type MachineOptions,
  type StoreOptions,
} from '@tygase/gamestate'
import type { Counters, SessionLimits } from '@tygase/protocol/internal'
import type { ClientTable } from '../clients/client-table.js'
import type { Acting } from '../cluster/acting.js'
import { settleDivergence } from '../divergence/divergence.js'
import type { CheckBudget } from '../divergence/replica-checks.js'
import type { Door } from '../entrance/door.js'
import { ServerError } from '../errors.js'
import { ChannelTable } from '../events/channel-table.js'
import { checkClientEvent } from '../events/event-intake.js'
import { agreedLimits, checkMetadataFits, checkRoomTimes } from '../limit-relations.js'
import type { Metering } from '../metering.js'
import { aboveZero, count, number, other, type Rows, settle } from '../option-rows.js'
import { roomOptionRows } from '../option-tables.js'
import type { RoomOptions, SaveOptions, SettledRoomOptions } from '../options.js'
import type { TickSchedule } from '../sending/tick-loop.js'
import type { Storage } from '../storage.js'
import { copyMetadata } from './listing.js'
import { StateSaver } from './saved-state.js'
import { type RoomEpochs, SavedRooms } from './saver.js'

/** A kind of room: a game, and the options of its rooms. */
export interface RoomKind {
  readonly name: string
  readonly game: AnyGame
  readonly options: SettledRoomOptions
  readonly savedRooms: SavedRooms
  /** True for the one room of `new Server({ game })`, which is made once. */
  readonly isSingle?: boolean
}

/** What all rooms of a server share. */
export interface Surroundings {
  /** Undefined without a cluster. */
  readonly acting: Acting | undefined
  /** Undefined without a cluster. */
  readonly cluster?: RoomEpochs | undefined
  readonly clock: Clock
  readonly wallClock: { now(): number }
  readonly logger: Logger
  readonly random: () => number
  readonly limits: Partial<SessionLimits>
  readonly counters: Counters
  readonly metering: Metering
  readonly exposeErrors: boolean
  readonly schedule: TickSchedule
  readonly table: ClientTable
  readonly door: Door
  /** Channels of the server. */
  readonly channels: ChannelTable
  readonly storage: Storage | undefined
  readonly checkBudget: CheckBudget
  readonly server: { shutdown(options: { reason: string; endSessions: boolean }): Promise<void> }
}

/**
 * Makes a kind of room, and throws for each fault that all its rooms would have. The check makes no state.
 * @throws ServerError, ProtocolError, GameStateError `invalid_argument` naming the option that is wrong
 */
export function makeKind(
  name: string,
  game: AnyGame,
  given: RoomOptions<AnyGame>,
  surroundings: Pick<Surroundings, 'clock' | 'logger' | 'limits' | 'storage' | 'cluster'>,
): RoomKind {
  if (typeof game?.initialState !== 'function') {
    throw new ServerError('invalid_argument', 'a game is made by defineGame')
  }
  // reason: the rows of the table say which options have a default
  const options = settle('a kind of room', roomOptionRows, given) as SettledRoomOptions
  for (const [event, handler] of Object.entries(options.handlers ?? {})) {
    checkClientEvent(game, event)
    if (typeof handler !== 'function') {
      throw new ServerError('invalid_argument', `the handler of '${event}' is a function, not ${typeof handler}`)
    }
  }
  const { clock, logger } = surroundings
  const limits = agreedLimits({ ...surroundings.limits, ...options.limits })
  checkRoomTimes(game, options.sendEveryTicks, limits)
  checkMetadataFits(copyMetadata(options.metadata ?? {}), limits)
  new ChannelTable('room', clock, logger, options.channels)
  settleDivergence(options.divergence)
  const { seed = 0 } = options
  const store = new GameStateStore<object>({}, { ...storeOptionsOf(game, options), logger })
  new GameStateMachine(store, game, { ...machineOptionsOf(options), seed, logger })
  const { save } = options
  if (save !== undefined) checkSave(name, save, game, surroundings)
  return { name, game, options, savedRooms: new SavedRooms(name, save?.maxSavedRooms ?? 10_000) }
}

/**
 * The kind with other rules.
 * @throws ServerError `invalid_argument` for a handler of an event that clients cannot send any more
 */
export function withGame(kind: RoomKind, game: AnyGame): RoomKind {
  for (const event of Object.keys(kind.options.handlers ?? {})) checkClientEvent(game, event)
  return { ...kind, game }
}

/** The options of a machine that are options of its room. */
export function machineOptionsOf(options: SettledRoomOptions): MachineOptions {
  const { maxCatchUpSteps, maxQueuedEvents, maxQueuedEventsPerClient, clientTimeShare } = options
  const { maxAheadMs, sendEveryTicks } = options
  return { maxCatchUpSteps, maxQueuedEvents, maxQueuedEventsPerClient, clientTimeShare, maxAheadMs, sendEveryTicks }
}

/** True if rules of the game look back at versions. */
export function hasRewind(game: AnyGame): boolean {
  return Object.values<{ readonly rewind: boolean }>(game.events).some(({ rewind }) => rewind)
}

/** More would keep more versions than a room has memory for. */
const mostRewindMs = 5000

/**
 * The options of a store that are options of its room. A game whose rules look back keeps all versions that they may look at.
 * @throws ServerError `invalid_argument` for a `maxRewindMs` above 5,000
 */
export function storeOptionsOf(game: AnyGame, options: SettledRoomOptions): StoreOptions {
  const { maxVersions, maxAgeMs, maxHeldVersions, maxRewindMs, sendEveryTicks } = options
  if (maxRewindMs > mostRewindMs) {
    throw new ServerError('invalid_argument', `maxRewindMs is at most ${mostRewindMs}, not ${maxRewindMs}`)
  }
  if (!hasRewind(game)) return { maxVersions, maxAgeMs, maxHeldVersions }
  // back to a version that was sent before the place, and one more for an event that a full tick has left over
  const leastVersions = Math.ceil((maxRewindMs * game.tickRate) / 1000) + sendEveryTicks + 1
  const leastAgeMs = maxRewindMs + ((sendEveryTicks + 1) * 1000) / game.tickRate
  return {
    maxVersions: Math.max(maxVersions, leastVersions),
    maxAgeMs: Math.max(maxAgeMs, leastAgeMs),
    maxHeldVersions,
  }
}

/** The option `save` of a kind of room. */
export const saveOptionRows: Rows<keyof SaveOptions<object>> = {
  storage: other('storage', 'other', 'Keeps the records. Default: `storage` of the server.'),
  version: other(
    'version',
    'other',
    'Version of the saved state, a whole number from 0. Default: `version` of the game.',
  ),
  migrate: other('migrate', 'function', 'Turns a state of an older version into a current one.'),
  intervalMs: number('intervalMs', 60_000, 'ms', aboveZero, 'Time between two saves.'),
  maxSavedRooms: count(
    'maxSavedRooms',
    10_000,
    'rooms',
    'Records of this kind. A further room is played, but not saved.',
  ),
  journal: other('journal', 'other', 'Writes down what happens, so that a room goes on after a crash. Default: none.'),
  snapshotMs: number(
    'snapshotMs',
    10_000,
    'ms',
    aboveZero,
    'Time between two snapshots of a room in its journal: as much game time is made again after a crash at most.',
  ),
}

function checkSave(
  name: string,
  save: NonNullable<SettledRoomOptions['save']>,
  game: AnyGame,
  surroundings: Pick<Surroundings, 'clock' | 'logger' | 'storage' | 'cluster'>,
): void {
  const { clock, logger } = surroundings
  const { version, intervalMs, storage, journal } = save
  settle('save', saveOptionRows, save)
  const used = storage ?? surroundings.storage
  if (used === undefined && journal === undefined) {
    throw new ServerError(
      'invalid_argument',
      'to save rooms, the server or the kind of room needs a storage or a journal',
    )
  }
  if (surroundings.cluster !== undefined && used !== undefined && used.fenceOf === undefined) {
    throw new ServerError('invalid_argument', 'to save rooms of a cluster, a storage has fences: fenceOf is missing')
  }
  if (version !== undefined && !(Number.isSafeInteger(version) && version >= 0)) {
    throw new ServerError('invalid_argument', `save.version is a whole number from 0, not ${version}`)
  }
  if (intervalMs === undefined || used === undefined) return
  const read = (): { state: object; tick: number } => ({ state: {}, tick: 0 })
  new StateSaver<object>({
    storage: used,
    key: `rooms/${name}`,
    version: game.version,
    read,
    intervalMs,
    clock,
    logger,
  })
}
