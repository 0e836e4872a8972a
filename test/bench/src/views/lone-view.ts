import { createRandom, EntityMap, encodeDelta, GameStateStore, transact } from '@tygase/gamestate'
import { Views } from '@tygase/gamestate/internal'
import { median } from '../median.js'
import { arenaPrecision, beginArena, type Fighter } from '../scenes/arena.js'
import { drawDistinct } from '../scenes/draw.js'
import { rowId } from '../scenes/rows-of.js'
import { makePlain } from '../systems/record-rows.js'

interface State {
  rows: EntityMap<Fighter>
}

const seenRows = 20

/** One client that sees 20 rows among many, all of which move in each tick. */
export class LoneView {
  readonly #script
  readonly #store: GameStateStore<State>
  readonly #views: Views<State>

  constructor(rowCount: number) {
    const random = createRandom(rowCount)
    const ids = Object.freeze(drawDistinct(random, seenRows, rowCount).map(rowId))
    this.#script = beginArena(random, rowCount)
    this.#store = new GameStateStore<State>({ rows: new EntityMap(Object.entries(this.#script.fighters())) })
    this.#views = new Views<State>((state) => ({ rows: state.rows.pick(ids) }))
  }

  /** @returns what view and delta of a tick take, in ms: the median over the ticks */
  playRound(count: number): number {
    return median(Array.from({ length: count }, () => this.#tick()))
  }

  #tick(): number {
    const tick = this.#script.next()
    const { state } = transact<State, void>(this.#store.state, (draft) => tick.play(draft, makePlain))
    const base = this.#store.state
    this.#store.commit(state, this.#store.version + 1)
    const startMs = performance.now()
    encodeDelta(this.#viewOf(base), this.#viewOf(state), { precision: arenaPrecision, isView: true })
    return performance.now() - startMs
  }

  #viewOf(state: GameStateStore<State>['state']) {
    return this.#views.of(state, 'c0', 'c0')
  }
}
