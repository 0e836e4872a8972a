import { beforeEach, describe, expect, it } from 'vitest'
import { RoundTrip } from '../../src/timing.js'

/** The peer's clock is this much ahead, and its session began at 7 of this side's milliseconds. */
const offsetMs = 1000
let own: RoundTrip
let peer: RoundTrip

beforeEach(() => {
  own = new RoundTrip(0)
  peer = new RoundTrip(7 + offsetMs)
  own.attach(7 + offsetMs)
  peer.attach(0)
})

/** One TIME there and one back. @returns when it came back */
function sample(now: number, thereMs: number, heldMs: number, backMs: number): number {
  peer.receive(own.message(now), now + thereMs + offsetMs)
  const answer = peer.message(now + thereMs + heldMs + offsetMs)
  const end = now + thereMs + heldMs + backMs
  own.receive(answer, end)
  return end
}

describe('round-trip time', () => {
  it('is unknown before the first echo', () => {
    expect([own.rttMs, own.jitterMs, own.fastest]).toStrictEqual([undefined, undefined, undefined])
  })

  it('is the time of both ways, without the time in between', () => {
    sample(10, 30, 500, 50)
    expect(own.rttMs).toBeCloseTo(80)
    expect(own.jitterMs).toBeCloseTo(20)
  })

  it('is smoothed by an eighth, its deviation by a quarter', () => {
    sample(10, 50, 0, 50)
    sample(1000, 90, 0, 90)
    expect(own.rttMs).toBeCloseTo(110)
    expect(own.jitterMs).toBeCloseTo(25 + (80 - 25) / 4)
  })

  it('is within the last four samples, so that it follows another network in four seconds', () => {
    for (let second = 1; second <= 8; second++) sample(second * 1000, 25, 0, 25)
    for (const [second, rttMs] of [
      [9, 68.75],
      [10, 85.15625],
      [11, 99.51171875],
      [12, 200],
      [13, 200],
    ] as const) {
      sample(second * 1000, 100, 0, 100)
      expect([second, own.rttMs]).toEqual([second, expect.closeTo(rttMs)])
    }
    for (let second = 14; second <= 17; second++) sample(second * 1000, 30, 0, 30)
    expect(own.rttMs).toBeCloseTo(60)
  })

  it('gives the offset of the clocks, exactly if both ways take equally long', () => {
    sample(10, 40, 3, 40)
    expect(own.fastest?.offsetMs).toBeCloseTo(offsetMs)
  })

  it('takes the offset from the fastest of the last samples', () => {
    sample(10, 40, 0, 40)
    sample(1000, 40, 0, 400)
    expect(own.fastest?.offsetMs).toBeCloseTo(offsetMs)
    for (let i = 0; i < 8; i++) sample(2000 + i * 1000, 40, 0, 400)
    expect(own.fastest?.offsetMs).toBeCloseTo(offsetMs - 180)
  })

  it.each([
    ['an echo of what was never said', { time: 5, echo: { time: 101, held: 0 } }],
    ['more held than has passed', { time: 5, echo: { time: 100, held: 5000 } }],
  ])('is not measured by %s', (_what, { time, echo }) => {
    own.message(10)
    own.receive({ time, echo }, 50)
    expect(own.rttMs).toBeUndefined()
  })

  it('echoes the highest time of the peer, also if it was overtaken', () => {
    own.receive({ time: 500, echo: undefined }, 60)
    own.receive({ time: 400, echo: undefined }, 70)
    expect(own.message(80)).toStrictEqual({ time: 800, echo: { time: 500, held: 200 } })
  })

  it('is measured soon: the first three TIMEs on a transport are answered at once', () => {
    const own = new RoundTrip(0)
    const owes: boolean[] = []
    for (let round = 0; round < 2; round++) {
      own.attach(0)
      for (let i = 1; i <= 4; i++) {
        own.receive({ time: i, echo: undefined }, i)
        owes.push(own.owesAnswer)
        own.message(i)
        expect(own.owesAnswer).toBe(false)
      }
    }
    expect(owes).toStrictEqual([true, true, true, false, true, true, true, false])
  })
})
