/** What a connection says of itself at a moment. */
export interface Reading {
  /** In ms of the clock of the connection. */
  readonly atMs: number
  /** Undefined until measured. */
  readonly rttMs: number | undefined
  readonly jitterMs: number | undefined
  /** How far the own place is ahead of the newest version, in ms. 0 without prediction. */
  readonly leadMs: number
  /** How far behind the newest version others are drawn, in ms. */
  readonly delayMs: number
  /** Counts since the session began. */
  readonly bytesIn: number
  readonly bytesOut: number
  readonly packetsIn: number
  readonly packetsOut: number
  readonly eventsOut: number
  readonly eventsResent: number
  readonly eventsLost: number
  readonly corrections: number
  readonly rebases: number
}

/** A point of the charts: a reading, and what has happened since the one before. */
export interface Sample {
  readonly atMs: number
  readonly rttMs: number | undefined
  readonly jitterMs: number | undefined
  readonly leadMs: number
  readonly delayMs: number
  /** Bytes a second. */
  readonly inRate: number
  readonly outRate: number
  /** The longest time between two versions. */
  readonly gapMs: number
  readonly corrections: number
}

/** Sums over the time that is kept. */
export interface Totals {
  /** Of events: sent again per sent, from 0. */
  readonly resentShare: number
  /** Of events of the server that never came. */
  readonly lost: number
  /** Of versions: those that have moved an own row. */
  readonly correctedShare: number
  readonly packetsInRate: number
  readonly packetsOutRate: number
  readonly inRate: number
  readonly outRate: number
}

/** Time between two samples. */
export const sampleMs = 250
const keptSamples = 240
/** Rates are those of the last seconds: of one sample they would jump. */
const rateMs = 2000

/** Turns readings of a connection into figures and charts: four samples a second, of the last minute. */
export class Figures {
  #readings: Reading[] = []
  #samples: Sample[] = []
  #versionAtMs: number | undefined
  #gapMs = 0

  /** Oldest first. */
  get samples(): readonly Sample[] {
    return this.#samples
  }

  get newest(): Reading | undefined {
    return this.#readings.at(-1)
  }

  /** A version has come. */
  noteVersion(atMs: number): void {
    if (this.#versionAtMs !== undefined) this.#gapMs = Math.max(this.#gapMs, atMs - this.#versionAtMs)
    this.#versionAtMs = atMs
  }

  /** @returns whether it is time for the next reading */
  isDue(atMs: number): boolean {
    const { newest } = this
    return newest === undefined || atMs >= newest.atMs + sampleMs
  }

  add(reading: Reading): void {
    const before = this.newest
    // a session that has begun anew counts from 0
    if (before !== undefined && reading.packetsIn < before.packetsIn) this.#readings = []
    this.#readings.push(reading)
    if (this.#readings.length > keptSamples) this.#readings.shift()
    const passed = this.#before(rateMs)
    const { atMs, rttMs, jitterMs, leadMs, delayMs } = reading
    const sinceMs = this.#versionAtMs === undefined ? 0 : atMs - this.#versionAtMs
    this.#samples = [
      ...this.#samples.slice(1 - keptSamples),
      {
        ...{ atMs, rttMs, jitterMs, leadMs, delayMs },
        inRate: rate(passed, reading, 'bytesIn'),
        outRate: rate(passed, reading, 'bytesOut'),
        gapMs: Math.max(this.#gapMs, sinceMs),
        corrections: Math.max(0, reading.corrections - (before?.corrections ?? 0)),
      },
    ]
    this.#gapMs = 0
  }

  /** Undefined before there are two readings. */
  get totals(): Totals | undefined {
    const [first, last] = [this.#readings[0], this.newest]
    if (first === undefined || last === undefined || first === last) return undefined
    const since = (name: keyof Reading): number => Number(last[name]) - Number(first[name])
    const recent = this.#before(rateMs)
    return {
      resentShare: share(since('eventsResent'), since('eventsOut')),
      lost: last.eventsLost,
      correctedShare: share(since('corrections'), since('rebases')),
      packetsInRate: rate(recent, last, 'packetsIn'),
      packetsOutRate: rate(recent, last, 'packetsOut'),
      inRate: rate(recent, last, 'bytesIn'),
      outRate: rate(recent, last, 'bytesOut'),
    }
  }

  /** The reading that is at least so old; the oldest one if none is. */
  #before(ageMs: number): Reading {
    const newest = this.newest!
    return this.#readings.findLast(({ atMs }) => atMs <= newest.atMs - ageMs) ?? this.#readings[0]!
  }
}

function rate(from: Reading, to: Reading, name: 'bytesIn' | 'bytesOut' | 'packetsIn' | 'packetsOut'): number {
  const ms = to.atMs - from.atMs
  return ms > 0 ? ((to[name] - from[name]) * 1000) / ms : 0
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0
}
