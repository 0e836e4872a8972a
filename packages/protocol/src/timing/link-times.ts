import type { LinkIntervals } from '../limits.js'

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
  #timeMs = Number.NEGATIVE_INFINITY

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
    this.#timeMs = Number.NEGATIVE_INFINITY
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
    if (this.#runningSince === undefined) return Number.POSITIVE_INFINITY
    let atMs = this.#runningSince + connectedMs - this.#countedMs
    // rounding may make it a hair too early: nothing would be due then, and a timer for it would fire without end
    while (this.read(atMs) < connectedMs) atMs += Math.max(Math.abs(atMs), connectedMs, 1) * Number.EPSILON
    return atMs
  }
}
