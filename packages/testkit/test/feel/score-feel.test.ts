import { describe, expect, test } from 'vitest'
import type { FeelLine, Point } from '../../src/feel/feel-log.js'
import { scoreFeel } from '../../src/feel/score-feel.js'

const tickMs = 50
const frameMs = 1000 / 60
const seconds = 10

/** Where the rows of this play are, in units, at a time of the server. */
const paths: Record<string, (ms: number) => Point> = {
  me: (ms) => [400 + 200 * Math.sin(ms / 500), 100],
  other: (ms) => [400, 300 + 150 * Math.cos(ms / 700)],
}

interface Play {
  /** How far the screen is ahead of the server, in ms; negative in the past. */
  ownLeadMs?: (ms: number) => number
  othersLeadMs?: (ms: number) => number
  /** What the drawing adds to the truth. */
  ownOffset?: (ms: number) => number
  namesPlaces?: boolean
  more?: readonly FeelLine[]
}

/** @returns the place of a row between two ticks, as any drawing would show it */
function betweenTicks(id: string, ms: number): Point {
  const tick = Math.floor(ms / tickMs)
  const [a, b] = [paths[id]!(tick * tickMs), paths[id]!((tick + 1) * tickMs)]
  const share = ms / tickMs - tick
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share]
}

function logOf({ ownLeadMs = () => 0, othersLeadMs = () => -100, ownOffset = () => 0, ...rest }: Play): FeelLine[] {
  const { namesPlaces = true, more = [] } = rest
  const names = { system: 's', scene: 'open', link: 'lan' }
  const lines: FeelLine[] = [{ kind: 'settings', ...names, tickRate: 20, topSpeed: 500, fps: 60, fromMs: 1000 }]
  for (let tick = 0; tick <= (seconds * 1000) / tickMs + 40; tick++) {
    const rows = { me: paths.me!(tick * tickMs), other: paths.other!(tick * tickMs) }
    lines.push({ kind: 'truth', atMs: tick * tickMs, tick, rows })
  }
  for (let atMs = 100; atMs < seconds * 1000; atMs += frameMs) {
    const [ownMs, othersMs] = [atMs + ownLeadMs(atMs), atMs + othersLeadMs(atMs)]
    const [x, y] = betweenTicks('me', ownMs)
    const places = namesPlaces && { ownPlace: ownMs / tickMs, othersPlace: othersMs / tickMs }
    const others = { other: betweenTicks('other', othersMs) }
    lines.push({ kind: 'frame', atMs, id: 'me', own: [x + ownOffset(atMs), y], others, ...places })
  }
  // a log that was written and read again
  return [...lines, ...more].map((line) => JSON.parse(JSON.stringify(line)))
}

describe('the scorer', () => {
  test('finds no fault with a drawing that is the truth', () => {
    const report = scoreFeel(logOf({ ownLeadMs: () => 120 }))
    expect(report).toMatchObject({ system: 's', scene: 'open', link: 'lan', ownSnapsPerMin: 0, othersSnapsPerMin: 0 })
    expect(report.ownErrorP95).toBeLessThan(1e-6)
    expect(report.othersErrorP95).toBeLessThan(1e-6)
    expect(report.othersAgeMs).toBeCloseTo(100)
    expect(report.ownJerk).toBeGreaterThan(0.7)
    expect(report.ownJerk).toBeLessThan(1.4)
    expect(report.hitAgreement).toBeNull()
    expect(report.recoveryMs).toBeNull()
  })

  test('measures the distance from the truth', () => {
    const { ownErrorP50, ownErrorP95, ownErrorMax } = scoreFeel(
      logOf({ ownOffset: (ms) => (ms > 5000 && ms < 5400 ? 30 : 3) }),
    )
    expect([ownErrorP50, ownErrorP95, ownErrorMax].map((value) => Math.round(value!))).toEqual([3, 3, 30])
  })

  test('fits places that the log does not name', () => {
    const log = logOf({ ownLeadMs: () => 120, othersLeadMs: () => -170, namesPlaces: false })
    const report = scoreFeel(log)
    expect(report.ownErrorP95).toBeLessThan(0.5)
    expect(report.othersErrorP95).toBeLessThan(0.5)
    expect(Math.abs(report.othersAgeMs! - 170)).toBeLessThan(2)
  })

  test('judges a screen that freezes and leaps by an even way between, and counts the leaps', () => {
    // stands still for 200 ms of each second
    const freezing = (ms: number): number => -100 - Math.min(ms % 1000, 200)
    const report = scoreFeel(logOf({ othersLeadMs: freezing }))
    expect(report.othersErrorP95).toBeGreaterThan(5)
    expect(report.othersSnapsPerMin).toBeGreaterThan(30)
  })

  test('takes a screen that runs a little faster or slower as it is', () => {
    const report = scoreFeel(logOf({ othersLeadMs: (ms) => -100 - 50 * Math.sin(ms / 600) }))
    expect(report.othersErrorP95).toBeLessThan(1e-6)
    expect(report.othersSnapsPerMin).toBe(0)
  })

  test('counts the frames from a press until the own row goes faster in its direction', () => {
    const atMs = 5000 + frameMs / 2
    const shownMs = 5000 + 4 * frameMs
    // the own row goes straight on, and turns when the press shows
    paths.me = (ms) => [ms < shownMs ? 1000 - ms / 10 : 1000 - shownMs / 10 + (ms - shownMs) / 4, 100]
    const report = scoreFeel(logOf({ more: [{ kind: 'press', atMs, direction: [1, 0] }] }))
    expect(report.presses).toBe(1)
    expect(report.pressFramesP50).toBeGreaterThan(1.5)
    expect(report.pressFramesP50).toBeLessThan(6)
    paths.me = (ms) => [400 + 200 * Math.sin(ms / 500), 100]
  })

  test('compares shots with the hits of the server, and leaves out shots without an answer', () => {
    const more: FeelLine[] = ['a', 'b', 'c', 'd'].flatMap((key, index) => [
      { kind: 'shot', atMs: 2000 + index, key },
      ...(key === 'd' ? [] : [{ kind: 'hit' as const, atMs: 2100, key, isHit: key !== 'b' }]),
    ])
    expect(scoreFeel(logOf({ more }))).toMatchObject({ shots: 3, hitAgreement: 2 / 3 })
  })

  test('counts effects that came once, twice, never, and for nothing', () => {
    const acts = {
      once: ['asked', 'handled', 'caused'],
      twice: ['asked', 'handled', 'caused', 'handled'],
      never: ['asked', 'caused'],
      retracted: ['asked', 'handled', 'retracted'],
      false: ['asked', 'handled'],
    } as const
    const more = Object.entries(acts).flatMap(([key, steps]) =>
      steps.map((how, index): FeelLine => ({ kind: 'effect', atMs: 2000 + index * 10, key, how })),
    )
    const third = 1 / 3
    expect(scoreFeel(logOf({ more }))).toMatchObject({
      ...{ effects: 3, effectsOnce: third, effectsTwice: third, effectsMissing: third, effectsFalse: 1 },
      effectDelayMs: 10,
    })
  })

  test('measures the time from the end of a stall until the own row is right again', () => {
    const ownOffset = (ms: number): number => (ms > 4000 && ms < 5250 ? 40 : 0)
    const { recoveryMs } = scoreFeel(logOf({ ownOffset, more: [{ kind: 'stall', atMs: 5000 }] }))
    expect(Math.abs(recoveryMs! - 250)).toBeLessThan(2 * frameMs)
  })

  test('takes no press after a stall for a relapse, nor for a recovery', () => {
    const stall: FeelLine = { kind: 'stall', atMs: 5000 }
    const press = (atMs: number): FeelLine => ({ kind: 'press', atMs, direction: [1, 0] })
    const isOff = (ms: number, from: number, to: number): boolean => ms >= from && ms < to
    const ownOffset = (ms: number): number => (isOff(ms, 4000, 5150) || isOff(ms, 5300, 5390) ? 40 : 0)
    const recoveryOf = (presses: FeelLine[]): number =>
      scoreFeel(logOf({ ownOffset, more: [stall, ...presses] })).recoveryMs!
    expect(Math.abs(recoveryOf([press(5299)]) - 150)).toBeLessThan(2 * frameMs)
    expect(Math.abs(recoveryOf([press(5299), press(5010)]) - 150)).toBeLessThan(2 * frameMs)
    expect(Math.abs(recoveryOf([]) - 390)).toBeLessThan(2 * frameMs)
  })

  test('takes shares from the counts of a run', () => {
    const counts = { stampedEvents: 50, lateEvents: 1, rebases: 200, corrections: 3 }
    const more: FeelLine[] = [{ kind: 'counts', atMs: 9000, ...counts }]
    expect(scoreFeel(logOf({ more }))).toMatchObject({ lateShare: 0.02, correctionShare: 0.015 })
  })

  test('throws a TypeError for a log without settings', () => {
    expect(() => scoreFeel([])).toThrow(TypeError)
  })
})
