import { GameStateError } from './errors.js'
import { Listeners } from './listeners.js'
import type { Immutable } from './values/immutable.js'
import { MapValue } from './values/kind.js'
import { sealValue } from './values/kinds.js'
import { isPlainObject } from './values/plain.js'

export interface StoreOptions {
  /** How many of the newest versions are kept, the current one included. At least 1, default 16. */
  maxVersions?: number
  /** How long one of them is kept after a newer one has been committed, in ms of the times given to `commit`. Default: no limit. */
  maxAgeMs?: number
  /**
   * How many older versions are kept besides, because somebody holds them. 0 or more, default 112. Where more are held, the
   * oldest go all the same.
   */
  maxHeldVersions?: number
}

/** One version of the window. */
interface Kept<State> {
  readonly version: number
  readonly state: Immutable<State>
  readonly timeMs: number
  /** How often it is held. */
  holds: number
}

export type StoreListener<State> = (state: Immutable<State>, version: number) => void

/**
 * Holds the current version of a state, a window of the ones before it, and such older ones as somebody still needs: a
 * version that goes soon costs its memory while the processor still has it at hand, one that stays costs several times that. Versions are numbered by whoever commits, each
 * higher than the last; a state that was handed out never changes.
 */
export class GameStateStore<State> {
  readonly #maxVersions: number
  readonly #maxAgeMs: number
  readonly #maxHeldVersions: number
  /** Oldest first, never empty; a version's place is found by halving. */
  #window: Kept<State>[]
  /** How many at its front are kept only because they are held. */
  #held = 0
  readonly #listeners = new Listeners<Parameters<StoreListener<State>>>()

  /**
   * @param initialState becomes version 0; taken over and frozen
   * @throws GameStateError `invalid_value` with the path where it holds what a state cannot hold; `invalid_argument` for options out of range
   */
  constructor(initialState: State, options: StoreOptions = {}) {
    const { maxVersions = 16, maxAgeMs = Number.POSITIVE_INFINITY, maxHeldVersions = 112 } = options
    if (!(Number.isInteger(maxVersions) && maxVersions >= 1)) {
      throw new GameStateError('invalid_argument', `maxVersions is a whole number from 1, not ${maxVersions}`)
    }
    if (!(maxAgeMs >= 0)) throw new GameStateError('invalid_argument', `maxAgeMs is a number from 0, not ${maxAgeMs}`)
    if (!(Number.isInteger(maxHeldVersions) && maxHeldVersions >= 0)) {
      throw new GameStateError('invalid_argument', `maxHeldVersions is a whole number from 0, not ${maxHeldVersions}`)
    }
    this.#maxVersions = maxVersions
    this.#maxAgeMs = maxAgeMs
    this.#maxHeldVersions = maxHeldVersions
    this.#window = [{ version: 0, state: sealState(undefined, initialState), timeMs: 0, holds: 0 }]
  }

  /** The current version's state. */
  get state(): Immutable<State> {
    return this.#newest.state
  }

  /** The current version's number; 0 until something is committed. */
  get version(): number {
    return this.#newest.version
  }

  /** The lowest version that `at` still knows. */
  get oldestVersion(): number {
    return this.#window[0]!.version
  }

  /** How many versions are kept. */
  get versionCount(): number {
    return this.#window.length
  }

  /** The state of exactly this version, or undefined where there was none or it is no longer kept. */
  at(version: number): Immutable<State> | undefined {
    return this.#find(version)?.state
  }

  /** The time that was given when the version was committed, or undefined as with `at`. */
  timeOf(version: number): number | undefined {
    return this.#find(version)?.timeMs
  }

  /** The numbers of the versions that are kept, rising. */
  versions(): number[] {
    return this.#window.map((kept) => kept.version)
  }

  /**
   * Makes `state` the current version and tells the subscribers.
   * @param version higher than the current one
   * @param timeMs when it was made, on a clock of the caller's that does not go back; default: as the one before
   * @throws GameStateError `version_not_newer`; `invalid_value` with the path
   */
  commit(state: State | Immutable<State>, version: number, timeMs: number = this.#newest.timeMs): void {
    if (!(Number.isSafeInteger(version) && version > this.version)) {
      throw new GameStateError('version_not_newer', `version ${version} does not follow version ${this.version}`)
    }
    this.#window.push({ version, state: sealState(this.state, state), timeMs, holds: 0 })
    this.#forgetOld(timeMs)
    this.#notify()
  }

  /**
   * Keeps a version beyond the window, until `release` has been called as often as this.
   * @returns false, and holds nothing, where the version is not kept any more
   */
  hold(version: number): boolean {
    const kept = this.#find(version)
    if (kept === undefined) return false
    kept.holds++
    return true
  }

  /** Takes back one `hold`. Nothing happens where the version is gone or nobody holds it. */
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

  /** Begins anew at a version that need not follow: a replica that got a snapshot. The window is forgotten. */
  reset(state: State | Immutable<State>, version: number, timeMs = 0): void {
    if (!(Number.isSafeInteger(version) && version >= 0)) {
      throw new GameStateError('invalid_argument', `a version is a whole number from 0, not ${version}`)
    }
    this.#window = [{ version, state: sealState(undefined, state), timeMs, holds: 0 }]
    this.#held = 0
    this.#notify()
  }

  /**
   * Calls `listener` after each commit and reset. A listener that is added or removed while listeners are being called
   * takes effect with the next call. A listener that throws keeps the error to the caller of `commit`, after all others
   * have been called.
   * @returns a function that ends the subscription
   */
  subscribe(listener: StoreListener<State>): () => void {
    if (typeof listener !== 'function') throw new GameStateError('invalid_argument', 'a listener is a function')
    return this.#listeners.add(listener)
  }

  get #newest(): Kept<State> {
    return this.#window[this.#window.length - 1]!
  }

  #notify(): void {
    const { state, version } = this.#newest
    const errors: unknown[] = []
    this.#listeners.each((listener) => {
      try {
        listener(state, version)
      } catch (error) {
        errors.push(error)
      }
    })
    if (errors.length > 0) throw errors[0]
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

function sealState<State>(base: unknown, state: unknown): Immutable<State> {
  if (!isPlainObject(state) && !(state instanceof MapValue)) {
    throw new GameStateError('invalid_value', 'state: a state is a plain object or an EntityMap')
  }
  return sealValue(base, state) as Immutable<State>
}
