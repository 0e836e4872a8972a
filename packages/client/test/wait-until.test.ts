import { VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { ClientError } from '../src/index.js'
import { waitUntil } from '../src/wait-until.js'

function setUp(first: number) {
  const clock = new VirtualClock()
  const listeners = new Set<(value: number) => void>()
  const ends = new Set<(error: ClientError) => void>()
  let value = first
  const sources = {
    clock,
    current: () => value,
    onChange: (listener: (value: number) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onEnd: (listener: (error: ClientError) => void) => {
      ends.add(listener)
      return () => ends.delete(listener)
    },
  }
  const set = (next: number): void => {
    value = next
    for (const listener of listeners) listener(next)
  }
  const isIdle = (): boolean => listeners.size === 0 && ends.size === 0 && clock.pending === 0
  return { clock, sources, set, ends, isIdle }
}

test('it resolves with the value of now when that is good already', async () => {
  const { sources, isIdle } = setUp(5)
  expect(await waitUntil(sources, (value) => value === 5, 100)).toBe(5)
  expect(isIdle()).toBe(true)
})

test('it resolves with the first good value and lets go of everything', async () => {
  const { sources, set, isIdle } = setUp(0)
  const waiting = waitUntil(sources, (value) => value > 1, 100)
  for (const value of [1, 2, 3]) set(value)
  expect(await waiting).toBe(2)
  expect(isIdle()).toBe(true)
})

test('it rejects with wait_timeout when the time is over, not before', async () => {
  const { clock, sources, set, isIdle } = setUp(0)
  const waiting = waitUntil(sources, (value) => value > 1, 100).catch((error) => error)
  clock.advance(99)
  expect(isIdle()).toBe(false)
  clock.advance(1)
  set(2)
  expect(await waiting).toMatchObject({ code: 'wait_timeout' })
  expect(isIdle()).toBe(true)
})

test('it rejects when there will be no more values', async () => {
  const { sources, ends, isIdle } = setUp(0)
  const waiting = waitUntil(sources, () => false, 100).catch((error) => error)
  const error = new ClientError('connection_closed', 'over')
  for (const end of ends) end(error)
  expect(await waiting).toBe(error)
  expect(isIdle()).toBe(true)
})

test('it rejects with what the predicate throws', async () => {
  const { sources, set, isIdle } = setUp(0)
  const bang = new Error('bang')
  const waiting = waitUntil(
    sources,
    (value) => {
      if (value === 1) throw bang
      return false
    },
    100,
  ).catch((error) => error)
  set(1)
  expect(await waiting).toBe(bang)
  expect(isIdle()).toBe(true)
})
