import { applyDelta, GameStateStore, type Immutable, type Logger } from '@tygase/gamestate'
import { Subscriptions } from './subscriptions.js'
import { type Interpolation, Timeline } from './timeline.js'

/** The versions that a replica keeps, readonly. */
export type ReplicaStore<State> = Pick<
  GameStateStore<State>,
  'version' | 'oldestVersion' | 'versionCount' | 'state' | 'at' | 'timeOf' | 'versions'
>

/**
 * What became of a state message. `ignored`: it brings nothing new. `needs_snapshot`: its base is not kept.
 * `unreadable`: its bytes are no delta.
 */
export type ReplicaResult = 'applied' | 'ignored' | 'needs_snapshot' | 'unreadable'

/** The versions of the server's state that have arrived, each one whole, and the times of their arrival. */
export class Replica<State> {
  readonly subscriptions: Subscriptions<[Immutable<State>]>
  readonly #maxVersions: number
  readonly #logger: Logger
  #store: GameStateStore<State> | undefined
  #timeline: Timeline | undefined
  /** Versions that the server may still take as a base, since it knows that they have arrived; rising. */
  #held: number[] = []

  constructor(maxVersions: number, logger: Logger) {
    this.subscriptions = new Subscriptions(logger, 'the state')
    this.#maxVersions = maxVersions
    this.#logger = logger
  }

  /** Undefined until the first version is there. */
  get store(): ReplicaStore<State> | undefined {
    return this.#store
  }

  /** Takes the pace of the game. It is known before the first version; later calls do nothing. */
  setPace(tickRate: number, sendEveryTicks: number): void {
    this.#timeline ??= new Timeline(tickRate, sendEveryTicks)
  }

  /**
   * Takes a state message; `notify` follows if it is applied. A message that cannot be used changes nothing.
   * @param base undefined for a snapshot
   * @param isInOrder whether messages cannot overtake each other: the server then means a snapshot of an older version
   */
  take(version: number, base: number | undefined, delta: Uint8Array, nowMs: number, isInOrder: boolean): ReplicaResult {
    const store = this.#store
    const isStale = store !== undefined && version <= store.version
    if (isStale && !(isInOrder && base === undefined)) return 'ignored'
    const baseState = base === undefined ? undefined : store?.at(base)
    if (base !== undefined && baseState === undefined) return 'needs_snapshot'
    let state: Immutable<State>
    try {
      state = applyDelta<State>(baseState, delta)
    } catch (error) {
      this.#logger.warn({ err: error, version, base }, 'a state message cannot be read')
      return 'unreadable'
    }
    if (base !== undefined) this.#releaseBefore(base)
    if (store === undefined || isStale) this.#restart(state, version, nowMs)
    else store.commit(state, version, nowMs)
    // a server that sends in order takes no base but the last one
    if (!isInOrder && this.#store?.hold(version) === true) this.#held.push(version)
    this.#timeline?.arrived(version, nowMs)
    return 'applied'
  }

  /** Calls the subscribers with the newest version. */
  notify(): void {
    this.subscriptions.notify(this.#store!.state)
  }

  /** The versions around `nowMs - delayMs`. Call it only when there is a version. */
  between(nowMs: number, delayMs: number): Interpolation<State> {
    const store = this.#store!
    const { from, to, alpha } = this.#timeline!.place(store.versions(), nowMs, delayMs)
    return { from: store.at(from) ?? store.state, to: store.at(to) ?? store.state, alpha }
  }

  /** The server has named `base` as a base: it takes no older one from now on. */
  #releaseBefore(base: number): void {
    let count = 0
    while (count < this.#held.length && this.#held[count]! < base) this.#store?.release(this.#held[count++]!)
    if (count > 0) this.#held.splice(0, count)
  }

  /** Versions begin here, or begin anew with an older one: a store of its own, so that no number stands for two states. */
  #restart(state: Immutable<State>, version: number, nowMs: number): void {
    // reason: a store freezes its first state, and one that was just decoded is frozen already
    const first = { firstVersion: version, firstTimeMs: nowMs }
    this.#store = new GameStateStore<State>(state as State, { maxVersions: this.#maxVersions, ...first })
    this.#held = []
    this.#timeline?.restart()
  }
}
