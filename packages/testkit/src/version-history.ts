import {
  type AnyGame,
  applyDelta,
  encodeDelta,
  type GameStateStore,
  type Immutable,
  type Precision,
  type StateOf,
  Views,
} from '@tygase/gamestate'
import { type Agreement, agrees } from './agrees.js'
import { SimulationError } from './errors.js'
import { describeDifference, firstDifference } from './first-difference.js'

/** Versions of the server that are remembered: about a minute of play, longer than a packet is under way unless its receiver sleeps. */
const maxVersions = 1024

/** How many versions a store holds at most, window and held ones, that was made with this option or none. */
export function mostVersions(maxVersions = 16): number {
  return maxVersions + 112
}

/** Whose replica is compared. */
export interface ReplicaOwner {
  clientId: string
  /** For the message. */
  whose: string
  /** What was returned for the same replica before. */
  known?: Agreement | undefined
}

/** Remembers the server's versions, longer than its store does, and holds replicas against them. */
export class VersionHistory<State> {
  readonly #precision: Precision<State> | undefined
  readonly #views: Views<State> | undefined
  readonly #versions = new Map<number, Immutable<State>>()
  #oldest: number

  /** @param views what each client may see; undefined: all see everything */
  constructor(store: GameStateStore<State>, precision: Precision<State> | undefined, views?: Views<State>) {
    this.#precision = precision
    this.#views = views
    this.#oldest = store.version
    this.#add(store.state, store.version)
    store.subscribe((state, version) => this.#add(state, version))
  }

  /**
   * @returns what is known now; undefined where nothing is remembered of so old a version
   * @throws SimulationError `replica_differs` where the server's version of this number, as this client may see it, is another
   * one, or there was none
   */
  compare(version: number, state: Immutable<State>, { clientId, whose, known }: ReplicaOwner): Agreement | undefined {
    // what has been under way for that long is out of reach
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

  /** What rounding leaves of a version. */
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

/** Begins to remember the versions of a game's store, which replicas see as its rules say. */
export function historyOf<G extends AnyGame>(store: GameStateStore<StateOf<G>>, game: G): VersionHistory<StateOf<G>> {
  // views of its own, made from the rules anew: those of the server may not vouch for themselves
  const views = game.view && new Views<StateOf<G>>(game.view)
  return new VersionHistory(store, game.precision as Precision<StateOf<G>> | undefined, views)
}
