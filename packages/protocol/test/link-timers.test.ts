import { beforeEach, expect, it } from 'vitest'
import { LinkTimers } from '../src/link-timers.js'

let timers: LinkTimers

beforeEach(() => {
  timers = new LinkTimers({ keepAliveMs: 1000, idleTimeoutMs: 5000 })
  timers.attach(100, true)
})

it('a transport is idle when nothing has come for idleTimeoutMs since it was attached or since the last packet', () => {
  expect(timers.idleAt).toBe(5100)
  timers.received(700)
  expect(timers.idleAt).toBe(5700)
})

it('a TIME goes out alone keepAliveMs after the last packet, and at once until there is a measure', () => {
  expect(timers.aloneAt(true)).toBe(1100)
  expect(timers.aloneAt(false)).toBeLessThan(100)
  timers.sent(200, true)
  expect(timers.aloneAt(true)).toBe(1200)
  expect(timers.aloneAt(false)).toBe(300)
})

it('on a transport that may lose it, a TIME goes out alone so often that five in a row fit into idleTimeoutMs', () => {
  timers = new LinkTimers({ keepAliveMs: 3000, idleTimeoutMs: 5000 })
  timers.attach(0, false)
  expect(timers.aloneAt(true)).toBe(1000)
  timers.adopt({ keepAliveMs: 300, idleTimeoutMs: 5000 })
  expect(timers.aloneAt(true)).toBe(300)
  timers.adopt({ keepAliveMs: 3000, idleTimeoutMs: 5000 })
  timers.attach(0, true)
  expect(timers.aloneAt(true)).toBe(3000)
})

it('a TIME rides along once a second at most', () => {
  expect(timers.ridesAlong(100)).toBe(true)
  timers.sent(200, true)
  timers.sent(900, false)
  expect(timers.ridesAlong(1199)).toBe(false)
  expect(timers.ridesAlong(1200)).toBe(true)
})

it('the times of the server replace the own ones', () => {
  timers.adopt({ keepAliveMs: 50, idleTimeoutMs: 80 })
  expect([timers.aloneAt(true), timers.idleAt]).toStrictEqual([150, 180])
})
