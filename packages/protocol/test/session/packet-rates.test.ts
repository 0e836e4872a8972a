import { beforeEach, expect, it } from 'vitest'
import { Counters } from '../../src/counters.js'
import { limitsOf } from '../../src/server-limits.js'
import { PacketRates } from '../../src/session/server-role.js'
import { fromClient } from '../../src/wire/messages.js'
import { bytesOf } from '../support/hex.js'

let counters: Counters

beforeEach(() => {
  counters = new Counters()
})

it('packets are refused with rate_limited when packets, or events in them, come too fast', () => {
  for (const [given, packet] of [
    [{ maxPacketsPerSecond: 2 }, '09 05'],
    [{ maxEventsPerSecond: 4 }, '17 01 01 07 01'],
    [{ maxEventsPerSecond: 2 }, '17 01 01'],
  ] as const) {
    const limits = limitsOf(given)
    const rates = new PacketRates(limits, counters, 0)
    const read = (now: number) => rates.read(bytesOf(packet), fromClient, limits, now)
    read(0)
    read(0)
    expect(() => read(1)).toThrowError(expect.objectContaining({ code: 'rate_limited' }))
  }
})

/** One packet of each kind of limit: over which it goes, and how many may come at once. */
const cases = [
  ['packets', { maxPacketsPerSecond: 2 }, '09 05'],
  ['events', { maxEventsPerSecond: 4 }, '17 01 01 07 01'],
  ['packets of one event', { maxEventsPerSecond: 2 }, '17 01 01'],
] as const

it.each(cases)('a transport that can wait has a time for its next packet: %s', (_what, given, packet) => {
  const limits = limitsOf(given)
  const rates = new PacketRates(limits, counters, 0)
  rates.attach('waits')
  const read = (now: number) => rates.read(bytesOf(packet), fromClient, limits, now)
  read(0)
  read(0)
  expect([rates.readableAt, counters.get('readPauses')]).toEqual([Number.NEGATIVE_INFINITY, 0])
  expect(read(0)).toBeDefined()
  expect([rates.readableAt, counters.get('readPauses')]).toEqual([500, 1])
  read(500)
  expect([rates.readableAt, counters.get('readPauses')]).toEqual([1000, 2])
  // after a long wait as much may come at once as at the beginning
  read(10_000)
  read(10_000)
  expect([rates.readableAt, counters.get('readPauses')]).toEqual([1000, 2])
})

it('a packet that should have waited is refused with rate_limited', () => {
  const limits = limitsOf({ maxPacketsPerSecond: 1 })
  const rates = new PacketRates(limits, counters, 0)
  rates.attach('waits')
  const read = (now: number) => rates.read(bytesOf('09 05'), fromClient, limits, now)
  read(0)
  read(0)
  expect(() => read(999)).toThrowError(expect.objectContaining({ code: 'rate_limited' }))
})

it('a pause has a least length, even if less is owed', () => {
  const limits = limitsOf({ maxPacketsPerSecond: 1000 })
  const rates = new PacketRates(limits, counters, 0)
  rates.attach('waits')
  for (let i = 0; i <= 100; i++) rates.read(bytesOf('09 05'), fromClient, limits, 0)
  expect(rates.readableAt).toBe(20)
})

it.each([
  [1000, 100],
  [100, 20],
  [7, 7],
])('at %d packets a second, %d may come at once', (maxPacketsPerSecond, burst) => {
  const limits = limitsOf({ maxPacketsPerSecond })
  const rates = new PacketRates(limits, counters, 0)
  rates.attach('waits')
  for (const start of [0, 10_000]) {
    for (let i = 0; i < burst; i++) rates.read(bytesOf('09 05'), fromClient, limits, start)
    expect(rates.readableAt).toBeLessThanOrEqual(start)
    rates.read(bytesOf('09 05'), fromClient, limits, start)
    expect(rates.readableAt).toBeGreaterThan(start)
  }
})

it('a transport that cannot wait takes a second of packets at once, and no more', () => {
  const limits = limitsOf({ maxPacketsPerSecond: 1000 })
  const rates = new PacketRates(limits, counters, 0)
  const read = () => rates.read(bytesOf('09 05'), fromClient, limits, 0)
  for (let i = 0; i < 1000; i++) expect(read()).toBeDefined()
  expect(read).toThrowError(expect.objectContaining({ code: 'rate_limited' }))
})

it.each(cases)(
  'packets that may be lost are dropped if they come too fast, and counted: %s',
  (_what, given, packet) => {
    const limits = limitsOf(given)
    const rates = new PacketRates(limits, counters, 0)
    rates.attach('dropped')
    const read = (now: number) => rates.read(bytesOf(packet), fromClient, limits, now)
    const taken = [0, 0, 0, 0, 499, 500].map((now) => read(now) !== undefined)
    expect(taken).toEqual([true, true, true, false, false, true])
    expect([counters.get('packetsDropped'), counters.get('readPauses')]).toEqual([2, 0])
  },
)

it('packets of which none may come at all are refused, even if they could wait', () => {
  for (const [given, packet] of [
    [{ maxPacketsPerSecond: 0 }, '09 05'],
    [{ maxEventsPerSecond: 0 }, '17 01 01 07 01'],
  ] as const) {
    const limits = { ...limitsOf(given), maxEventsPerPacket: 10 }
    const rates = new PacketRates(limits, counters, 0)
    rates.attach('waits')
    expect(() => rates.read(bytesOf(packet), fromClient, limits, 0)).toThrowError(
      expect.objectContaining({ code: 'rate_limited' }),
    )
  }
})
