import { describe, expect, test, vi } from 'vitest'
import { guard, guardedClock, Listeners, settle, wakefulClock } from '../src/callbacks.js'
import { type Clock, silentLogger } from '../src/internal.js'

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

describe('settle', () => {
  test('calls back at once without a promise, and later with a promise of any make', async () => {
    const heard: unknown[] = []
    const done = (value: unknown): void => void heard.push(['done', value])
    const fail = (error: unknown): void => void heard.push(['fail', error])
    settle(() => 1, done, fail)
    settle(
      () => {
        throw 2
      },
      done,
      fail,
    )
    expect(heard.splice(0)).toEqual([
      ['done', 1],
      ['fail', 2],
    ])
    settle(() => Promise.resolve(3), done, fail)
    settle(() => Promise.reject(4), done, fail)
    expect(heard).toEqual([])
    for (let turn = 0; turn < 3; turn++) await Promise.resolve()
    expect(heard).toEqual([
      ['done', 3],
      ['fail', 4],
    ])
  })
})

/** A clock whose time and timers are moved by hand, each for itself. */
class LooseClock implements Clock {
  nowMs = 0
  readonly timers: { delayMs: number; callback: () => void }[] = []

  now(): number {
    return this.nowMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const timer = { delayMs, callback }
    this.timers.push(timer)
    return () => {
      if (this.timers.includes(timer)) this.timers.splice(this.timers.indexOf(timer), 1)
    }
  }

  /** The next timer fires when its delay is over. @param jumpMs how much more the clock shows by then */
  fire(jumpMs = 0): void {
    const { delayMs, callback } = this.timers.shift()!
    this.nowMs += delayMs + jumpMs
    callback()
  }
}

describe('a guarded clock', () => {
  const hourMs = 3_600_000

  test('logs what the function of a timer throws', () => {
    const clock = new LooseClock()
    const { logger, logged } = loggedErrors()
    guardedClock(clock, logger).schedule(0, () => {
      throw 'no'
    })
    clock.fire()
    expect(logged).toEqual([[{ err: 'no' }, 'a timer failed']])
  })

  test('looks at the time at least once a minute, so that a jump by an hour ends a wait at the next look', () => {
    const clock = new LooseClock()
    let calls = 0
    wakefulClock(clock, silentLogger).schedule(hourMs, () => calls++)
    expect(clock.timers[0]!.delayMs).toBe(60_000)
    clock.fire()
    expect(calls).toBe(0)
    clock.fire(hourMs)
    expect(calls).toBe(1)
    expect(clock.timers).toEqual([])
  })

  test('does not wait longer when the time is set back by an hour', () => {
    const clock = new LooseClock()
    let calls = 0
    wakefulClock(clock, silentLogger).schedule(150_000, () => calls++)
    clock.fire(-hourMs)
    clock.fire()
    expect([calls, clock.timers[0]!.delayMs]).toEqual([0, 30_000])
    clock.fire()
    expect(calls).toBe(1)
  })

  test('can be cancelled between two looks', () => {
    const clock = new LooseClock()
    const cancel = wakefulClock(clock, silentLogger).schedule(hourMs, () => expect.unreachable())
    clock.fire()
    cancel()
    expect(clock.timers).toEqual([])
  })

  test('stands still while a clock of the user fails, and logs that', () => {
    const clock = new LooseClock()
    clock.nowMs = 5
    const { logger, logged } = loggedErrors()
    const own = guardedClock(clock, logger)
    expect(own.now()).toBe(5)
    clock.now = clock.schedule = () => {
      throw 'no'
    }
    expect(own.now()).toBe(5)
    own.schedule(1, () => expect.unreachable())()
    expect(logged).toEqual([
      [{ err: 'no' }, 'the clock failed'],
      [{ err: 'no' }, 'the clock failed'],
    ])
  })
})

function loggedErrors() {
  const logged: unknown[] = []
  const error = (details: object, message: string): void => void logged.push([details, message])
  return { logger: { ...silentLogger, error }, logged }
}
