import type { MetricsSeries, SeriesName } from './metrics-reading.js'

/** Points that a ring holds: those of five minutes. */
export const mostPoints = 300
/** Time between two points. */
export const everyMs = 1000

/** The names of the rings, with the meaning of a point. */
const seriesMeanings: Readonly<Record<SeriesName, string>> = {
  ticksPerSecond: 'ticks made',
  ticksDropped: 'ticks left out',
  lateP50Ms: 'half of the ticks were no later, in ms',
  lateP99Ms: '99 % of the ticks were no later, in ms',
  lateMaxMs: 'the latest tick, in ms',
  handling: 'share of time',
  update: 'share of time',
  network: 'share of time',
  idle: 'share of time',
  packetsIn: 'packets received',
  packetsOut: 'packets sent',
  bytesIn: 'bytes received',
  bytesOut: 'bytes sent',
  acked: 'events acked',
  timedOut: 'events whose ack did not come',
  pending: 'events without an ack at the end of the second',
  connected: 'sessions with a transport at the end of the second',
  suspended: 'sessions that may resume at the end of the second',
  rooms: 'rooms at the end of the second',
  loopDelayP50Ms: 'half of the timers were no later, in ms',
  loopDelayP99Ms: '99 % of the timers were no later, in ms',
  rssBytes: 'memory of the process',
  heapUsedBytes: 'memory of its objects',
}

// reason: the table above has all names
const names = Object.keys(seriesMeanings) as SeriesName[]

/** One point of each ring. */
export type SeriesPoint = Readonly<Record<SeriesName, number>>

/** A ring of the last points for each name: memory is taken once. */
export class SeriesRings {
  readonly #rings = new Map(names.map((name) => [name, new Float64Array(mostPoints)]))
  /** Points since the last `clear`. */
  #count = 0
  #endMs: number

  /** @param startMs no point is before */
  constructor(startMs: number) {
    this.#endMs = startMs
  }

  /** Begins anew. */
  clear(startMs: number): void {
    this.#count = 0
    this.#endMs = startMs
  }

  /** The last `seconds` were all alike. @param seconds 1, or more if the process stood still */
  push(point: SeriesPoint, seconds: number): void {
    this.#endMs += seconds * everyMs
    for (let left = Math.min(seconds, mostPoints); left > 0; left--) {
      const place = this.#count % mostPoints
      for (const [name, ring] of this.#rings) ring[place] = point[name]
      this.#count++
    }
  }

  /** A copy, oldest point first. */
  read(): MetricsSeries {
    const size = Math.min(this.#count, mostPoints)
    const first = this.#count - size
    const list = (ring: Float64Array): number[] =>
      Array.from({ length: size }, (_, place) => ring[(first + place) % mostPoints]!)
    const lists = Object.fromEntries([...this.#rings].map(([name, ring]) => [name, list(ring)]))
    // reason: the rings have all names
    const points = lists as unknown as MetricsSeries['points']
    return { startMs: this.#endMs - Math.max(0, size - 1) * everyMs, everyMs, points }
  }
}
