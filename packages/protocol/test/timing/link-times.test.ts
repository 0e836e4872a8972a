import { beforeEach, expect, it } from 'vitest'
import { LinkTimes } from '../../src/timing.js'

let times: LinkTimes

beforeEach(() => {
  times = new LinkTimes({ keepAliveMs: 1000, idleTimeoutMs: 5000 })
  times.attach(100, true)
})

it('a transport is idle when nothing has come for idleTimeoutMs since it was attached or since the last packet', () => {
  expect(times.idleAt).toBe(5100)
  times.received(700)
  expect(times.idleAt).toBe(5700)
})

it('a TIME goes out alone keepAliveMs after the last packet, and at once until the round trip is measured', () => {
  expect(times.aloneAt(true)).toBe(1100)
  expect(times.aloneAt(false)).toBeLessThan(100)
  times.sent(200, true)
  expect(times.aloneAt(true)).toBe(1200)
  expect(times.aloneAt(false)).toBe(300)
})

it('on a transport that may lose it, a TIME goes out alone so often that five in a row fit into idleTimeoutMs', () => {
  times = new LinkTimes({ keepAliveMs: 3000, idleTimeoutMs: 5000 })
  times.attach(0, false)
  expect(times.aloneAt(true)).toBe(1000)
  times.adopt({ keepAliveMs: 300, idleTimeoutMs: 5000 })
  expect(times.aloneAt(true)).toBe(300)
  times.adopt({ keepAliveMs: 3000, idleTimeoutMs: 5000 })
  times.attach(0, true)
  expect(times.aloneAt(true)).toBe(3000)
})

it('a TIME rides along once a second at most', () => {
  expect(times.ridesAlong(100)).toBe(true)
  times.sent(200, true)
  times.sent(900, false)
  expect(times.ridesAlong(1199)).toBe(false)
  expect(times.ridesAlong(1200)).toBe(true)
})

it("the intervals of the server replace the client's own", () => {
  times.adopt({ keepAliveMs: 50, idleTimeoutMs: 80 })
  expect([times.aloneAt(true), times.idleAt]).toStrictEqual([150, 180])
})
