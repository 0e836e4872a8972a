import { expect, test } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, GameStateStore, type Immutable, transact } from '../../../src/index.js'

interface State {
  secret: string
  rows: EntityMap<{ x: number }>
}

const steps = { precision: { rows: { x: 0.1 } } }
const fineSteps = { precision: { rows: { x: 0.001 } } }

function versions(): [Immutable<State>, Immutable<State>, Immutable<State>] {
  const rows = new EntityMap([...'abc'].map((id, index) => [id, { x: index / 8 }] as const))
  const first = new GameStateStore<State>({ secret: '', rows }).state
  const move = (state: Immutable<State>): Immutable<State> =>
    transact(state as State, (draft) => {
      draft.rows.edit('b').x += 1 / 8
    }).state
  const second = move(first)
  return [first, second, move(second)]
}

/** What a client sees: a secret of its own, and all rows. */
const viewOf = (state: Immutable<State>, secret: string): Immutable<State> => ({ ...state, secret })

test('a map that many views show as it is takes the same bytes for each, however often it was asked for', () => {
  const [first, second, third] = versions()
  const encodeAll = (): Uint8Array[] =>
    [first, second].flatMap((base) => [
      encodeDelta<State>(viewOf(base, 'a'), viewOf(third, 'a'), steps),
      encodeDelta<State>(viewOf(base, 'b'), viewOf(third, 'b'), fineSteps),
      encodeDelta<State>(undefined, viewOf(third, 'c'), steps),
    ])
  const once = encodeAll()
  expect(encodeAll()).toEqual(once)
  expect(encodeAll()).toEqual(once)
  const replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, viewOf(first, 'a'), steps))
  expect([...applyDelta(replica, once[0]!).rows]).toEqual([
    ['a', { x: 0 }],
    ['b', { x: 0.4 }],
    ['c', { x: 0.3 }],
  ])
})

test('a change that the wire does not carry is none, however often it was asked for', () => {
  const rows = new EntityMap([['a', { x: 1 }]])
  const first = new GameStateStore<State>({ secret: '', rows }).state
  const second = transact(first as State, (draft) => {
    draft.rows.edit('a').x = 1.001
  }).state
  for (let time = 0; time < 3; time++) {
    expect(encodeDelta<State>(viewOf(first, 'a'), viewOf(second, 'a'), steps)).toHaveLength(0)
    expect(encodeDelta<State>(viewOf(first, 'a'), viewOf(second, 'b'), steps)).not.toHaveLength(0)
  }
})
