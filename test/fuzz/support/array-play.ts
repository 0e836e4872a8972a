import {
  applyDelta,
  EntityMap,
  encodeDelta,
  equalStates,
  GameStateStore,
  type Immutable,
  transact,
} from '@tygase/gamestate'
import { type Choices, pick } from '../dice.js'
import { demand } from '../target.js'
import { type ArrayKind, drawArrayAct } from './array-acts.js'

interface Item {
  id: number
  hp: number
  tags: number[]
}

interface Arrays {
  numbers: number[]
  texts: string[]
  items: Item[]
  grid: number[][]
}

interface State extends Arrays {
  rows: EntityMap<Arrays>
}

/** One of the arrays of a state, how its elements are made and compared. */
interface Place extends ArrayKind {
  readonly of: (arrays: Arrays) => unknown[]
}

const texts = ['', 'a', 'b', 'oak', 'oak table', 'ü', 'elm']

function begin(): Arrays {
  return { numbers: [0], texts: ['a'], items: [{ id: 0, hp: 1, tags: [] }], grid: [[1, 2], []] }
}

/**
 * Arrays that are changed at random, at a server that commits each tick, at a client that follows by deltas, at one that
 * joins anew after each tick, and in a plain copy that has never heard of versions. Throws a Violation when two differ.
 */
export class ArrayPlay {
  readonly #choices: Choices
  readonly #store: GameStateStore<State>
  readonly #model: { root: Arrays; row: Arrays } = { root: begin(), row: begin() }
  #replica: Immutable<State>
  #ids = 0
  acts = 0

  constructor(choices: Choices) {
    this.#choices = choices
    this.#store = new GameStateStore<State>({ ...begin(), rows: new EntityMap([['r', begin()]]) })
    this.#replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, this.#store.state))
  }

  /** Some acts, and the looks that follow a tick. */
  tick(): void {
    const before = this.#store.state
    const { state } = transact<State, void>(before, (draft) => {
      for (let count = 1 + this.#choices.below(8); count > 0; count--) this.#act(draft)
    })
    this.#store.commit(state, this.#store.version + 1)
    const now = this.#store.state
    this.#replica = applyDelta<State>(this.#replica, encodeDelta<State>(before, now))
    const joiner = applyDelta<State>(undefined, encodeDelta<State>(undefined, now))
    demand(equalStates(this.#replica, now), 'the live client has other arrays than the server')
    demand(equalStates(joiner, now), 'who joins has other arrays than the server')
    const { root, row } = this.#model
    demand(isSame({ ...root }, { ...now, rows: undefined }), 'the server has other arrays than a plain program')
    demand(isSame(row, now.rows.get('r')), 'the row has other arrays than a plain program')
  }

  #act(draft: State): void {
    this.acts++
    const choices = this.#choices
    const inRow = choices.below(4) === 0
    const model = inRow ? this.#model.row : this.#model.root
    const place = this.#place(model)
    const array = place.of(model)
    const act = drawArrayAct(choices, array.length, place)
    act(array)
    act(place.of(inRow ? draft.rows.edit('r') : draft))
  }

  #place(model: Arrays): Place {
    const choices = this.#choices
    const byNumber = (one: number, other: number): number => one - other
    const number = (): number => choices.below(40)
    const luck = choices.below(8)
    if (luck < 3) return { of: (arrays) => arrays.numbers, usualLength: 32, element: number, compare: byNumber }
    if (luck === 3) {
      const byText = (one: string, other: string): number => (one < other ? -1 : Number(one > other))
      return { of: (arrays) => arrays.texts, usualLength: 12, element: () => pick(choices, texts), compare: byText }
    }
    if (luck === 4) {
      const byLength = (one: number[], other: number[]): number => one.length - other.length
      return { of: (arrays) => arrays.grid, usualLength: 6, element: () => [number(), number()], compare: byLength }
    }
    if (luck === 5 && model.grid.length > 0) {
      const line = choices.below(model.grid.length)
      return { of: (arrays) => arrays.grid[line]!, usualLength: 6, element: number, compare: byNumber }
    }
    if (luck === 6 && model.items.length > 0) {
      const item = choices.below(model.items.length)
      return { of: (arrays) => arrays.items[item]!.tags, usualLength: 4, element: number, compare: byNumber }
    }
    const byHp = (one: Item, other: Item): number => one.hp - other.hp
    const item = (): Item => ({ id: ++this.#ids, hp: number(), tags: [] })
    return { of: (arrays) => arrays.items, usualLength: 10, element: item, compare: byHp }
  }
}

/** Whether two plain values say the same. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((part, index) => isSame(part, other[index]))
  }
  const [mine, others] = [one as Record<string, unknown>, other as Record<string, unknown>]
  const known = (values: Record<string, unknown>): string[] =>
    Object.keys(values).filter((key) => values[key] !== undefined)
  return known(mine).length === known(others).length && known(mine).every((key) => isSame(mine[key], others[key]))
}
