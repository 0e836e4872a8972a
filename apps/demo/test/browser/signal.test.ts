import { describe, expect, it } from 'vitest'
import { tickRate } from '../../src/arena.js'
import { SignalMeter } from '../../src/browser/panel/signal.js'

const tickMs = 1000 / tickRate

describe('the connection', () => {
  it.each([
    [1, false],
    [3.9, false],
    [4.1, true],
  ])('with the newest version %d ticks ago is poor: %s', (ticks, isPoor) => {
    expect(new SignalMeter().isPoor(ticks * tickMs, 5000)).toBe(isPoor)
  })

  it('stays poor for a moment after the gap', () => {
    const meter = new SignalMeter()
    meter.isPoor(5 * tickMs, 5000)
    expect([5100, 5700, 5900].map((nowMs) => meter.isPoor(tickMs, nowMs))).toEqual([true, true, false])
  })
})
