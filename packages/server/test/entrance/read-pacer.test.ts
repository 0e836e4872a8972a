import { TimerQueue } from '@tygase/gamestate/internal'
import { expect, test } from 'vitest'
import { Budgets, budgetsOf } from '../../src/entrance/budget.js'
import { ReadPacer } from '../../src/entrance/read-pacer.js'

/** A clock that a test moves, and that work moves too. */
class WorkClock {
  nowMs = 0
  readonly #timers = new TimerQueue()

  now(): number {
    return this.nowMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    return this.#timers.add(this.nowMs + delayMs, callback)
  }

  get pending(): number {
    return this.#timers.pending
  }

  runUntil(ms: number): void {
    for (let next = this.#timers.peek(); next !== undefined && next.atMs <= ms; next = this.#timers.peek()) {
      this.#timers.take()
      this.nowMs = Math.max(this.nowMs, next.atMs)
      next.callback()
    }
    this.nowMs = Math.max(this.nowMs, ms)
  }
}

const limits = {
  maxBytesPerSecond: 100_000,
  maxBytesPerSecondInAll: Number.POSITIVE_INFINITY,
  maxTimeShare: 0.2,
  maxTimeShareInAll: 0.6,
}

/** Hellos of 4 ms from one address, each over a connection of its own, and one of another address after a second. */
test('640 hellos a second from one address starve nobody, and take no more than the share of the address', () => {
  const clock = new WorkClock()
  const budgets = new Budgets(budgetsOf(limits), 0)
  let served = 0
  const say = (host: string, answer: () => void): void => {
    const pacer = new ReadPacer({
      ...{ clock, budget: budgets.open(host, clock.nowMs), setReading: () => {}, onPause: () => {} },
      deliver: () => {
        clock.nowMs += 4
        answer()
        clock.schedule(0, () => pacer.stop())
      },
    })
    // a handshake that takes too long is dropped
    clock.schedule(1000, () => pacer.stop())
    pacer.take(Uint8Array.of(1))
  }
  let joinedMs = 0
  for (let count = 0; count < 6400; count++) {
    clock.runUntil(count * (1000 / 640))
    if (budgets.connect('10.0.0.1', clock.nowMs)) say('10.0.0.1', () => served++)
    if (count === 640) {
      const askedMs = clock.nowMs
      say('10.0.0.2', () => {
        joinedMs = clock.nowMs - askedMs
      })
    }
  }
  const seconds = clock.nowMs / 1000
  expect(seconds).toBeLessThan(10.5)
  // a quarter of the time for the address, and what is guaranteed
  expect(served * 4).toBeLessThan(0.32 * seconds * 1000)
  expect(served * 4).toBeGreaterThan(0.1 * seconds * 1000)
  expect(joinedMs).toBeGreaterThan(0)
  expect(joinedMs).toBeLessThan(200)
})

/** Connections of one server, each packet of which takes 1 ms. */
function setUp(connections = 1, packetMs = 1) {
  const clock = new WorkClock()
  const budgets = new Budgets(budgetsOf(limits), 0)
  const all = Array.from({ length: connections }, (_, index) => {
    const delivered: number[] = []
    const reading: boolean[] = []
    const pauses: number[] = []
    /** How many packets were delivered at the end of each read. */
    const ends: number[] = []
    const pacer = new ReadPacer({
      clock,
      budget: budgets.open(`10.0.0.${index}`, 0),
      deliver: ([number]) => {
        delivered.push(number!)
        clock.nowMs += packetMs
      },
      setReading: (isReading) => reading.push(isReading),
      onPause: (untilMs) => pauses.push(untilMs),
      onReadEnd: () => ends.push(delivered.length),
    })
    /** One read with packets of these numbers. */
    const read = (numbers: readonly number[], bytes = numbers.length): void => {
      pacer.begin()
      for (const number of numbers) pacer.take(Uint8Array.of(number))
      pacer.end(bytes)
    }
    return { pacer, delivered, reading, pauses, ends, read }
  })
  return { clock, all, ...all[0]! }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index % 256)

test('packets within the budget are delivered at once, and reading goes on', () => {
  const { read, delivered, reading } = setUp()
  read(numbers(8))
  expect([delivered, reading]).toEqual([numbers(8), []])
})

test('the end of a read comes after its packets, also for packets that have waited', () => {
  const { clock, pacer, read, delivered, ends } = setUp()
  expect(pacer.isReading).toBe(false)
  pacer.begin()
  expect([pacer.isReading, ends]).toEqual([true, []])
  pacer.end(0)
  read(numbers(8))
  expect([pacer.isReading, ends]).toEqual([false, [0, 8]])
  read(numbers(200))
  clock.runUntil(5000)
  expect(delivered).toHaveLength(208)
  expect(ends.at(-1)).toBe(208)
})

test('a read with many packets is no hold: what the budget does not pay for waits, and comes later in its order', () => {
  const { clock, read, delivered, reading, pauses } = setUp()
  read(numbers(200))
  // 10 ms at once, and up to 8 packets between two looks at the clock
  expect(clock.nowMs).toBeLessThanOrEqual(18)
  expect(reading).toEqual([false])
  expect(pauses[0]).toBeGreaterThanOrEqual(clock.nowMs + 20)
  clock.runUntil(500)
  expect(delivered.length).toBeLessThanOrEqual(10 + 0.2 * 500 + 8)
  expect(delivered.length).toBeGreaterThanOrEqual(0.2 * 500)
  clock.runUntil(2000)
  expect([delivered, reading]).toEqual([numbers(200), [false, true]])
})

test('long packets after many short ones are looked after one by one, as are the events in them', () => {
  const { clock, pacer, delivered } = setUp(1, 0)
  pacer.begin()
  // so many that take no time that the clock is read for every eighth
  for (const number of numbers(64)) pacer.take(Uint8Array.of(number))
  for (let count = 0; count < 12; count++) {
    clock.nowMs += 4
    pacer.take(new Uint8Array(2000))
  }
  // the budget has 10 ms at once
  expect(delivered).toHaveLength(64 + 3)
  pacer.end(24_064)
  const other = setUp(1, 0)
  other.pacer.begin()
  for (let count = 0; count < 64; count++) expect(other.pacer.mayWork(8)).toBe(true)
  let events = 0
  while (other.pacer.mayWork(2000)) {
    events++
    other.clock.nowMs += 4
  }
  expect(events).toBe(3)
})

test('bytes without a packet count: control frames, empty fragments, a message without an end', () => {
  const { clock, read, reading, pauses } = setUp()
  read([], 5000)
  expect(reading).toEqual([])
  read([], 5000)
  expect([reading, pauses]).toEqual([[false], [50]])
  clock.runUntil(50)
  expect(reading).toEqual([false, true])
})

test('a packet in which the machine has run something else for a second costs its client no second', () => {
  const { reading, read } = setUp(1, 1000)
  // 8 ms of the 10 that there are
  read([1])
  expect(reading).toEqual([])
})

test('time spent elsewhere for the client counts, and is paid before it is read again', () => {
  const { clock, pacer, delivered, reading, read } = setUp()
  pacer.charge(60)
  expect(reading).toEqual([false])
  read([1, 2])
  expect(delivered).toEqual([])
  clock.runUntil(300)
  expect([delivered, reading]).toEqual([
    [1, 2],
    [false, true],
  ])
})

test('the owner may hold packets back as well; they come when both allow it', () => {
  const { clock, pacer, delivered, reading } = setUp()
  pacer.hold()
  pacer.take(Uint8Array.of(1))
  pacer.charge(60)
  clock.runUntil(300)
  expect([delivered, reading]).toEqual([[], [false]])
  pacer.charge(60)
  pacer.release()
  expect(delivered).toEqual([])
  clock.runUntil(600)
  expect([delivered, reading]).toEqual([[1], [false, true]])
})

test('a close waits behind the packets, unless this side has closed before', () => {
  const calls: string[] = []
  const first = setUp()
  first.read(numbers(100))
  first.pacer.finish(() => calls.push(`end after ${first.delivered.length}`))
  first.clock.runUntil(2000)
  const second = setUp()
  second.read(numbers(100))
  const before = second.delivered.length
  second.pacer.drop()
  second.pacer.finish(() => calls.push('end at once'))
  second.clock.runUntil(2000)
  expect(calls).toEqual(['end after 100', 'end at once'])
  expect(second.delivered).toHaveLength(before)
})

test('a close is told once, however often packets are held back and released after it', () => {
  const { pacer } = setUp()
  let ends = 0
  pacer.hold()
  pacer.finish(() => ends++)
  for (let i = 0; i < 3; i++) {
    pacer.release()
    pacer.hold()
  }
  expect(ends).toBe(1)
})

test('the bytes of packets that wait are counted until they are delivered', () => {
  const { clock, pacer } = setUp()
  const seen = [pacer.waitingBytes]
  pacer.hold()
  pacer.take(new Uint8Array(30))
  pacer.take(new Uint8Array(12))
  seen.push(pacer.waitingBytes)
  pacer.release()
  clock.runUntil(1000)
  expect([...seen, pacer.waitingBytes]).toEqual([0, 42, 0])
})

test('a connection that has closed holds no timer', () => {
  const { clock, pacer, read } = setUp()
  read(numbers(100))
  expect(clock.pending).toBe(1)
  pacer.stop()
  expect(clock.pending).toBe(0)
  pacer.charge(1000)
  expect(clock.pending).toBe(0)
})

test('of ten connections that wait for what they share, not all go on at once', () => {
  const { clock, all } = setUp(10)
  for (const { read } of all) read(numbers(100))
  let longestMs = 0
  for (let tick = 1; tick <= 200; tick++) {
    const startMs = clock.nowMs
    let count = 0
    for (const { delivered } of all) count -= delivered.length
    for (const { read, reading } of all) if (reading.at(-1) !== false) read(numbers(100))
    clock.runUntil(startMs + 50)
    for (const { delivered } of all) count += delivered.length
    if (tick > 10) longestMs = Math.max(longestMs, count)
  }
  // a tick pays for 30 ms of 50, and each may overdraw by the packets between two looks
  expect(longestMs).toBeLessThanOrEqual(60)
  const counts = all.map(({ delivered }) => delivered.length)
  expect(Math.min(...counts)).toBeGreaterThan(0.5 * Math.max(...counts))
})
