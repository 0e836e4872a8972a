import { applyDelta, type Clock, encodeDelta, GameStateStore, type Immutable, type Logger } from '@tygase/gamestate'
import { atOnce, guard, isBytes } from '@tygase/gamestate/internal'
import { systemTime } from '../auth.js'
import { ServerError } from '../errors.js'
import type { Storage } from '../storage.js'

/** A state as it was saved. */
export interface SavedState<State> {
  /** Version of the game that saved it, not of the state. */
  readonly version: number
  /** In UTC as in ISO 8601. */
  readonly savedAt: string
  readonly tick: number
  /** Ticks that do not count in game time: those of pauses. */
  readonly untimedTicks: number
  readonly state: Immutable<State>
  /** Clients that the state may mention. */
  readonly clientIds: readonly string[]
  /** Data that was saved beside the state; undefined for none. */
  readonly extra: unknown
  /** Epoch of the room in its cluster; 0 without a cluster. */
  readonly epoch: number
}

export interface RestoreOptions<State> {
  /** Version of the game that runs now: a whole number from 0. */
  version: number
  /**
   * Turns the state of an older version into a current one. It gets a frozen state: make a new one, or change it by `transact`.
   * Default: states of older versions are refused.
   */
  migrate?: (state: Immutable<unknown>, fromVersion: number) => State | Immutable<State>
}

/** Layout of a record, in contrast to the version of the game. */
const format = 1

/**
 * Saves a state, exactly, in place of the one before. Resolves when the storage has it. An epoch is the fence of the write, too: a state
 * of a higher one stays.
 * Rejects with ServerError `invalid_argument`, and as `put` of the storage does.
 */
export async function saveState<State>(
  storage: Storage,
  key: string,
  saved: {
    readonly state: Immutable<State>
    readonly tick: number
    readonly version: number
    /** Default 0. */
    readonly untimedTicks?: number | undefined
    readonly clientIds?: readonly string[] | undefined
    /** Plain data. */
    readonly extra?: unknown
    /** Default: none, and the write has no fence. */
    readonly epoch?: number | undefined
  },
  savedAt: string = systemTime(),
): Promise<void> {
  const { state, tick, version, untimedTicks = 0, clientIds, extra, epoch } = saved
  checkNumber('version', version)
  checkNumber('tick', tick)
  checkNumber('untimedTicks', untimedTicks)
  const bytes = encodeDelta<State>(undefined, state)
  const record = { format, version, savedAt, tick, untimedTicks, clientIds, extra, epoch, state: bytes }
  await storage.put(key, record, { fence: epoch })
}

/**
 * Loads the state that was saved under a key, in the current version.
 * Rejects with ServerError: `saved_state_too_new` if a newer game has saved it; `saved_state_not_migrated` if an older one has,
 * and `migrate` is missing or fails; `saved_state_invalid` for any other record; and as `get` of the storage does.
 * @returns undefined if none was saved
 */
export async function restoreState<State>(
  storage: Storage,
  key: string,
  { version, migrate }: RestoreOptions<State>,
): Promise<SavedState<State> | undefined> {
  checkNumber('version', version)
  const record = await storage.get(key)
  if (record === undefined) return undefined
  const saved = readRecord(key, record)
  // reason: a record of this version holds a state of this version; no other place names its type
  return { ...saved, state: stateIn<State>({ version, ...(migrate && { migrate }) }, key, saved) }
}

/**
 * The state of a saved game in the current version.
 * @throws ServerError `saved_state_too_new`, `saved_state_not_migrated`
 */
export function stateIn<State>(
  { version, migrate }: RestoreOptions<State>,
  key: string,
  saved: { readonly version: number; readonly state: Immutable<unknown> },
): Immutable<State> {
  if (saved.version === version) return saved.state as Immutable<State>
  const versions = `${key} was saved by version ${saved.version} of the game, this is version ${version}`
  if (saved.version > version) throw new ServerError('saved_state_too_new', versions)
  if (migrate === undefined) throw new ServerError('saved_state_not_migrated', `${versions}, and there is no migrate`)
  try {
    // a store checks and freezes the state
    return new GameStateStore(atOnce('migrate', migrate(saved.state, saved.version)) as State).state
  } catch (cause) {
    throw new ServerError('saved_state_not_migrated', `${versions}, and migrate failed`, { cause })
  }
}

function readRecord(key: string, record: unknown): SavedState<unknown> {
  const found = (typeof record === 'object' ? record : undefined) as Record<string, unknown> | null | undefined
  if (found?.format !== format) throw new ServerError('saved_state_invalid', `${key} holds no saved state`)
  const { version, savedAt, tick, untimedTicks = 0, state, clientIds = [], extra, epoch = 0 } = found
  const hasNumbers = isNumber(version) && isNumber(tick) && isNumber(untimedTicks) && untimedTicks <= tick
  const isWhole = hasNumbers && isNumber(epoch) && typeof savedAt === 'string' && isTexts(clientIds)
  if (!isWhole || !isBytes(state)) throw new ServerError('saved_state_invalid', `${key} holds a damaged state`)
  try {
    const read = applyDelta<unknown>(undefined, state)
    return { version, savedAt, tick, untimedTicks, clientIds, extra, epoch, state: read }
  } catch (cause) {
    throw new ServerError('saved_state_invalid', `${key} holds a damaged state`, { cause })
  }
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function checkNumber(name: string, value: number): void {
  if (!isNumber(value)) throw new ServerError('invalid_argument', `${name} is a whole number from 0, not ${value}`)
}

interface Saved<State> {
  readonly state: Immutable<State>
  readonly tick: number
  readonly untimedTicks?: number
  readonly clientIds?: readonly string[]
  readonly extra?: unknown
}

export interface StateSaverOptions<State> {
  storage: Storage
  /** Key of the record: `rooms/arena/42`. */
  key: string
  /** Version of the game, as in `restoreState`. */
  version: number
  /** The current state, its tick, the clients that it may mention, and the data beside it. */
  read: () => Saved<State>
  /** Time from the end of a save to the next, above 0; Infinity saves only when `save` is called. */
  intervalMs: number
  /** In a cluster: the epoch of the room; undefined while this process may not act for it. Then nothing is saved. */
  epoch?: (() => number | undefined) | undefined
  /** Called before each write: false leaves it out. Default: true. */
  isWanted?: () => boolean | Promise<boolean>
  clock: Clock
  logger: Logger
}

/**
 * Saves a state in an interval and on request: when a room is empty, when a server shuts down. A save that fails is logged
 * as an error and stops nothing.
 *
 * Invariants: there are never two saves at once; all requests during a save are answered by the one that follows it; the
 * interval does not save a state again that has not changed since its last save.
 */
export class StateSaver<State> {
  readonly #options: Omit<Required<StateSaverOptions<State>>, 'epoch'> & Pick<StateSaverOptions<State>, 'epoch'>
  /** The last save. */
  #saved: Saved<State> | undefined
  #running: Promise<boolean> | undefined
  /** The save that follows the one under way. */
  #next: Promise<boolean> | undefined
  /** The current interval. Each start makes another one, so that a left-over of an older one does not go on. */
  #interval: object | undefined
  #cancel: (() => void) | undefined

  /** @throws ServerError `invalid_argument` */
  constructor(options: StateSaverOptions<State>) {
    this.#options = { isWanted: () => true, epoch: undefined, ...options }
    const { intervalMs } = options
    if (!(typeof intervalMs === 'number' && intervalMs > 0)) {
      throw new ServerError('invalid_argument', `intervalMs is a number above 0, not ${intervalMs}`)
    }
  }

  /** Begins the interval. Does nothing if it has begun. */
  start(): void {
    if (this.#interval !== undefined) return
    this.#interval = {}
    this.#schedule(this.#interval)
  }

  /**
   * Saves the current state, or the one at the end of the save under way.
   * @returns true if it is saved; never rejects
   */
  save(): Promise<boolean> {
    if (this.#next !== undefined) return this.#next
    if (this.#running === undefined) return this.#begin()
    this.#next = this.#running.then(() => {
      this.#next = undefined
      return this.#begin()
    })
    return this.#next
  }

  /** Ends the interval, and resolves at the end of the saves under way. It does not save by itself: call `save` before. */
  async stop(): Promise<void> {
    this.#interval = undefined
    this.#cancel?.()
    this.#cancel = undefined
    await (this.#next ?? this.#running)
  }

  #begin(byInterval = false): Promise<boolean> {
    this.#running = this.#write(byInterval).then((isSaved) => {
      this.#running = undefined
      return isSaved
    })
    return this.#running
  }

  async #write(byInterval: boolean): Promise<boolean> {
    const { storage, key, version, read, isWanted, logger } = this.#options
    try {
      // a state is written in the turn in which it is read, unless something has to be awaited
      const wanted = isWanted()
      if (!(typeof wanted === 'boolean' ? wanted : await wanted)) return false
      const epoch = this.#epoch()
      const saved = read()
      const { state, tick, untimedTicks, clientIds, extra } = saved
      const { clientIds: savedIds } = this.#saved ?? {}
      const isSame = this.#saved?.state === state && this.#saved.extra === extra && sameIds(savedIds, clientIds)
      if (isSame && (byInterval || this.#saved?.tick === tick)) return true
      await saveState<State>(storage, key, { state, tick, untimedTicks, version, clientIds, extra, epoch })
      this.#saved = saved
      return true
    } catch (error) {
      logger.error({ err: error, key }, 'a state was not saved')
      return false
    }
  }

  /** @throws ServerError `not_acting` */
  #epoch(): number | undefined {
    const { epoch } = this.#options
    return epoch && actingEpoch(epoch())
  }

  #schedule(interval: object): void {
    const { clock, intervalMs, logger } = this.#options
    if (intervalMs === Number.POSITIVE_INFINITY) return
    this.#cancel = clock.schedule(intervalMs, () => {
      const saved = this.#next ?? this.#running ?? this.#begin(true)
      guard(logger, 'a save failed', () =>
        saved.then(() => {
          if (this.#interval === interval) this.#schedule(interval)
        }),
      )
    })
  }
}

function sameIds(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return one.length === other.length && one.every((id, i) => id === other[i])
}

/**
 * The epoch with which a room of a cluster is written: without one it may be another server's.
 * @throws ServerError `not_acting`
 */
export function actingEpoch(epoch: number | undefined): number {
  if (epoch !== undefined) return epoch
  throw new ServerError('not_acting', 'this server may not act for the room at the moment: nothing is saved')
}
