import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/** Times, counted in µs to two digits: small, and threads and seconds can be put together. */
export type Times = RecordableHistogram

/** Longer ones count as this: a minute. */
const longestUs = 60_000_000

/** What a player waits for. */
export interface TimesSummary {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export function newTimes(): Times {
  return createHistogram({ lowest: 1, highest: longestUs, figures: 2 })
}

/** @param ms from 0 */
export function noteTime(times: Times, ms: number): void {
  // the histogram knows whole numbers from 1
  times.record(Math.min(longestUs, Math.max(1, Math.round(ms * 1000))))
}

/** @returns ms, to a hundredth of their size; undefined without times */
export function summaryOf(times: Times): TimesSummary | undefined {
  if (times.count === 0) return undefined
  const max = Math.min(longestUs, times.max)
  const at = (percent: number): number => toMs(Math.min(max, times.percentile(percent)))
  return { count: times.count, p50: at(50), p95: at(95), p99: at(99), max: toMs(max) }
}

/** One µs stands for nothing: there is no shorter time. */
function toMs(us: number): number {
  return us <= 1 ? 0 : us / 1000
}

/** How often something went wrong, and how it was said for the first time. */
export interface Fault {
  readonly count: number
  readonly message: string
}

/** What players have seen in a part of the time. Threads send it to each other. */
export interface Slice {
  /** Players that began to join. */
  tried: number
  /** From the begin of a join to its version. */
  readonly joins: Times
  /** From sending an event to its ack. */
  readonly acks: Times
  /** Of each version, how much later it came than the best one of its player. */
  readonly lateness: Times
  /** Round trips of the sessions themselves. */
  readonly roundTrips: Times
  /** How late the timers of the load generator were. */
  readonly lag: Times
  /** Share of its time in which the busiest thread had work, 0 to 1. */
  utilization: number
  versions: number
  bytesIn: number
  bytesOut: number
  /** Players that are connected at the end of it. */
  connected: number
  /** Ticks a second of the game; undefined while no player has joined. */
  tickRate: number | undefined
  /** By how much the numbers of versions went up, summed over the players, and in what time. */
  ticks: number
  ticksInMs: number
  /** Joins that failed, by code. */
  readonly failedJoins: Map<string, Fault>
  /** Events that were refused or failed, and parts of the script that threw, by code. */
  readonly faults: Map<string, Fault>
  /** Transports and sessions that were lost, by code. */
  readonly losses: Map<string, Fault>
}

export function newSlice(): Slice {
  return {
    tried: 0,
    joins: newTimes(),
    acks: newTimes(),
    lateness: newTimes(),
    roundTrips: newTimes(),
    lag: newTimes(),
    utilization: 0,
    versions: 0,
    bytesIn: 0,
    bytesOut: 0,
    connected: 0,
    tickRate: undefined,
    ticks: 0,
    ticksInMs: 0,
    failedJoins: new Map(),
    faults: new Map(),
    losses: new Map(),
  }
}

export function noteFault(faults: Map<string, Fault>, code: string, message: string, count = 1): void {
  const known = faults.get(code)
  faults.set(code, { count: (known?.count ?? 0) + count, message: known?.message ?? message })
}

/**
 * Adds to `sum` what another part of the players saw in the same time, or the same players in another time.
 * @param isSameTime true: players that are connected add up, too; false: those of `slice` count
 */
export function addSlice(sum: Slice, slice: Slice, isSameTime: boolean): void {
  sum.tried += slice.tried
  sum.versions += slice.versions
  sum.bytesIn += slice.bytesIn
  sum.bytesOut += slice.bytesOut
  sum.ticks += slice.ticks
  sum.ticksInMs += slice.ticksInMs
  sum.connected = isSameTime ? sum.connected + slice.connected : slice.connected
  sum.tickRate = slice.tickRate ?? sum.tickRate
  sum.utilization = Math.max(sum.utilization, slice.utilization)
  for (const name of ['joins', 'acks', 'lateness', 'roundTrips', 'lag'] as const) {
    // an empty one would make the least value of the sum 0
    if (slice[name].count > 0) sum[name].add(slice[name])
  }
  for (const name of ['failedJoins', 'faults', 'losses'] as const) {
    for (const [code, { count, message }] of slice[name]) noteFault(sum[name], code, message, count)
  }
}

/** Lateness counts from the best arrival of this time: clocks drift, and a server that has dropped ticks never makes up for them. */
const windowMs = 2000

/**
 * Finds out how late the versions of one player come. A version of tick `t` is due at a fixed moment plus `t` times the length of
 * a tick; that moment is the one of the version that came earliest, compared with its number, of the last two to four seconds.
 */
export class Arrivals {
  #tickMs = 0
  /** The least of `arrival - number × tick` in the window that runs, and in the one before. */
  #best = Number.POSITIVE_INFINITY
  #bestBefore = Number.POSITIVE_INFINITY
  #windowEndsMs = 0

  /** Begins anew: after a pause of the game or a resume, numbers and times have another relation. */
  restart(): void {
    this.#best = Number.POSITIVE_INFINITY
    this.#bestBefore = Number.POSITIVE_INFINITY
  }

  /** @returns how late the version came, in ms from 0; undefined for the first one */
  note(version: number, nowMs: number, tickRate: number): number | undefined {
    const tickMs = 1000 / tickRate
    if (tickMs !== this.#tickMs) this.restart()
    this.#tickMs = tickMs
    if (nowMs >= this.#windowEndsMs) {
      this.#bestBefore = nowMs < this.#windowEndsMs + windowMs ? this.#best : Number.POSITIVE_INFINITY
      this.#best = Number.POSITIVE_INFINITY
      this.#windowEndsMs = nowMs + windowMs
    }
    const offsetMs = nowMs - version * tickMs
    const bestMs = Math.min(this.#best, this.#bestBefore)
    this.#best = Math.min(this.#best, offsetMs)
    return bestMs === Number.POSITIVE_INFINITY ? undefined : Math.max(0, offsetMs - bestMs)
  }
}
