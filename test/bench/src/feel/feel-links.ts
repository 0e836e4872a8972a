import { type LinkConditions, links } from '@tygase/testkit'

export interface FeelLink {
  readonly name: string
  readonly conditions: LinkConditions
  /** Whether the bars hold here, and not only a comparison with no prediction. */
  readonly hasBars: boolean
}

/** A network whose packets take `middleMs ± jitterMs` one way. */
function around(middleMs: number, jitterMs: number, loss: number, reliable: boolean): LinkConditions {
  const spread = { latencyMs: middleMs - jitterMs, jitterMs: 2 * jitterMs }
  return { ...spread, loss, duplicate: 0, reorder: 0, reliable }
}

/** Networks of the benchmark. Times are one way. */
export const feelLinks: readonly FeelLink[] = [
  { name: 'wifi', conditions: links.wifi, hasBars: true },
  { name: 'mobile', conditions: links.mobile, hasBars: true },
  { name: '50±15 ms, 5 % loss, datagrams', conditions: around(50, 15, 0.05, false), hasBars: true },
  { name: '50±15 ms, 5 % loss, TCP', conditions: around(50, 15, 0.05, true), hasBars: true },
  { name: '100±30 ms, 5 % loss, datagrams', conditions: around(100, 30, 0.05, false), hasBars: true },
  { name: '100±30 ms, 5 % loss, TCP', conditions: around(100, 30, 0.05, true), hasBars: true },
  { name: 'awful', conditions: links.awful, hasBars: false },
]
