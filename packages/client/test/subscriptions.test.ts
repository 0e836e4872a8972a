import { describe, expect, test } from 'vitest'
import { Subscriptions } from '../src/subscriptions.js'
import { LogBook } from './support/stage.js'

interface State {
  a: number
  b: number
}

function setUp() {
  const log = new LogBook()
  return { log, subscriptions: new Subscriptions<State>(log) }
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

test('a listener that is removed while listeners are called is called this once more', () => {
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

test('a listener that is added while listeners are called is called from the next state on', () => {
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

test('a listener that throws is logged and does not keep the others from it', () => {
  const { log, subscriptions } = setUp()
  let isCalled = false
  subscriptions.add(() => {
    throw new Error('bang')
  })
  subscriptions.add(() => {
    isCalled = true
  })
  subscriptions.notify({ a: 1, b: 0 })
  expect(isCalled).toBe(true)
  expect(log.errors).toEqual(['a subscriber failed'])
})

describe('with a selector', () => {
  test('the listener is called when the selected value has changed, with the one before', () => {
    const { subscriptions } = setUp()
    const calls: number[][] = []
    subscriptions.addSelected(
      { a: 1, b: 0 },
      ({ a }) => a,
      (value, previous) => calls.push([value, previous]),
    )
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
  ])('%d and then %d counts as a change: %s', (first, second, isChange) => {
    const { subscriptions } = setUp()
    let calls = 0
    subscriptions.addSelected(
      { a: first, b: 0 },
      ({ a }) => a,
      () => calls++,
    )
    subscriptions.notify({ a: second, b: 0 })
    expect(calls).toBe(isChange ? 1 : 0)
  })

  test('an equality of the caller decides instead', () => {
    const { subscriptions } = setUp()
    const calls: number[] = []
    const equal = (x: number[], y: number[]): boolean => x[0] === y[0]
    subscriptions.addSelected(
      { a: 1, b: 0 },
      ({ a, b }) => [a, b],
      ([a]) => calls.push(a ?? -1),
      { equal },
    )
    subscriptions.notify({ a: 1, b: 1 })
    subscriptions.notify({ a: 2, b: 1 })
    expect(calls).toEqual([2])
  })

  test('immediate calls at once with the value of now', () => {
    const { subscriptions } = setUp()
    const calls: number[][] = []
    const listener = (value: number, previous: number): number => calls.push([value, previous])
    subscriptions.addSelected({ a: 1, b: 0 }, ({ a }) => a, listener, { immediate: true })
    expect(calls).toEqual([[1, 1]])
  })

  test('what is no function throws', () => {
    const { subscriptions } = setUp()
    const wrong = expect.objectContaining({ code: 'invalid_argument' })
    expect(() => subscriptions.addSelected({ a: 1, b: 0 }, 'a' as never, () => {})).toThrow(wrong)
    expect(() => subscriptions.addSelected({ a: 1, b: 0 }, ({ a }) => a, 5 as never)).toThrow(wrong)
    expect(() => subscriptions.add(undefined as never)).toThrow(wrong)
  })
})
