import type { FeelReport } from '@tygase/testkit/feel'
import { feelLinks } from './feel-links.js'

/** A figure that must not be above, or below, its bar. */
export interface Bar {
  readonly measure: string
  readonly scene: string
  readonly link: string
  /** Null: not measured. */
  readonly figure: number | null
  readonly most?: number
  readonly least?: number
}

/** Scenes in which nothing but the player's own events moves the own disc. */
const freeScenes = ['open', 'shoot', 'coins', 'dash', 'secrets']
/** The room of the benchmark rewinds so far for a shot, in ms. */
const rewindMs = 250
/** A frame of a slow machine that takes longer than this would be a spiral, in ms. */
const spiralMs = 8

/** @returns all bars that this report of `tygase` has to reach */
export function barsOf(report: FeelReport): Bar[] {
  const { scene, link } = report
  const barred = feelLinks.find(({ name, hasBars }) => name === link && hasBars)
  const most = (measure: string, figure: number | null, bar: number): Bar => ({
    measure,
    scene,
    link,
    figure,
    most: bar,
  })
  const least = (measure: string, figure: number | null, bar: number): Bar => ({
    measure,
    scene,
    link,
    figure,
    least: bar,
  })
  const bars: Bar[] = []
  if (barred === undefined) return bars
  if (freeScenes.includes(scene)) {
    bars.push(
      most('press to screen, frames, p95', report.pressFramesP95, 1),
      most('own error, units, p95', report.ownErrorP95, 2),
      most('own snaps a minute', report.ownSnapsPerMin, 0),
      most("others' error, units, p95", report.othersErrorP95, 2),
      most("others' snaps a minute, each", report.othersSnapsPerMin, 0.5),
      most('late events, share', report.lateShare, 0.005),
    )
  }
  if (scene === 'push') bars.push(most('own error, units, p95', report.ownErrorP95, 8))
  if (scene === 'shoot') {
    // where no shot is in reach, this bar is missed, too
    bars.push(least(`shots that hit, up to ${rewindMs} ms, share`, report.fairHitAgreement, 0.99))
    const { latencyMs, jitterMs } = barred.conditions
    const longestRoundTripMs = 2 * (latencyMs + jitterMs)
    if (longestRoundTripMs <= rewindMs) bars.push(least('shots that hit, share', report.hitAgreement, 0.99))
  }
  if (scene === 'coins' || scene === 'slow') {
    bars.push(
      least('effects handled once, share', report.effectsOnce, 1),
      most('false effects', report.effectsFalse, 0),
    )
  }
  if (scene === 'slow') bars.push(most('work of a frame, ms', report.frameCpuMs, spiralMs))
  if (scene === 'stall') bars.push(most('recovery from a stall, ms', report.recoveryMs, 300))
  return bars
}

/** @returns the bars for the worst link: half of the errors without this library's prediction */
export function halvesOf(rows: readonly FeelReport[]): Bar[] {
  const rowOf = (system: string): FeelReport | undefined =>
    rows.find((row) => row.system === system && row.scene === 'open' && row.link === 'awful')
  const [own, byHand, past] = [rowOf('tygase'), rowOf('by hand'), rowOf('no prediction')]
  if (own === undefined || byHand === undefined || past === undefined) return []
  const half = (value: number | null): number => (value ?? 0) / 2
  const names = { scene: 'open', link: 'awful' }
  return [
    { ...names, measure: 'own error, p95, half of by hand', figure: own.ownErrorP95, most: half(byHand.ownErrorP95) },
    {
      ...names,
      measure: "others' error, p95, half of no prediction",
      figure: own.othersErrorP95,
      most: half(past.othersErrorP95),
    },
    {
      ...names,
      measure: "others' snaps, half of no prediction",
      figure: own.othersSnapsPerMin,
      most: half(past.othersSnapsPerMin),
    },
  ]
}

export function isReached({ figure, most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }: Bar): boolean {
  return figure !== null && figure <= most && figure >= least
}

/** Mean over plays with other seeds; the largest of the values that are largest values themselves. */
export function meanReport(reports: readonly FeelReport[]): FeelReport {
  const [first] = reports
  const entries = Object.entries(first!).map(([name, value]) => {
    const values = reports.map((report) => report[name as keyof FeelReport]).filter((each) => typeof each === 'number')
    if (values.length === 0) return [name, value]
    if (/Max$|False$|recovery/.test(name)) return [name, Math.max(...values)]
    return [name, values.reduce((sum, each) => sum + each, 0) / values.length]
  })
  // reason: the same keys, and a number in the place of each number
  return Object.fromEntries(entries) as FeelReport
}
