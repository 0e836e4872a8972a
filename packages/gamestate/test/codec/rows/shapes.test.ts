import { expect, test } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, GameStateStore, type Immutable, transact } from '../../../src/index.js'

interface State {
  m: EntityMap<Record<string, number>, string>
}

function versions(...steps: ((draft: State) => void)[]): Immutable<State>[] {
  const m = new EntityMap<Record<string, number>, string>([['a', { x: 1 }]])
  const states = [new GameStateStore<State>({ m }).state]
  for (const step of steps) states.push(transact(states[states.length - 1] as State, step).state)
  return states
}

test.each([
  ['whole maps', {}],
  ['views', { isView: true }],
])('of %s a kind of rows that came and went between two versions is known when one comes again', (_, options) => {
  const [first, , third, fourth] = versions(
    ({ m }) => void m.set('b', { y: 2 }),
    ({ m }) => void m.delete('b'),
    ({ m }) => void m.set('c', { y: 3 }),
  )
  let replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, first!, options))
  const later = encodeDelta<State>(first, third!, options)
  if (later.length > 0) replica = applyDelta(replica, later)
  replica = applyDelta(replica, encodeDelta<State>(third, fourth!, options))
  expect([...replica.m]).toEqual([...fourth!.m])
})

test('a subset that becomes the whole map without another row is a continuation', () => {
  const [, start, whole, last] = versions(
    ({ m }) => void m.set('b', { y: 2 }),
    ({ m }) => void m.delete('b'),
    ({ m }) => void m.set('c', { y: 3 }),
  )
  const part = { m: start!.m.filter((_, id) => id === 'a') }
  let replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, part))
  const toWhole = encodeDelta<State>(part, whole!)
  if (toWhole.length > 0) replica = applyDelta(replica, toWhole)
  replica = applyDelta(replica, encodeDelta<State>(whole, last!))
  expect([...replica.m]).toEqual([...last!.m])
})
