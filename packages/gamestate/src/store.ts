import { guard, Listeners } from './callbacks.js'
import { GameStateError } from './errors.js'
import { toLogger } from './limited-logger.js'
import type { Logger, LoggerOption } from './logger.js'
import { faultOfOptions, type OptionRange } from './option-table.js'
import type { Immutable } from './values/immutable.js'
import { sealState } from './values/sealing.js'

/** Options of a store; `storeOptionRanges` has their defaults and ranges. */
export interface StoreOptions {
  /** Versions that are kept, the current one included. */
  maxVersions?: number
  /** How long a version is kept after a newer one has replaced it, in ms of the times given to `commit`. */
  maxAgeMs?: number
  /** Older versions that are kept besides while they are held. Beyond, the oldest goes. */
  maxHeldVersions?: number
  /** The number of the first version. For a state that goes on: a saved game, a replica. */
  firstVersion?: number
  /** The time of the first version, in ms as for `commit`. Default 0. */
  firstTimeMs?: number
  /** Gets subscribers that fail. Default: errors go to the console. */
  logger?: LoggerOption
}

/** Defaults and ranges of the options of a store. */
export const storeOptionRanges = [
  // a version that goes soon costs little: its memory is still in the cache of the processor
  { name: 'maxVersions', default: 16, unit: 'versions', min: 1, whole: true },
  { name: 'maxAgeMs', default: Number.POSITIVE_INFINITY, unit: 'ms', min: 0 },
  { name: 'maxHeldVersions', default: 112, unit: 'versions', min: 0, whole: true },
  { name: 'firstVersion', default: 0, unit: 'versions', min: 0, max: Number.MAX_SAFE_INTEGER, whole: true },
  { name: 'firstTimeMs', default: 0, unit: 'ms', min: Number.NEGATIVE_INFINITY },
  { name: 'logger', default: 'the console', unit: '', min: 0 },
] as const satisfies readonly OptionRange[]

/** One version of the window. */
interface Kept<State> {
  readonly version: number
  readonly state: Immutable<State>
  readonly timeMs: number
  /** How often it is held. */
  holds: number
}

export type StoreListener<State> = (state: Immutable<State>, version: number) => unknown

/**
 * Holds the current version of a state, a window of the versions before it, and older versions that are held. The caller
 * numbers the versions. Invariants:
 * - The numbers rise, also over a `reset`: a number stands for one state for the whole life of the store. Peers name the base
 *   of a delta by its number alone.
 * - A version that was handed out never changes.
 */
export class GameStateStore<State> {
  readonly #maxVersions: number
  readonly #maxAgeMs: number
  readonly #maxHeldVersions: number
  readonly #logger: Logger
  /** Oldest first, never empty. */
  #window: Kept<State>[]
  /** How many at the front of the window are kept only because they are held. */
  #held = 0
  readonly #listeners = new Listeners<Parameters<StoreListener<State>>>()

  /**
   * @param initialState becomes the first version; taken over and frozen
   * @throws GameStateError `invalid_value` with the path of a value that a state cannot hold; `invalid_argument` for options out of range
   */
  constructor(initialState: State, options: StoreOptions = {}) {
    const fault = faultOfOptions('GameStateStore', storeOptionRanges, options)
    if (fault !== undefined) throw new GameStateError('invalid_argument', fault)
    const { maxVersions = 16, maxAgeMs = Number.POSITIVE_INFINITY, maxHeldVersions = 112 } = options
    const { firstVersion = 0, firstTimeMs: timeMs = 0 } = options
    this.#maxVersions = maxVersions
    this.#maxAgeMs = maxAgeMs
    this.#maxHeldVersions = maxHeldVersions
    this.#logger = toLogger(options.logger)
    this.#window = [{ version: firstVersion, state: sealState(undefined, initialState), timeMs, holds: 0 }]
  }

  /** The state of the current version. */
  get state(): Immutable<State> {
    return this.#newest.state
  }

  /** The number of the current version. */
  get version(): number {
    return this.#newest.version
  }

  /** The lowest version that is kept. */
  get oldestVersion(): number {
    return this.#window[0]!.version
  }

  /** The lowest version after which none has been forgotten. Those below it are kept because they are held. */
  get oldestUnbroken(): number {
    return this.#window[this.#held]!.version
  }

  /** How many versions are kept. */
  get versionCount(): number {
    return this.#window.length
  }

  /** The state of exactly this version; undefined if it is not kept. */
  at(version: number): Immutable<State> | undefined {
    return this.#find(version)?.state
  }

  /** The time that was given when the version was committed; undefined if it is not kept. */
  timeOf(version: number): number | undefined {
    return this.#find(version)?.timeMs
  }

  /** The numbers of the versions that are kept, rising. */
  versions(): number[] {
    return this.#window.map((kept) => kept.version)
  }

  /**
   * Makes `state` the current version and calls the subscribers.
   * @param version a whole number above the current one
   * @param timeMs when the version was made, on a clock of the caller's that does not go back; default: the time of the one before
   * @throws GameStateError `version_not_newer`; `invalid_value` with the path
   */
  commit(state: State | Immutable<State>, version: number, timeMs: number = this.#newest.timeMs): void {
    this.#checkNewer(version)
    this.#window.push({ version, state: sealState(this.state, state), timeMs, holds: 0 })
    this.#forgetOld(timeMs)
    this.#notify()
  }

  /**
   * Keeps a version beyond the window, until `release` has been called as often as this.
   * @returns false, and holds nothing, if the version is not kept any more
   */
  hold(version: number): boolean {
    const kept = this.#find(version)
    if (kept === undefined) return false
    kept.holds++
    return true
  }

  /** Takes back one `hold`. Does nothing if the version is gone or not held. */
  release(version: number): void {
    const kept = this.#find(version)
    if (kept === undefined || kept.holds === 0) return
    kept.holds--
    if (kept.holds > 0 || this.#held === 0) return
    const place = this.#window.indexOf(kept)
    if (place >= this.#held) return
    this.#window.splice(place, 1)
    this.#held--
  }

  /**
   * Begins anew with `state`, which need not follow from the current version: a loaded game, a new match. All older versions
   * are forgotten, the held ones too, so that clients get the whole state.
   * @param version a whole number above the current one; default: the next one
   * @param timeMs as for `commit`
   * @throws GameStateError `version_not_newer`; `invalid_value` with the path
   */
  reset(state: State | Immutable<State>, version = this.version + 1, timeMs: number = this.#newest.timeMs): void {
    this.#checkNewer(version)
    this.#window = [{ version, state: sealState(undefined, state), timeMs, holds: 0 }]
    this.#held = 0
    this.#notify()
  }

  /**
   * Goes on with versions of another store, which may be those of a room that another process has had. The last one becomes the
   * current version; those of this store are forgotten.
   * @param versions at least one, numbers and times rising
   * @throws GameStateError `version_not_newer` for numbers that do not rise, or are below the current one; `invalid_value`
   */
  restore(versions: readonly { version: number; state: State | Immutable<State>; timeMs: number }[]): void {
    let last = this.version - 1
    const window: Kept<State>[] = []
    for (const { version, state, timeMs } of versions) {
      if (!Number.isSafeInteger(version) || version <= last) {
        throw new GameStateError('version_not_newer', `version ${version} does not follow version ${last}`)
      }
      last = version
      window.push({ version, state: sealState(undefined, state), timeMs, holds: 0 })
    }
    if (window.length === 0) throw new GameStateError('version_not_newer', 'there is no version to go on with')
    this.#window = window
    this.#held = 0
    this.#notify()
  }

  /**
   * Calls `listener` after each commit and reset. A listener that is added or removed while listeners are being called
   * takes effect with the next call. If a listener makes a version itself, the listeners after it get the newer one alone.
   * If a listener fails, the error is logged.
   * @returns a function that ends the subscription
   * @throws GameStateError `invalid_argument` for a listener that is no function
   */
  subscribe(listener: StoreListener<State>): () => void {
    if (typeof listener !== 'function') throw new GameStateError('invalid_argument', 'a listener is a function')
    return this.#listeners.add(listener)
  }

  get #newest(): Kept<State> {
    return this.#window[this.#window.length - 1]!
  }

  #checkNewer(version: number): void {
    if (Number.isSafeInteger(version) && version > this.version) return
    throw new GameStateError('version_not_newer', `version ${version} does not follow version ${this.version}`)
  }

  #notify(): void {
    const { state, version } = this.#newest
    this.#listeners.each((listener) => {
      // a subscriber before has made a newer version, of which this one has heard already
      if (version !== this.version) return
      guard(this.#logger, 'a subscriber of the store failed', () => listener(state, version), { version })
    })
  }

  #forgetOld(nowMs: number): void {
    while (this.#isPastWindow(this.#held, nowMs)) {
      if (this.#window[this.#held]!.holds > 0) this.#held++
      else this.#window.splice(this.#held, 1)
    }
    const surplus = this.#held - this.#maxHeldVersions
    if (surplus <= 0) return
    this.#window.splice(0, surplus)
    this.#held -= surplus
  }

  #isPastWindow(place: number, nowMs: number): boolean {
    const next = this.#window[place + 1]
    if (next === undefined) return false
    // a version's age counts from the commit that replaced it
    return this.#window.length - place > this.#maxVersions || nowMs - next.timeMs > this.#maxAgeMs
  }

  #find(version: number): Kept<State> | undefined {
    let low = 0
    let high = this.#window.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#window[middle]!.version < version) low = middle + 1
      else high = middle
    }
    const kept = this.#window[low]!
    return kept.version === version ? kept : undefined
  }
}
