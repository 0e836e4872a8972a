import { createSeededRandom } from '@tygase/testkit/internal'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Lead } from '../../src/predict/lead.js'
import type { PredictionHost } from '../../src/prediction.js'
import { ArrivalLine } from '../../src/scene/arrival-line.js'

const tickRate = 20
const stepMs = 50
/** The part of a tick. */
const marginMs = 15

/** A client whose versions come `lateMs` later than the quickest, and that looks at its lead 20 times a second. */
class Client {
  readonly line = new ArrivalLine(tickRate, 1)
  readonly lead = new Lead()
  nowMs = 0
  version = 0
  maxAheadMs = 1000
  rttMs: number | undefined = 100
  jitterMs = 0
  isReliable = true
  isDisturbed = false

  leadMs(): number {
    const { nowMs, line, rttMs, jitterMs, maxAheadMs, isReliable, isDisturbed } = this
    const fastest = rttMs === undefined ? undefined : { rttMs: 100 }
    const host = { connection: { rttMs, jitterMs }, link: { handshakeMs: 120, isReliable, session: { fastest } } }
    // reason: it reads no more of its host
    return this.lead.at(nowMs, line, host as unknown as PredictionHost, maxAheadMs, isDisturbed)
  }

  arrived(neededMs: number, isLate = true): void {
    this.lead.arrived(neededMs, isLate, this.nowMs)
  }

  /** @returns the lead after each version */
  play(seconds: number, lateMs: (version: number) => number): number[] {
    return Array.from({ length: seconds * tickRate }, () => {
      this.version++
      this.nowMs = this.version * stepMs
      this.line.arrived(this.version, this.nowMs + lateMs(this.version))
      return this.leadMs()
    })
  }
}

const held = (every: number, ms: number) => (version: number) => (version % every === 0 ? ms : version % 3)

describe('the lead', () => {
  test('is the least round trip, what 98 of 100 versions are late by, and a part of a tick', () => {
    const leads = new Client().play(20, (version) => version % 11)
    expect(leads.at(-1)).toBe(100 + 10 + marginMs)
  })

  test('covers the jitter of round trips where versions say less: their mean and twice the jitter, up to 100 ms', () => {
    const client = new Client()
    Object.assign(client, { rttMs: 120, jitterMs: 10 })
    expect(client.play(20, () => 0).at(-1)).toBeCloseTo(140, 6)
    expect(client.play(20, (version) => version % 12).at(-1)).toBeCloseTo(100 + 11 + marginMs, 6)
    client.jitterMs = 200
    expect(client.play(20, () => 0).at(-1)).toBeCloseTo(200 + marginMs, 6)
  })

  test('covers jitter and a lost copy over datagrams whatever versions say: as above up to 150 ms, and 20 ms more', () => {
    const client = new Client()
    Object.assign(client, { rttMs: 120, jitterMs: 10, isReliable: false })
    expect(client.play(20, (version) => version % 12).at(-1)).toBeCloseTo(160, 6)
    expect(client.play(20, (version) => (version % 21) * 3).at(-1)).toBeCloseTo(100 + 60 + marginMs, 6)
    client.jitterMs = 200
    expect(client.play(30, () => 0).at(-1)).toBeCloseTo(270 + marginMs, 6)
  })

  test('begins with half a round trip to spare, and gives that up slowly', () => {
    const client = new Client()
    client.leadMs()
    const leads = client.play(20, () => 0)
    expect(leads[0]).toBeCloseTo(150 + marginMs - 1, 6)
    expect(leads[tickRate - 1]).toBeCloseTo(130 + marginMs, 6)
    expect(leads.at(-1)).toBe(100 + marginMs)
  })

  test('takes the handshake for the round trip until that is measured', () => {
    const client = new Client()
    client.rttMs = undefined
    expect(client.leadMs()).toBe(240 + marginMs)
  })

  test('is no longer for one packet in a hundred that is held up, but covers the latest if three are', () => {
    expect(new Client().play(30, held(100, 240)).at(-1)).toBe(100 + 2 + marginMs)
    expect(new Client().play(30, held(33, 240)).at(-1)).toBe(100 + 240 + marginMs)
  })

  test('grows at a tenth of real time and shrinks at a fiftieth, so that the own place never leaps for it', () => {
    const client = new Client()
    client.play(20, () => 0)
    const rising = client.play(6, held(10, 240))
    const falling = client.play(60, () => 0)
    const leads = [...rising, ...falling]
    const steps = leads.slice(1).map((lead, index) => lead - leads[index]!)
    expect(Math.max(...steps)).toBeCloseTo(stepMs / 10, 6)
    expect(Math.min(...steps)).toBeCloseTo(-stepMs / 50, 6)
    expect(rising.at(-1)).toBe(100 + 240 + marginMs)
    expect(falling.at(-1)).toBe(100 + marginMs)
  })

  test('covers 350 ms at most', () => {
    expect(Math.max(...new Client().play(30, held(20, 450)))).toBe(100 + 350 + marginMs)
  })

  test('leaves the own place room below its bound', () => {
    const client = new Client()
    client.maxAheadMs = 500
    expect(client.play(30, held(20, 300)).at(-1)).toBeCloseTo(500 * 0.6, 6)
  })

  test('covers what late events of the last 30 s have needed, and grows for them at once', () => {
    const client = new Client()
    client.play(20, () => 0)
    // one that was in time shows nothing
    client.arrived(190, false)
    expect(client.play(5, () => 0).at(-1)).toBe(100 + marginMs)
    client.arrived(190)
    const rising = client.play(3, () => 0)
    expect(rising[0]).toBeCloseTo(100 + marginMs + stepMs / 10, 6)
    // the middle of the eighth of a tick in which the event came
    expect(rising.at(-1)).toBeCloseTo(190 + stepMs / 16, 6)
    expect(client.play(26, () => 0).at(-1)).toBeCloseTo(190 + stepMs / 16, 6)
    expect(client.play(20, () => 0).at(-1)).toBe(100 + marginMs)
  })

  test('does not grow for an event that was held up, but covers the latest if more than 5 of 100 are', () => {
    const client = new Client()
    client.play(20, () => 0)
    for (let count = 0; count < 5; count++) client.arrived(330)
    for (let count = 0; count < 94; count++) client.arrived(120, false)
    expect(client.play(5, () => 0).at(-1)).toBe(100 + marginMs)
    client.arrived(310)
    expect(client.play(5, () => 0).at(-1)).toBeCloseTo(330 + stepMs / 16, 6)
  })

  test('does not grow for events that have met an outage', () => {
    const client = new Client()
    client.play(20, () => 0)
    for (let count = 0; count < 200; count++) client.arrived(600)
    expect(client.play(5, () => 0).at(-1)).toBe(100 + marginMs)
  })

  test('is no longer than 200 own events have needed, although versions are held up', () => {
    const client = new Client()
    client.play(20, held(33, 240))
    for (let count = 0; count < 199; count++) client.arrived(130, false)
    expect(client.play(20, held(33, 240)).at(-1)).toBe(100 + 240 + marginMs)
    client.arrived(130, false)
    expect(client.play(60, held(33, 240)).at(-1)).toBeCloseTo(130 + stepMs / 16, 6)
    client.arrived(300)
    expect(client.play(60, held(33, 240)).at(-1)).toBeCloseTo(300 + stepMs / 16, 6)
  })

  test('covers packets that are held up only if many are, in a game in which others disturb the prediction', () => {
    const client = new Client()
    client.isDisturbed = true
    expect(client.play(30, held(33, 240)).at(-1)).toBe(100 + 2 + marginMs)
    expect(client.play(30, held(10, 240)).at(-1)).toBe(100 + 240 + marginMs)
    // own events show that few are
    for (let count = 0; count < 30; count++) client.arrived(130, false)
    expect(client.play(30, held(10, 240)).at(-1)).toBe(200 + marginMs)
    for (let count = 0; count < 2; count++) client.arrived(330)
    expect(client.play(30, held(10, 240)).at(-1)).toBe(100 + 240 + marginMs)
  })

  test('is over datagrams what 95 of 100 own events have needed and 10 ms, in a game in which others disturb', () => {
    const client = new Client()
    Object.assign(client, { isDisturbed: true, rttMs: 120, jitterMs: 40, isReliable: false })
    for (let count = 0; count < 9; count++) client.arrived(120, false)
    expect(client.play(20, () => 0).at(-1)).toBe(100 + 20 + 85 + marginMs)
    client.arrived(120, false)
    expect(client.play(20, () => 0).at(-1)).toBe(130)
    // one in twenty that is later does not count, two do
    for (let count = 0; count < 9; count++) client.arrived(120, false)
    client.arrived(170)
    expect(client.play(20, () => 0).at(-1)).toBe(130)
    client.arrived(170)
    expect(client.play(20, () => 0).at(-1)).toBe(180)
    client.isDisturbed = false
    expect(client.play(20, () => 0).at(-1)).toBe(100 + 20 + 85 + marginMs)
  })

  test('says what half of the own events have needed', () => {
    const client = new Client()
    expect(client.lead.usualMs).toBeUndefined()
    for (const neededMs of [170, 110, 900]) client.arrived(neededMs)
    expect(client.lead.usualMs).toBe(170)
  })

  test('whatever comes when, is between the least round trip and 350 ms more, and moves at -0.02 to 0.1 of real time', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 600 }), fc.nat(100), (seed, spreadMs, heldPercent) => {
        const random = createSeededRandom(seed)
        const client = new Client()
        const leads = client.play(10, () => {
          client.jitterMs = random() * 100
          if (random() < 0.3) client.arrived(random() * 600, random() < 0.5)
          client.isDisturbed = random() < 0.5
          return random() * 100 < heldPercent ? random() * spreadMs : 0
        })
        leads.forEach((lead, index) => {
          const step = lead - (leads[index - 1] ?? lead)
          const isBetween = lead >= 100 + marginMs && lead <= 450 + marginMs
          const isSmooth = step <= stepMs / 10 + 1e-6 && step >= -stepMs / 50 - 1e-6
          if (!isBetween || !isSmooth)
            expect({ lead, isBetween, step, isSmooth }).toMatchObject({ isBetween: true, isSmooth: true })
        })
      }),
      { numRuns: 50 },
    )
  })
})
