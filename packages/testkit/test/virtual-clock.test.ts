import { VirtualClock } from '@tygase/testkit/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

describe('a virtual clock', () => {
  it('makes calls in the order of their times, and equal ones in the order in which they were scheduled', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (delays) => {
        const clock = new VirtualClock()
        const calls: [number, number][] = []
        delays.forEach((delay, i) => {
          clock.schedule(delay, () => calls.push([clock.now(), i]))
        })
        clock.advance(20)
        const expected = delays
          .map((delay, i) => [delay, i] as [number, number])
          .sort((a, b) => a[0] - b[0] || a[1] - b[1])
        expect(calls).toStrictEqual(expected)
      }),
    )
  })

  it('ends where it was told to, and makes no call beyond', () => {
    const clock = new VirtualClock(100)
    let calls = 0
    clock.schedule(50, () => calls++)
    clock.advance(49)
    expect([clock.now(), calls, clock.pending]).toStrictEqual([149, 0, 1])
    clock.runUntil(150)
    expect([clock.now(), calls, clock.pending]).toStrictEqual([150, 1, 0])
  })

  it('never makes a call that was cancelled, however often', () => {
    const clock = new VirtualClock()
    const cancel = clock.schedule(5, () => expect.unreachable())
    cancel()
    cancel()
    expect(clock.pending).toBe(0)
    expect(clock.runNext()).toBe(false)
  })

  it('makes calls that calls have scheduled, in the same run when they fall into it', () => {
    const clock = new VirtualClock()
    const times: number[] = []
    const again = () => {
      times.push(clock.now())
      clock.schedule(10, again)
    }
    clock.schedule(10, again)
    clock.advance(35)
    expect(times).toStrictEqual([10, 20, 30])
  })

  it('knows when the next call is due, cancelled ones left out', () => {
    const clock = new VirtualClock(5)
    expect(clock.nextMs).toBe(Number.POSITIVE_INFINITY)
    clock.schedule(30, () => {})
    const cancel = clock.schedule(10, () => {})
    expect(clock.nextMs).toBe(15)
    cancel()
    expect(clock.nextMs).toBe(35)
  })

  it('goes from call to call', () => {
    const clock = new VirtualClock()
    clock.schedule(30, () => {})
    clock.schedule(10, () => {})
    expect([clock.runNext(), clock.now(), clock.runNext(), clock.now(), clock.runNext()]).toStrictEqual([
      true,
      10,
      true,
      30,
      false,
    ])
  })
})
