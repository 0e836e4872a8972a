import type { Clock, Immutable, Logger } from '@tygase/gamestate'
import { ServerError } from '../errors.js'
import type { Storage } from '../storage.js'
import { saveState } from './saved-state.js'

interface Saved<State> {
  readonly state: Immutable<State>
  readonly tick: number
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
  readonly #options: Required<StateSaverOptions<State>>
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
    this.#options = { isWanted: () => true, ...options }
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
