import { expect, it } from 'vitest'
import { limitsOf } from '../src/limits.js'
import { fromClient } from '../src/messages/messages.js'
import { Traffic } from '../src/traffic.js'
import { bytesOf } from './hex.js'

it('traffic counts packets and bytes both ways, those that break a rule too', () => {
  const limits = limitsOf('server')
  const traffic = new Traffic(limits, 0)
  traffic.read(bytesOf('09 05'), fromClient, limits, 0)
  expect(() => traffic.read(bytesOf('ff'), fromClient, limits, 0)).toThrowError(
    expect.objectContaining({ code: 'malformed' }),
  )
  traffic.wrote(7)
  expect(traffic).toMatchObject({ packetsIn: 2, bytesIn: 3, packetsOut: 1, bytesOut: 7 })
})

it('traffic is refused with rate_limited when packets, or events in them, come too fast', () => {
  for (const [given, packet] of [
    [{ maxPacketsPerSecond: 2 }, '09 05'],
    [{ maxEventsPerSecond: 4 }, '17 01 01 07 01'],
  ] as const) {
    const limits = limitsOf('server', given)
    const traffic = new Traffic(limits, 0)
    const read = (now: number) => traffic.read(bytesOf(packet), fromClient, limits, now)
    read(0)
    read(0)
    expect(() => read(1)).toThrowError(expect.objectContaining({ code: 'rate_limited' }))
  }
})

/** One packet of each kind of limit: over which it goes, and how many may come at once. */
const cases = [
  ['packets', { maxPacketsPerSecond: 2 }, '09 05'],
  ['events', { maxEventsPerSecond: 4 }, '17 01 01 07 01'],
] as const

it.each(cases)('traffic that can wait is told when the next packet may come: %s', (_what, given, packet) => {
  const limits = limitsOf('server', given)
  const traffic = new Traffic(limits, 0)
  traffic.attach('waits')
  const read = (now: number) => traffic.read(bytesOf(packet), fromClient, limits, now)
  read(0)
  read(0)
  expect(traffic).toMatchObject({ readableAt: Number.NEGATIVE_INFINITY, pauses: 0 })
  expect(read(0)).toBeDefined()
  expect(traffic).toMatchObject({ readableAt: 500, pauses: 1 })
  read(500)
  expect(traffic).toMatchObject({ readableAt: 1000, pauses: 2 })
  // whoever has waited long enough has saved up as much as at the beginning
  read(10_000)
  read(10_000)
  expect(traffic).toMatchObject({ readableAt: 1000, pauses: 2 })
})

it('traffic that should have waited is refused with rate_limited', () => {
  const limits = limitsOf('server', { maxPacketsPerSecond: 1 })
  const traffic = new Traffic(limits, 0)
  traffic.attach('waits')
  const read = (now: number) => traffic.read(bytesOf('09 05'), fromClient, limits, now)
  read(0)
  read(0)
  expect(() => read(999)).toThrowError(expect.objectContaining({ code: 'rate_limited' }))
})

it('traffic waits for a while that is worth it, though less is owed', () => {
  const limits = limitsOf('server', { maxPacketsPerSecond: 1000 })
  const traffic = new Traffic(limits, 0)
  traffic.attach('waits')
  for (let i = 0; i <= 1000; i++) traffic.read(bytesOf('09 05'), fromClient, limits, 0)
  expect(traffic.readableAt).toBe(20)
})

it.each(cases)(
  'traffic that may be lost is dropped when it comes too fast, and counted: %s',
  (_what, given, packet) => {
    const limits = limitsOf('server', given)
    const traffic = new Traffic(limits, 0)
    traffic.attach('dropped')
    const read = (now: number) => traffic.read(bytesOf(packet), fromClient, limits, now)
    const taken = [0, 0, 0, 0, 499, 500].map((now) => read(now) !== undefined)
    expect(taken).toEqual([true, true, true, false, false, true])
    expect(traffic).toMatchObject({ packetsIn: 6, dropped: 2, pauses: 0 })
  },
)

it('traffic of which none may come at all is refused, though it could wait', () => {
  for (const [given, packet] of [
    [{ maxPacketsPerSecond: 0 }, '09 05'],
    [{ maxEventsPerSecond: 0 }, '17 01 01 07 01'],
  ] as const) {
    const limits = { ...limitsOf('server', given), maxEventsPerPacket: 10 }
    const traffic = new Traffic(limits, 0)
    traffic.attach('waits')
    expect(() => traffic.read(bytesOf(packet), fromClient, limits, 0)).toThrowError(
      expect.objectContaining({ code: 'rate_limited' }),
    )
  }
})
