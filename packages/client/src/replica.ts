import { applyDelta, GameStateStore, type Immutable } from '@tygase/gamestate'

/** The versions that a replica keeps, readonly. */
export type ReplicaStore<State> = Pick<
  GameStateStore<State>,
  'version' | 'oldestVersion' | 'versionCount' | 'state' | 'at' | 'timeOf' | 'versions'
>

/** What became of a state message. */
export type ReplicaResult = 'applied' | 'ignored' | 'needs_snapshot'

/**
 * The versions of the server's state that have arrived, each one whole.
 */
export class Replica<State> {
  readonly #maxVersions: number
  #store: GameStateStore<State> | undefined
  /** Versions that the server may still take as a base, as it knows that they have arrived; rising. */
  #held: number[] = []

  constructor(maxVersions: number) {
    this.#maxVersions = maxVersions
  }

  /** Undefined until the first version is there. */
  get store(): GameStateStore<State> | undefined {
    return this.#store
  }

  /**
   * Takes a state message; throws nothing away when it cannot be used.
   * @param isInOrder whether messages cannot overtake each other: a snapshot of an older version is then the server's will
   * @throws GameStateError for bytes that are no delta; what subscribers of the store throw
   */
  take(
    version: number,
    base: number | undefined,
    delta: Uint8Array,
    timeMs: number,
    isInOrder: boolean,
  ): ReplicaResult {
    const store = this.#store
    const isStale = store !== undefined && version <= store.version
    if (isStale && !(isInOrder && base === undefined)) return 'ignored'
    const baseState = base === undefined ? undefined : store?.at(base)
    if (base !== undefined && baseState === undefined) return 'needs_snapshot'
    const state = applyDelta<State>(baseState, delta)
    if (base !== undefined) this.#releaseBefore(base)
    if (store !== undefined && !isStale) store.commit(state, version, timeMs)
    else {
      this.#held = []
      this.#begin(state, version, timeMs)
    }
    // one that sends in order takes none but the last one
    if (!isInOrder && this.#store?.hold(version) === true) this.#held.push(version)
    return 'applied'
  }

  /** The server has heard of `base`, and takes no older one from now on. */
  #releaseBefore(base: number): void {
    let count = 0
    while (count < this.#held.length && this.#held[count]! < base) this.#store?.release(this.#held[count++]!)
    if (count > 0) this.#held.splice(0, count)
  }

  #begin(state: Immutable<State>, version: number, timeMs: number): void {
    // reason: a store begins with a state that it may freeze, which one that was decoded just now already is
    const options = { maxVersions: this.#maxVersions, firstVersion: version, firstTimeMs: timeMs }
    this.#store = new GameStateStore<State>(state as State, options)
  }
}
