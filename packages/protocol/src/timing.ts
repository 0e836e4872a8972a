import type { LinkIntervals } from './limits.js'
import type { TimeMessage } from './wire/messages.js'

/** A time that does not come. */
export const never = Number.POSITIVE_INFINITY
/** A time before all others. */
export const longAgo = Number.NEGATIVE_INFINITY

/** A TIME goes along with other messages this often at most: once a second measures well enough and costs about 10 bytes. */
const timeIntervalMs = 1000
/** Until the first round trip is measured, a TIME goes out this often, alone if need be. */
const firstTimeIntervalMs = 100
/** On a transport that may lose packets, this many keep-alives in a row have to be lost before a live transport is given up. */
const keepAlivesIfLossy = 5

/** When a transport needs a TIME message or a keep-alive, and when its silence has lasted too long. */
export class LinkTimes {
  #intervals: LinkIntervals
  #isReliable = true
  #receivedMs = 0
  #sentMs = 0
  #timeMs = longAgo

  constructor(intervals: LinkIntervals) {
    this.#intervals = intervals
  }

  /** Client: the server's terms have come. */
  adopt(intervals: LinkIntervals): void {
    this.#intervals = intervals
  }

  attach(now: number, isReliable: boolean): void {
    this.#isReliable = isReliable
    this.#receivedMs = now
    this.#sentMs = now
    this.#timeMs = longAgo
  }

  received(now: number): void {
    this.#receivedMs = now
  }

  sent(now: number, hasTime: boolean): void {
    this.#sentMs = now
    if (hasTime) this.#timeMs = now
  }

  /** When the peer has been silent for too long. */
  get idleAt(): number {
    return this.#receivedMs + this.#intervals.idleTimeoutMs
  }

  /** When a TIME has to go out even alone. @param isMeasured false until the first round trip is measured */
  aloneAt(isMeasured: boolean): number {
    const { keepAliveMs, idleTimeoutMs } = this.#intervals
    const quietMs = this.#isReliable ? keepAliveMs : Math.min(keepAliveMs, idleTimeoutMs / keepAlivesIfLossy)
    const keepAliveAt = this.#sentMs + quietMs
    return isMeasured ? keepAliveAt : Math.min(keepAliveAt, this.#timeMs + firstTimeIntervalMs)
  }

  /** True if a TIME goes into a packet that is sent anyway. */
  ridesAlong(now: number): boolean {
    return now >= this.#timeMs + timeIntervalMs
  }
}

/** Counts the milliseconds during which a session is connected and reads. Timeouts of events run on it. */
export class ConnectedClock {
  #countedMs = 0
  #runningSince: number | undefined

  /** Does nothing if it runs already. */
  start(now: number): void {
    this.#runningSince ??= now
  }

  stop(now: number): void {
    this.#countedMs = this.read(now)
    this.#runningSince = undefined
  }

  /** Does not count the time until `ms`. Does nothing while it is stopped. */
  waitUntil(ms: number, now: number): void {
    if (this.#runningSince === undefined) return
    this.#countedMs = this.read(now)
    this.#runningSince = ms
  }

  read(now: number): number {
    return this.#runningSince === undefined ? this.#countedMs : this.#countedMs + Math.max(0, now - this.#runningSince)
  }

  /** @returns when it will read `connectedMs` or more if it goes on; Infinity while it is stopped */
  whenReads(connectedMs: number): number {
    if (this.#runningSince === undefined) return never
    let atMs = this.#runningSince + connectedMs - this.#countedMs
    // rounding may make it a hair too early: nothing would be due then, and a timer for it would fire without end
    while (this.read(atMs) < connectedMs) atMs += Math.max(Math.abs(atMs), connectedMs, 1) * Number.EPSILON
    return atMs
  }
}

/** The clock offset is chosen from this many samples. At one in a second or two, a new route is noticed within that time. */
const offsetSamples = 8
/** The smoothed time is none that was not met lately: a slower network is noticed with so many samples. */
const newestSamples = 4
/** This many TIMEs of the peer are answered at once on each transport, so that both sides soon have samples. */
const promptAnswers = 3

export interface RoundTripSample {
  readonly rttMs: number
  /** What to add to this side's clock to get the peer's. */
  readonly offsetMs: number
}

/**
 * Round-trip time, jitter and clock offset from TIME messages. Smoothed as in RFC 6298: the time by 1/8, its deviation
 * (the jitter) by 1/4; but it is within the last four samples. The jitter begins at a quarter of the first sample. The offset comes from the sample with the lowest round-trip time among the last few: it was delayed
 * least on either way.
 */
export class RoundTrip {
  /** Undefined until the first sample, as the two below. Only this class sets these fields. */
  rttMs: number | undefined
  /** The mean deviation of the round-trip time. */
  jitterMs: number | undefined
  /** Of the last few samples on this transport the one with the lowest time: it was delayed least on either way. */
  fastest: RoundTripSample | undefined
  /** True if a TIME has come that is answered at once. */
  owesAnswer = false
  readonly #startMs: number
  #peerStartMs = 0
  #lastSent = 0
  #peer: { time: number; atMs: number } | undefined
  #answersLeft = promptAnswers
  readonly #samples: RoundTripSample[] = []

  /** @param startMs when the session began, on the clock of every `now` */
  constructor(startMs: number) {
    this.#startMs = startMs
  }

  /** Another transport. @param peerStartMs when the peer's session began, on the peer's clock */
  attach(peerStartMs: number): void {
    this.#peerStartMs = peerStartMs
    this.#peer = undefined
    this.#samples.length = 0
    this.fastest = undefined
    this.#answersLeft = promptAnswers
    this.owesAnswer = false
  }

  message(now: number): TimeMessage {
    const time = this.#tenths(now)
    this.#lastSent = time
    this.owesAnswer = false
    const echo = this.#peer && {
      time: this.#peer.time,
      held: Math.max(0, Math.round((now - this.#peer.atMs) * 10)),
    }
    return { time, echo }
  }

  receive({ time, echo }: TimeMessage, now: number): void {
    if (this.#answersLeft > 0) {
      this.#answersLeft--
      this.owesAnswer = true
    }
    // an older time, overtaken on the way, would make the next echo worse
    if (this.#peer === undefined || time > this.#peer.time) this.#peer = { time, atMs: now }
    // an echo of a time that was never sent measures nothing
    if (echo === undefined || echo.time > this.#lastSent) return
    const rttMs = (this.#tenths(now) - echo.time - echo.held) / 10
    // both sides round, so a little below 0 counts as 0
    if (rttMs < -1) return
    this.#sample(Math.max(0, rttMs), time, now)
  }

  #sample(rttMs: number, peerTime: number, now: number): void {
    if (this.rttMs === undefined || this.jitterMs === undefined) {
      this.rttMs = rttMs
      // half of it is meant for timeouts, and would take ten seconds to pass at a sample a second
      this.jitterMs = rttMs / 4
    } else {
      this.jitterMs += (Math.abs(rttMs - this.rttMs) - this.jitterMs) / 4
      this.rttMs += (rttMs - this.rttMs) / 8
    }
    this.#samples.push({ rttMs, offsetMs: this.#peerStartMs + peerTime / 10 + rttMs / 2 - now })
    if (this.#samples.length > offsetSamples) this.#samples.shift()
    const last = this.#samples.slice(-newestSamples).map((sample) => sample.rttMs)
    if (last.length === newestSamples) this.rttMs = Math.max(Math.min(this.rttMs, Math.max(...last)), Math.min(...last))
    this.fastest = this.#samples.reduce((fastest, sample) => (sample.rttMs <= fastest.rttMs ? sample : fastest))
  }

  #tenths(now: number): number {
    return Math.max(0, Math.round((now - this.#startMs) * 10))
  }
}
