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
    expect(() => read(600)).not.toThrow()
  }
})
