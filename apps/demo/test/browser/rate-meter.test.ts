import { describe, expect, it } from 'vitest'
import { RateMeter } from '../../src/browser/rate-meter.js'

describe('a rate meter', () => {
  it('gives what was added a second, over the last two', () => {
    const meter = new RateMeter()
    expect(meter.sample(5000, 0)).toBe(0)
    for (let second = 1; second <= 10; second++) meter.sample(5000 + second * 100, second * 1000)
    expect(meter.sample(6100, 11_000)).toBe(100)
    for (let second = 12; second <= 14; second++) meter.sample(6100, second * 1000)
    expect(meter.sample(6100, 15_000)).toBe(0)
  })

  it('begins anew when the count does', () => {
    const meter = new RateMeter()
    meter.sample(5000, 0)
    expect(meter.sample(0, 1000)).toBe(0)
    expect(meter.sample(50, 2000)).toBe(50)
  })
})
