import { describe, expect, test, vi } from 'vitest'
import { guard, Listeners } from '../src/callbacks.js'
import { silentLogger } from '../src/internal.js'

function setUp() {
  const listeners = new Listeners<[number]>()
  const heard: string[] = []
  const call = (value: number): void => listeners.each((listener) => listener(value))
  return { listeners, heard, call }
}

test('all are called in the order in which they came, the same function as often as it was added', () => {
  const { listeners, heard, call } = setUp()
  const same = (value: number): void => void heard.push(`a${value}`)
  const end = listeners.add(same)
  listeners.add((value) => void heard.push(`b${value}`))
  listeners.add(same)
  call(1)
  end()
  end()
  call(2)
  expect(heard).toEqual(['a1', 'b1', 'a1', 'b2', 'a2'])
})

test('a listener that is added or removed during a call takes effect with the next one, also if calls are nested', () => {
  const { listeners, heard, call } = setUp()
  const endSecond: (() => void)[] = []
  listeners.add((value) => {
    heard.push(`first${value}`)
    if (value !== 1) return
    endSecond[0]!()
    listeners.add((later) => void heard.push(`new${later}`))
    call(2)
    listeners.add((later) => void heard.push(`newer${later}`))
  })
  endSecond.push(listeners.add((value) => void heard.push(`second${value}`)))
  call(1)
  expect(heard).toEqual(['first1', 'first2', 'new2', 'second1'])
  heard.length = 0
  call(3)
  expect(heard).toEqual(['first3', 'new3', 'newer3'])
})

test('one that throws ends the call and leaves the list as it is', () => {
  const { listeners, heard, call } = setUp()
  listeners.add((value) => {
    if (value === 1) throw new Error('no')
    heard.push('first')
  })
  expect(() => call(1)).toThrow('no')
  listeners.add(() => void heard.push('second'))
  call(2)
  expect(heard).toEqual(['first', 'second'])
})

/** @returns the number of elements that sets copy from others while `work` runs */
function copiedBySets(work: () => void): number {
  const Plain = Set
  let copied = 0
  class CountedSet<T> extends Plain<T> {
    constructor(values?: Iterable<T>) {
      super(values)
      copied += this.size
    }
  }
  vi.stubGlobal('Set', CountedSet)
  try {
    work()
  } finally {
    vi.unstubAllGlobals()
  }
  return copied
}

test('adding and removing take the same time however many there are', () => {
  const { listeners } = setUp()
  const copied = copiedBySets(() => {
    const ends = Array.from({ length: 1000 }, () => listeners.add(() => {}))
    for (const end of ends) end()
  })
  expect(copied).toBe(0)
})

describe('guard', () => {
  test('logs what a callback throws or rejects with, and lets nothing through', async () => {
    const logged: unknown[] = []
    const logger = {
      ...silentLogger,
      error: (details: object, message: string) => void logged.push([details, message]),
    }
    const err = new Error('no')
    guard(logger, 'a callback failed', () => 5)
    guard(
      logger,
      'a callback failed',
      () => {
        throw err
      },
      { tick: 3 },
    )
    guard(logger, 'a callback failed', () => Promise.reject(err))
    // biome-ignore lint/suspicious/noThenProperty: reason: a promise of another make is what is tested
    guard(logger, 'a callback failed', () => ({ then: (_: unknown, fail: (error: Error) => void) => fail(err) }))
    for (let turn = 0; turn < 3; turn++) await Promise.resolve()
    expect(logged).toEqual([
      [{ err, tick: 3 }, 'a callback failed'],
      [{ err }, 'a callback failed'],
      [{ err }, 'a callback failed'],
    ])
  })
})
