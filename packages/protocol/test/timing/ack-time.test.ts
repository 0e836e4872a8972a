import { describe, expect, it } from 'vitest'
import { AckTime } from '../../src/lossy/resend-times.js'

describe('how long an event waits for its ack', () => {
  it('is the most that it may be until anything is known', () => {
    expect(new AckTime(1000).waitMs(0, undefined)).toBe(1000)
  })

  it.each([
    [50, 200],
    [200, 500],
    [900, 1000],
  ])('leaves two flushes of time beside a round trip of %d ms: %d ms', (rttMs, waitMs) => {
    expect(new AckTime(1000).waitMs(0, rttMs)).toBe(waitMs)
  })

  it('comes near to what acks take, when they all take equally long', () => {
    const time = new AckTime(1000)
    for (let i = 0; i < 50; i++) time.sample(120)
    expect(time.waitMs(0, 500)).toBeCloseTo(120, 0)
  })

  it('is long enough for nearly all acks, when some take longer', () => {
    const time = new AckTime(1000)
    let late = 0
    for (let i = 0; i < 200; i++) {
      const tookMs = 100 + ((i * 37) % 50)
      if (i > 10 && tookMs > time.waitMs(0, undefined)) late++
      time.sample(tookMs)
    }
    expect(late).toBeLessThan(4)
  })

  it('doubles with each time that it was in vain, up to the most', () => {
    const time = new AckTime(1000)
    time.sample(50)
    expect([0, 1, 2, 3, 2000].map((resends) => time.waitMs(resends, undefined))).toStrictEqual([
      150, 300, 600, 1000, 1000,
    ])
  })

  it('is never so short that it would be noise', () => {
    const time = new AckTime(1000)
    for (let i = 0; i < 50; i++) time.sample(0)
    expect(time.waitMs(0, undefined)).toBe(30)
  })
})
