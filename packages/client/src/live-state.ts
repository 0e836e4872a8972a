import type { Clock, Immutable, Logger } from '@tygase/gamestate'
import { Replica, type ReplicaResult } from './replica.js'
import { Subscriptions } from './subscriptions.js'
import { type Interpolation, Timeline } from './timeline.js'

/** A replica that follows what the server sends: who wants to know of new versions is told, and their arrival is measured. */
export class LiveState<State> {
  readonly subscriptions: Subscriptions<State>
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #replica: Replica<State>
  #timeline: Timeline | undefined

  constructor(maxVersions: number, clock: Clock, logger: Logger) {
    this.subscriptions = new Subscriptions(logger)
    this.#clock = clock
    this.#logger = logger
    this.#replica = new Replica(maxVersions)
  }

  /** Undefined until the first version is there. */
  get store(): Replica<State>['store'] {
    return this.#replica.store
  }

  /** How fast the game ticks and is sent, known before the first version; counts once. */
  setPace(tickRate: number, sendEveryTicks: number): void {
    this.#timeline ??= new Timeline(tickRate, sendEveryTicks)
  }

  /**
   * Takes a state message, and calls the subscribers if it brings a version.
   * @param isInOrder as of a replica's `take`
   * @returns what became of it; `unreadable` for bytes that are no delta, which are logged
   */
  take(
    version: number,
    base: number | undefined,
    payload: Uint8Array,
    isInOrder: boolean,
  ): ReplicaResult | 'unreadable' {
    const now = this.#clock.now()
    const before = this.store?.version
    try {
      const result = this.#replica.take(version, base, payload, now, isInOrder)
      if (result !== 'applied') return result
    } catch (error) {
      this.#logger.warn({ err: error, version, base }, 'a state message could not be applied')
      return 'unreadable'
    }
    if (before !== undefined && version <= before) this.#timeline?.restart()
    this.#timeline?.arrived(version, now)
    this.subscriptions.notify(this.store!.state)
    return 'applied'
  }

  /** The versions around the moment `delayMs` ago. To be called when there is a version. */
  between(delayMs: number): Interpolation<State> {
    const store = this.store!
    const { from, to, alpha } = this.#timeline!.place(store.versions(), this.#clock.now(), delayMs)
    const stateAt = (version: number): Immutable<State> => store.at(version) ?? store.state
    return { from: stateAt(from), to: stateAt(to), alpha }
  }
}
