import { describe, expect, test } from 'vitest'
import { Figures, type Reading, sampleMs } from '../src/probes/figures.js'

const reading = (atMs: number, more: Partial<Reading> = {}): Reading => ({
  ...{ atMs, rttMs: 40, jitterMs: 3, leadMs: 50, delayMs: 60, bytesIn: 0, bytesOut: 0, packetsIn: 0, packetsOut: 0 },
  ...{ eventsOut: 0, eventsResent: 0, eventsLost: 0, corrections: 0, rebases: 0 },
  ...more,
})

/** A connection that gets 1,000 bytes in 10 packets a second. */
const steady = (atMs: number): Reading => reading(atMs, { bytesIn: atMs, packetsIn: atMs / 100, bytesOut: atMs / 10 })

describe('figures', () => {
  test('are taken four times a second', () => {
    const figures = new Figures()
    expect(figures.isDue(0)).toBe(true)
    figures.add(reading(1000))
    expect([figures.isDue(1000 + sampleMs - 1), figures.isDue(1000 + sampleMs)]).toEqual([false, true])
  })

  test('have rates over the last two seconds', () => {
    const figures = new Figures()
    expect(figures.totals).toBeUndefined()
    for (let atMs = 0; atMs <= 10_000; atMs += 250) figures.add(steady(atMs))
    expect(figures.totals).toMatchObject({ inRate: 1000, outRate: 100, packetsInRate: 10 })
    // nothing comes any more
    for (let atMs = 10_250; atMs <= 12_000; atMs += 250) figures.add({ ...steady(10_000), atMs })
    expect(figures.totals?.inRate).toBe(0)
    expect(figures.samples.at(-5)?.inRate).toBe(500)
  })

  test('keep the last minute', () => {
    const figures = new Figures()
    for (let atMs = 0; atMs <= 120_000; atMs += 250) figures.add(steady(atMs))
    expect(figures.samples).toHaveLength(240)
    expect(figures.samples[0]!.atMs).toBe(120_000 - 239 * 250)
  })

  test('have the longest time between two versions since the sample before, and while none comes', () => {
    const figures = new Figures()
    for (const atMs of [1000, 1050, 1190]) figures.noteVersion(atMs)
    figures.add(reading(1200))
    figures.noteVersion(1240)
    figures.add(reading(1450))
    figures.add(reading(1700))
    expect(figures.samples.map(({ gapMs }) => gapMs)).toEqual([140, 210, 460])
  })

  test('have the share of events that were sent again, and of versions that corrected an own row', () => {
    const figures = new Figures()
    figures.add(reading(0, { eventsOut: 10, corrections: 2, rebases: 100 }))
    figures.add(reading(250, { eventsOut: 30, eventsResent: 5, eventsLost: 1, corrections: 3, rebases: 120 }))
    expect(figures.totals).toMatchObject({ resentShare: 0.25, correctedShare: 0.05, lost: 1 })
    expect(figures.samples.map(({ corrections }) => corrections)).toEqual([2, 1])
  })

  test('begin anew with a session that counts from 0', () => {
    const figures = new Figures()
    for (let atMs = 0; atMs <= 2000; atMs += 250) figures.add(steady(atMs))
    figures.add(reading(2250))
    figures.add(reading(2500, { bytesIn: 100, packetsIn: 1 }))
    expect(figures.totals?.inRate).toBe(400)
    expect(figures.samples).toHaveLength(11)
  })
})
