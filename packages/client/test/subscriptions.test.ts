import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { ClientError } from '../src/errors.js'
import { Subscriptions, subscribeSelected, waitUntil } from '../src/subscriptions.js'
import { LogBook, turnOf } from './support/stage.js'

interface State {
  a: number
  b: number
}

function setUp() {
  const log = new LogBook()
  return { log, subscriptions: new Subscriptions<[State]>(log, 'the state') }
}

test('listeners are called with each state, in the order of their subscription, until they end it', () => {
  const { subscriptions } = setUp()
  const calls: string[] = []
  const end = subscriptions.add(({ a }) => calls.push(`first ${a}`))
  subscriptions.add(({ a }) => calls.push(`second ${a}`))
  subscriptions.notify({ a: 1, b: 0 })
  end()
  end()
  subscriptions.notify({ a: 2, b: 0 })
  expect(calls).toEqual(['first 1', 'second 1', 'second 2'])
})

test('a listener that is removed during a call is called this once more', () => {
  const { subscriptions } = setUp()
  const calls: string[] = []
  subscriptions.add(() => {
    calls.push('first')
    end()
  })
  const end = subscriptions.add(() => calls.push('second'))
  subscriptions.notify({ a: 1, b: 0 })
  subscriptions.notify({ a: 2, b: 0 })
  expect(calls).toEqual(['first', 'second', 'first'])
})

test('a listener that is added during a call is called from the next state on', () => {
  const { subscriptions } = setUp()
  const calls: string[] = []
  const end = subscriptions.add(() => {
    end()
    subscriptions.add(({ a }) => calls.push(`nested ${a}`))
  })
  subscriptions.notify({ a: 1, b: 0 })
  subscriptions.notify({ a: 2, b: 0 })
  expect(calls).toEqual(['nested 2'])
})

test('listeners that throw or reject are logged and do not keep the state from others', async () => {
  const { log, subscriptions } = setUp()
  let isCalled = false
  subscriptions.add(() => {
    throw new Error('bang')
  })
  subscriptions.add(async () => {
    throw new Error('bang, later')
  })
  subscriptions.add(() => {
    isCalled = true
  })
  subscriptions.notify({ a: 1, b: 0 })
  expect(isCalled).toBe(true)
  await turnOf(new VirtualClock())
  expect(log.errors).toEqual(['a listener of the state failed', 'a listener of the state failed'])
})

describe('with a selector', () => {
  const first: State = { a: 1, b: 0 }

  test('the listener is called when the selected value has changed, with the previous one', () => {
    const { subscriptions } = setUp()
    const calls: number[][] = []
    const listener = (value: number, previous: number): number => calls.push([value, previous])
    subscribeSelected(subscriptions, first, ({ a }) => a, listener)
    subscriptions.notify({ a: 1, b: 5 })
    subscriptions.notify({ a: 2, b: 5 })
    subscriptions.notify({ a: 2, b: 6 })
    subscriptions.notify({ a: 1, b: 6 })
    expect(calls).toEqual([
      [2, 1],
      [1, 2],
    ])
  })

  test.each([
    [Number.NaN, Number.NaN, false],
    [0, -0, true],
    [1, 1, false],
  ])('%d and then %d counts as a change: %s', (before, after, isChange) => {
    const { subscriptions } = setUp()
    let calls = 0
    const select = ({ a }: State): number => a
    subscribeSelected(subscriptions, { a: before, b: 0 }, select, () => calls++)
    subscriptions.notify({ a: after, b: 0 })
    expect(calls).toBe(isChange ? 1 : 0)
  })

  test('an equality of the caller decides instead', () => {
    const { subscriptions } = setUp()
    const calls: number[] = []
    const equal = (x: number[], y: number[]): boolean => x[0] === y[0]
    const listener = ([a]: number[]): number => calls.push(a ?? -1)
    subscribeSelected(subscriptions, first, ({ a, b }) => [a, b], listener, { equal })
    subscriptions.notify({ a: 1, b: 1 })
    subscriptions.notify({ a: 2, b: 1 })
    expect(calls).toEqual([2])
  })

  test('immediate calls at once with the current value; a listener that throws then is logged', () => {
    const { log, subscriptions } = setUp()
    const calls: number[][] = []
    const listener = (value: number, previous: number): void => {
      calls.push([value, previous])
      throw new Error('bang')
    }
    subscribeSelected(subscriptions, first, ({ a }) => a, listener, { immediate: true })
    expect(calls).toEqual([[1, 1]])
    expect(log.errors).toEqual(['a listener of the state failed'])
  })

  test('values that are no functions throw', () => {
    const { subscriptions } = setUp()
    const wrong = expect.objectContaining({ code: 'invalid_argument' })
    expect(() => subscribeSelected(subscriptions, first, 'a' as never, () => {})).toThrow(wrong)
    expect(() => subscribeSelected(subscriptions, first, ({ a }) => a, 5 as never)).toThrow(wrong)
    expect(() => subscriptions.add(undefined as never)).toThrow(wrong)
  })
})

describe('waitUntil', () => {
  function setSource(first: number) {
    const clock = new VirtualClock()
    const { subscriptions } = setUp()
    let value = first
    let error: ClientError | undefined
    const source = { clock, news: [subscriptions], current: () => value, ended: () => error }
    const set = (next: number): void => {
      value = next
      subscriptions.notify({ a: next, b: 0 })
    }
    const end = (reason: ClientError): void => {
      error = reason
      subscriptions.notify({ a: value, b: 0 })
    }
    const isIdle = (): boolean => subscriptions.size === 0 && clock.pending === 0
    return { clock, source, set, end, isIdle }
  }

  test('resolves with the current value if it is good', async () => {
    const { source, isIdle } = setSource(5)
    expect(await waitUntil(source, (value) => value === 5, 100)).toBe(5)
    expect(isIdle()).toBe(true)
  })

  test('resolves with the first good value and lets go of everything', async () => {
    const { source, set, isIdle } = setSource(0)
    const waiting = waitUntil(source, (value) => value > 1, 100)
    for (const value of [1, 2, 3]) set(value)
    expect(await waiting).toBe(2)
    expect(isIdle()).toBe(true)
  })

  test('rejects with wait_timeout when the time is over, not before', async () => {
    const { clock, source, set, isIdle } = setSource(0)
    const waiting = waitUntil(source, (value) => value > 1, 100).catch((error) => error)
    clock.advance(99)
    expect(isIdle()).toBe(false)
    clock.advance(1)
    set(2)
    expect(await waiting).toMatchObject({ code: 'wait_timeout' })
    expect(isIdle()).toBe(true)
  })

  test('rejects when no more values come, also if that is so from the start', async () => {
    const { source, end, isIdle } = setSource(0)
    const waiting = waitUntil(source, () => false, 100).catch((error) => error)
    const error = new ClientError('connection_closed', 'over')
    end(error)
    expect(await waiting).toBe(error)
    expect(isIdle()).toBe(true)
    await expect(waitUntil(source, () => false, 100)).rejects.toBe(error)
    expect(await waitUntil(source, () => true, 100)).toBe(0)
    expect(isIdle()).toBe(true)
  })

  test('rejects with the error of the predicate', async () => {
    const { source, set, isIdle } = setSource(0)
    const bang = new Error('bang')
    const predicate = (value: number): boolean => {
      if (value === 1) throw bang
      return false
    }
    const waiting = waitUntil(source, predicate, 100).catch((error) => error)
    set(1)
    expect(await waiting).toBe(bang)
    expect(isIdle()).toBe(true)
  })
})
