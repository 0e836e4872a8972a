import { encodeDelta } from '@tygase/gamestate'
import { VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { LiveState } from '../src/live-state.js'
import { LogBook } from './support/stage.js'

interface State {
  value: number
}

const snapshot = (value: number): Uint8Array => encodeDelta<State>(undefined, { value })
const delta = (from: number, to: number): Uint8Array => encodeDelta<State>({ value: from }, { value: to })

function setUp() {
  const clock = new VirtualClock()
  const log = new LogBook()
  const live = new LiveState<State>(4, clock, log)
  const seen: number[] = []
  live.subscriptions.add(({ value }) => void seen.push(value))
  live.setPace(20, 1)
  return { clock, log, live, seen }
}

test('a live state tells its subscribers of each version that it has taken, and of nothing else', () => {
  const { live, log, seen } = setUp()
  expect(live.take(2, 1, delta(1, 2), true)).toBe('needs_snapshot')
  expect(live.take(1, undefined, snapshot(1), true)).toBe('applied')
  expect(live.take(2, 1, delta(1, 2), true)).toBe('applied')
  expect(live.take(2, 1, delta(1, 2), true)).toBe('ignored')
  expect(live.take(3, 2, Uint8Array.of(255, 255, 255), true)).toBe('unreadable')
  expect(seen).toEqual([1, 2])
  expect(live.store?.version).toBe(2)
  expect(log.warnings).toEqual(['a state message could not be applied'])
})

test('a live state draws between the versions around a moment, and begins anew where the server does', () => {
  const { clock, live } = setUp()
  live.take(10, undefined, snapshot(10), true)
  clock.advance(50)
  live.take(11, 10, delta(10, 11), true)
  clock.advance(25)
  expect(live.between(50)).toEqual({ from: { value: 10 }, to: { value: 11 }, alpha: 0.5 })
  live.take(3, undefined, snapshot(3), true)
  expect(live.between(50)).toEqual({ from: { value: 3 }, to: { value: 3 }, alpha: 1 })
})

test('the pace that a live state learns first is the one that counts', () => {
  const { clock, live } = setUp()
  live.setPace(1, 1)
  live.take(10, undefined, snapshot(10), true)
  clock.advance(50)
  live.take(11, 10, delta(10, 11), true)
  clock.advance(25)
  expect(live.between(50).alpha).toBe(0.5)
})
