import type { PredictionHost } from '../prediction.js'
import type { ArrivalLine } from '../scene/arrival-line.js'

/** Until the round-trip time is measured, the handshake counts, up to this: a server may take long to let a client in. */
const maxHandshakeMs = 400
/** One handshake says little, and an early event is no harm. */
const leastFirstSpareMs = 40
/** The most of the first spare time, and of the jitter of round trips over datagrams. */
const maxJitterMs = 150
/** Over datagrams an event goes into several packets, so far apart: when the first one gets lost it comes with the next. */
const copyMs = 20
/** Share of the arrivals that events keep within: as late as the others they may be. */
const usualShare = 0.98
/**
 * In a game in which others move own rows again and again, which no client foresees, a longer lead is a longer guess: it goes
 * wrong more often than events are late.
 */
const disturbedShare = 0.95
/** Over datagrams so many own events show what lead such a game needs. They travel in eighths of a tick, and the next ones differ. */
const toldArrivals = 10
const toldMarginMs = 10
/**
 * If those are later than this, the network holds packets up: over TCP a lost packet comes at least 200 ms later. The next
 * ones to be held up are as late as the latest so far.
 */
const heldMs = 100
/** The most of the lead that is for packets that are late. */
const maxSpareMs = 350
/** The lead is at most this share of `maxAheadMs`: while versions are held up the own place goes on, and must not reach the bound. */
const mostShare = 0.6
/** The spare time grows and shrinks by so much of real time: growing too fast is seen, and shrinking too fast is of no use. */
const growth = 0.1
const decline = 0.02
/** Arrivals are looked at so often. */
const lookMs = 100
/** An event that needed more lead than usual may be followed by others for so long. */
const rememberMs = 30_000
/** So many own events are remembered at most. If all of them came early, less lead does, whatever versions say. */
const mostArrivals = 200
/** So many show that few of them are held up, and so many that many are: more than this share. */
const fewArrivals = 30
const manyArrivals = 100
const heldShare = 0.05

/** When an own event has come. */
interface Arrival {
  readonly atMs: number
  /** The lead with which it would have come just in time. */
  readonly neededMs: number
  readonly isLate: boolean
}

/**
 * How far a client's own place is before the line of the quickest arrivals, so that its events come in time.
 *
 * That takes the least round-trip time, and as much as an event may come later than the quickest: as versions do on their way
 * back, or, in a game at rest, as the jitter of round trips says. Over datagrams the jitter always counts, and the time
 * to the next copy: an event whose first copy gets lost comes later than versions do. An event that would come too late is seen
 * by others at a wrong place, while a longer lead shows them all events of this client later. So a lost packet that comes later
 * counts if more than one in fifty does; or one in twenty, if others disturb the prediction. Then, over datagrams, the lead is no
 * longer than 95 of 100 own events have needed, and 10 ms: one that is late there is late by a copy, and not by 200 ms.
 *
 * All this is a guess of the way to the server. The server says how early own events have come: the lead covers at least what
 * those of the last 30 s have needed that were late and not held up, and no more than those of a long time have. How many are
 * held up is seen in them as well as in versions.
 */
export class Lead {
  #spareMs: number | undefined
  #wantedMs = 0
  #atMs = 0
  #lookAtMs = 0
  /** Of the last own events, oldest first. */
  readonly #arrivals: Arrival[] = []

  /** An own event has come to the server. @param neededMs the lead with which it would have come just in time */
  arrived(neededMs: number, isLate: boolean, nowMs: number): void {
    this.#arrivals.push({ atMs: nowMs, neededMs, isLate })
    if (this.#arrivals.length > mostArrivals) this.#arrivals.shift()
    this.#lookAtMs = nowMs
  }

  /** The lead with which half of the own events would have come in time; undefined before the first has come. */
  get usualMs(): number | undefined {
    return this.#neededBy(0.5)
  }

  /**
   * @param isDisturbed whether others move own rows again and again
   * @returns ms
   */
  at(
    nowMs: number,
    line: ArrivalLine,
    { connection, link }: Pick<PredictionHost, 'connection' | 'link'>,
    maxAheadMs: number,
    isDisturbed: boolean,
  ): number {
    const { rttMs, jitterMs = 0 } = connection
    const guessMs = Math.min(link.handshakeMs!, maxHandshakeMs)
    const leastMs = (rttMs === undefined ? guessMs : (link.session.fastest?.rttMs ?? rttMs)) + 0.3 * line.stepMs
    if (rttMs === undefined) return leastMs + Math.min(Math.max(leastFirstSpareMs, guessMs), maxJitterMs)
    if (nowMs >= this.#lookAtMs) {
      this.#lookAtMs = nowMs + lookMs
      const usualMs = line.lateMs(usualShare)
      // arrivals are more even than round trips where few versions come: those that come say little then
      const jitteryMs = rttMs - leastMs + 2 * jitterMs
      const lostMs = copyMs + Math.max(0, Math.min(jitteryMs, maxJitterMs))
      const unevenMs = !link.isReliable ? lostMs : usualMs > jitterMs ? 0 : Math.min(jitteryMs, heldMs)
      const spareMs = Math.max(this.#late(nowMs, line, leastMs, isDisturbed), unevenMs)
      const isTold = isDisturbed && !link.isReliable && this.#arrivals.length >= toldArrivals
      const toldMs = isTold ? this.#neededBy(disturbedShare)! + toldMarginMs - leastMs : maxSpareMs
      this.#wantedMs = Math.max(0, Math.min(spareMs, toldMs, maxSpareMs, maxAheadMs * mostShare - leastMs))
    }
    const before = this.#spareMs ?? Math.max(rttMs / 2, this.#wantedMs)
    const passedMs = this.#spareMs === undefined ? 0 : nowMs - this.#atMs
    this.#atMs = nowMs
    this.#spareMs = Math.max(before - passedMs * decline, Math.min(before + passedMs * growth, this.#wantedMs))
    return leastMs + this.#spareMs
  }

  /** @returns the lead with which this share of the own events would have come in time */
  #neededBy(share: number): number | undefined {
    const sorted = this.#arrivals.map(({ neededMs }) => neededMs).sort((a, b) => a - b)
    return sorted[Math.floor(share * (sorted.length - 1))]
  }

  /** @returns how much later than the quickest events may come, in ms */
  #late(nowMs: number, line: ArrivalLine, leastMs: number, isDisturbed: boolean): number {
    // places travel in eighths of a tick, and no lead helps an event that meets an outage
    const spares = this.#arrivals
      .map((arrival) => ({ ...arrival, spareMs: arrival.neededMs - leastMs + line.stepMs / 16 }))
      .filter(({ spareMs }) => spareMs <= maxSpareMs)
    const held = spares.filter(({ spareMs }) => spareMs > heldMs)
    const mostOf = (found: typeof spares): number => Math.max(0, ...found.map(({ spareMs }) => spareMs))
    const usualMs = line.lateMs(usualShare)
    const mostMs = isDisturbed ? line.lateMs(disturbedShare) : usualMs
    const areFew = isDisturbed && spares.length >= fewArrivals && held.length <= (1 - disturbedShare) * spares.length
    let lateMs = Math.min(usualMs < heldMs ? usualMs : mostMs, heldMs)
    if (mostMs >= heldMs && !areFew) lateMs = line.lateMs(1)
    else if (!areFew && spares.length >= manyArrivals && held.length > heldShare * spares.length) lateMs = mostOf(held)
    if (spares.length === mostArrivals) lateMs = Math.min(lateMs, mostOf(spares))
    const isRecent = ({ atMs, spareMs, isLate }: (typeof spares)[number]): boolean =>
      isLate && spareMs <= heldMs && nowMs - atMs < rememberMs
    return Math.max(lateMs, mostOf(spares.filter(isRecent)))
  }
}
