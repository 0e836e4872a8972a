import { type Clock, type Immutable, type Logger, silentLogger } from '@tygase/gamestate'
import { ServerError } from '../errors.js'
import type { Storage } from '../storage.js'
import { systemClock } from '../system-clock.js'
import { saveState } from './saved-state.js'

interface Saved<State> {
  readonly state: Immutable<State>
  readonly tick: number
  readonly clientIds?: readonly string[]
  readonly extra?: unknown
}

export interface StateSaverOptions<State> {
  storage: Storage
  /** Where the state is kept: `rooms/arena/42`. */
  key: string
  /** The version of the game, as in `restoreState`. */
  version: number
  /** The state to save, its tick, the clients whom it may speak of, and what is kept beside it, as they are at the moment. */
  read: () => Saved<State>
  /** From the end of a save to the next, above 0 and at most 2^31 - 1, which is some 24 days; Infinity saves only when asked. */
  intervalMs: number
  /** Asked before each write whether there is to be one. Default: always. */
  isWanted?: () => boolean | Promise<boolean>
  /** Default: real time. */
  clock?: Clock
  /** Default: silent. */
  logger?: Logger
}

/**
 * Saves a state on an interval and when asked: when a room is empty, when a server shuts down. A save that fails is logged
 * as an error and stops nothing.
 *
 * Invariants: there are never two saves at once; of those asked for during one, all are answered by the one that follows it; a
 * state that has not changed since it was saved, nor what is kept beside it, is not saved by the interval.
 */
export class StateSaver<State> {
  readonly #options: Required<StateSaverOptions<State>>
  /** What was saved last. */
  #saved: Saved<State> | undefined
  #running: Promise<boolean> | undefined
  /** The save that follows the one that runs. */
  #next: Promise<boolean> | undefined
  /** The interval that goes on; another one after each start, so that what is left of an older one does not go on too. */
  #interval: object | undefined
  #cancel: (() => void) | undefined

  /** @throws ServerError `invalid_argument` */
  constructor(options: StateSaverOptions<State>) {
    this.#options = { isWanted: () => true, clock: systemClock, logger: silentLogger, ...options }
    const { intervalMs } = options
    // a timer of the runtime that is to wait for longer does not wait at all
    const isSpan = intervalMs > 0 && (intervalMs <= 2 ** 31 - 1 || intervalMs === Number.POSITIVE_INFINITY)
    if (!isSpan) throw new ServerError('invalid_argument', `intervalMs is above 0 and below 2^31, not ${intervalMs}`)
  }

  /** Begins the interval. Does nothing when it has begun. */
  start(): void {
    if (this.#interval !== undefined) return
    this.#interval = {}
    this.#schedule(this.#interval)
  }

  /**
   * Saves the state as it is now, or as it is when the save that runs is done.
   * @returns whether it is saved; never rejects
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

  /** Ends the interval, and resolves when nothing is being saved any more. Saves nothing by itself: ask for a last `save` before. */
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
      // a state is written in the turn in which it is read, where nothing has to be waited for
      const wanted = isWanted()
      if (!(typeof wanted === 'boolean' ? wanted : await wanted)) return false
      const saved = read()
      const { state, tick, clientIds, extra } = saved
      const { clientIds: savedIds } = this.#saved ?? {}
      const isSame = this.#saved?.state === state && this.#saved.extra === extra && sameIds(savedIds, clientIds)
      if (isSame && (byInterval || this.#saved?.tick === tick)) return true
      await saveState<State>(storage, key, { state, tick, version, clientIds, extra })
      this.#saved = saved
      return true
    } catch (error) {
      logger.error({ err: error, key }, 'a state was not saved')
      return false
    }
  }

  #schedule(interval: object): void {
    const { clock, intervalMs } = this.#options
    if (intervalMs === Number.POSITIVE_INFINITY) return
    this.#cancel = clock.schedule(intervalMs, () => {
      void (this.#next ?? this.#running ?? this.#begin(true)).then(() => {
        if (this.#interval === interval) this.#schedule(interval)
      })
    })
  }
}

function sameIds(one: readonly string[] = [], other: readonly string[] = []): boolean {
  return one.length === other.length && one.every((id, i) => id === other[i])
}
