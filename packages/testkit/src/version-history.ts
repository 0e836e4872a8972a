import {
  type AnyGame,
  applyDelta,
  encodeDelta,
  type GameStateStore,
  type Immutable,
  type Precision,
  type StateOf,
} from '@tygase/gamestate'
import { Views } from '@tygase/gamestate/internal'
import { type Agreement, agrees } from './agrees.js'
import { SimulationError } from './errors.js'
import { describeDifference, firstDifference } from './first-difference.js'

/** How many versions of the server are kept: about a minute of play. Only to a sleeping receiver a packet takes longer. */
const maxVersions = 1024

/** The most versions that a store with this option holds, in its window and held for clients. */
export function mostVersions(maxVersions = 16): number {
  return maxVersions + 112
}

/** The client that has a replica. */
export interface ReplicaOwner {
  clientId: string
  /** The subject of the message, as in `client 3: its replica`. */
  whose: string
  /** The last result for the same replica. */
  known?: Agreement | undefined
}

/** Keeps the server's versions longer than the store does, and compares replicas with them. */
export class VersionHistory<State> {
  readonly #precision: Precision<State> | undefined
  readonly #views: Views<State> | undefined
  readonly #versions = new Map<number, Immutable<State>>()
  #oldest: number

  /** @param views the view of each client; undefined if every client sees the whole state */
  constructor(store: GameStateStore<State>, precision: Precision<State> | undefined, views?: Views<State>) {
    this.#precision = precision
    this.#views = views
    this.#oldest = store.version
    this.#add(store.state, store.version)
    store.subscribe((state, version) => this.#add(state, version))
  }

  /**
   * @returns the agreement; undefined for a version that is too old to be kept
   * @throws SimulationError `replica_differs` if the server's version of this number, in this client's view, differs or if the
   * server never made it
   */
  compare(version: number, state: Immutable<State>, { clientId, whose, known }: ReplicaOwner): Agreement | undefined {
    if (version < this.#oldest) return undefined
    const whole = this.#versions.get(version)
    if (whole === undefined) {
      throw new SimulationError('replica_differs', `${whose} is at version ${version}, which the server never made`)
    }
    const own = this.#views === undefined ? whole : this.#views.of(whole, clientId, clientId)
    if (agrees(own, state, this.#precision, known)) return { server: own, replica: state }
    const difference = firstDifference(this.#throughWire(own), state) ?? { path: '', a: own, b: state }
    throw new SimulationError(
      'replica_differs',
      `${whose} differs from the server's version ${version} at ${describeDifference(difference)} (server against replica)`,
    )
  }

  /** A version after rounding. */
  #throughWire(state: Immutable<State>): Immutable<State> {
    if (this.#precision === undefined) return state
    return applyDelta<State>(undefined, encodeDelta<State>(undefined, state, { precision: this.#precision }))
  }

  #add(state: Immutable<State>, version: number): void {
    this.#versions.set(version, state)
    if (this.#versions.size <= maxVersions) return
    this.#versions.delete(this.#oldest)
    for (const next of this.#versions.keys()) {
      this.#oldest = next
      return
    }
  }
}

/** Begins to keep the versions of a game's store. */
export function historyOf<G extends AnyGame>(store: GameStateStore<StateOf<G>>, game: G): VersionHistory<StateOf<G>> {
  // views of its own: those of the server may not check themselves
  const views = game.view && new Views<StateOf<G>>(game.view)
  return new VersionHistory(store, game.precision as Precision<StateOf<G>> | undefined, views)
}
