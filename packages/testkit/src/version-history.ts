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

/** What the wire makes of a version. */
interface WireRules<State> {
  readonly precision?: Precision<State> | undefined
  /** The view of each client; undefined if every client sees the whole state. */
  readonly views?: Views<State> | undefined
}

/** Keeps the server's versions longer than the store does, and compares replicas with them. */
export class VersionHistory<State> {
  readonly #rules: () => WireRules<State>
  readonly #versions = new Map<number, WireRules<State> & { readonly state: Immutable<State> }>()
  #oldest: number

  /** @param rules asked with each version: those of a room may be replaced */
  constructor(store: GameStateStore<State>, rules: () => WireRules<State>) {
    this.#rules = rules
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
    const made = this.#versions.get(version)
    if (made === undefined) {
      throw new SimulationError('replica_differs', `${whose} is at version ${version}, which the server never made`)
    }
    const { state: whole, precision, views } = made
    const own = views === undefined ? whole : views.of(whole, clientId, clientId)
    if (agrees(own, state, precision, known)) return { server: own, replica: state }
    const difference = firstDifference(throughWire(own, precision), state) ?? { path: '', a: own, b: state }
    throw new SimulationError(
      'replica_differs',
      `${whose} differs from the server's version ${version} at ${describeDifference(difference)} (server against replica)`,
    )
  }

  #add(state: Immutable<State>, version: number): void {
    this.#versions.set(version, { ...this.#rules(), state })
    if (this.#versions.size <= maxVersions) return
    this.#versions.delete(this.#oldest)
    for (const next of this.#versions.keys()) {
      this.#oldest = next
      return
    }
  }
}

/** A version after rounding. */
function throughWire<State>(state: Immutable<State>, precision: Precision<State> | undefined): Immutable<State> {
  if (precision === undefined) return state
  return applyDelta<State>(undefined, encodeDelta<State>(undefined, state, { precision }))
}

/** Begins to keep the versions of a room. */
export function historyOf<G extends AnyGame>(
  store: GameStateStore<StateOf<G>>,
  machine: { readonly game: G },
): VersionHistory<StateOf<G>> {
  let game: G | undefined
  let rules: WireRules<StateOf<G>> = {}
  return new VersionHistory(store, () => {
    if (game === machine.game) return rules
    game = machine.game
    // views of its own: those of the server may not check themselves
    const views = game.view && new Views<StateOf<G>>(game.view)
    rules = { precision: game.precision as Precision<StateOf<G>> | undefined, views }
    return rules
  })
}
