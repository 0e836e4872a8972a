import type { TimeMessage } from './messages/time-message.js'

/** How many samples the clock offset is chosen from: at one in a second or two, a route that changes is seen within that many. */
const offsetSamples = 8
/** So many TIMEs of the peer are answered at once on each transport, so that both sides soon have samples. */
const promptAnswers = 3

/**
 * Round-trip time, jitter and clock offset from TIME messages. Smoothed as in RFC 6298: the time by 1/8, its deviation
 * (the jitter) by 1/4. The offset is the one of the sample with the lowest round-trip time among the last few, because
 * that one was delayed least on either way.
 */
export class RoundTrip {
  readonly #startMs: number
  #peerStartMs = 0
  #lastSent = 0
  #peer: { time: number; atMs: number } | undefined
  #answersLeft = promptAnswers
  #owesAnswer = false
  #rttMs: number | undefined
  #jitterMs: number | undefined
  readonly #samples: { rttMs: number; offsetMs: number }[] = []

  /** @param startMs when the session began, on the clock that all `now` here are of */
  constructor(startMs: number) {
    this.#startMs = startMs
  }

  /** Undefined until the first sample. */
  get rttMs(): number | undefined {
    return this.#rttMs
  }

  /** The mean deviation of the round-trip time. Undefined until the first sample. */
  get jitterMs(): number | undefined {
    return this.#jitterMs
  }

  /** What to add to this side's clock to get the peer's. Undefined until the first sample. */
  get clockOffsetMs(): number | undefined {
    let best: { rttMs: number; offsetMs: number } | undefined
    for (const sample of this.#samples) if (best === undefined || sample.rttMs <= best.rttMs) best = sample
    return best?.offsetMs
  }

  /** Whether a TIME has come that is worth an answer at once. */
  get owesAnswer(): boolean {
    return this.#owesAnswer
  }

  /** Another transport. @param peerStartMs when the peer's session began, on the peer's clock */
  attach(peerStartMs: number): void {
    this.#peerStartMs = peerStartMs
    this.#peer = undefined
    this.#samples.length = 0
    this.#answersLeft = promptAnswers
    this.#owesAnswer = false
  }

  message(now: number): TimeMessage {
    const time = this.#tenths(now)
    this.#lastSent = time
    this.#owesAnswer = false
    const echo = this.#peer && {
      time: this.#peer.time,
      held: Math.max(0, Math.round((now - this.#peer.atMs) * 10)),
    }
    return { time, echo }
  }

  receive({ time, echo }: TimeMessage, now: number): void {
    if (this.#answersLeft > 0) {
      this.#answersLeft--
      this.#owesAnswer = true
    }
    // one that was overtaken on the way would make the next echo say less
    if (this.#peer === undefined || time > this.#peer.time) this.#peer = { time, atMs: now }
    // an echo of what was never said measures nothing
    if (echo === undefined || echo.time > this.#lastSent) return
    const rttMs = (this.#tenths(now) - echo.time - echo.held) / 10
    // both sides round, so a little below nothing is nothing
    if (rttMs < -1) return
    this.#sample(Math.max(0, rttMs), time, now)
  }

  #sample(rttMs: number, peerTime: number, now: number): void {
    if (this.#rttMs === undefined || this.#jitterMs === undefined) {
      this.#rttMs = rttMs
      this.#jitterMs = rttMs / 2
    } else {
      this.#jitterMs += (Math.abs(rttMs - this.#rttMs) - this.#jitterMs) / 4
      this.#rttMs += (rttMs - this.#rttMs) / 8
    }
    this.#samples.push({ rttMs, offsetMs: this.#peerStartMs + peerTime / 10 + rttMs / 2 - now })
    if (this.#samples.length > offsetSamples) this.#samples.shift()
  }

  #tenths(now: number): number {
    return Math.max(0, Math.round((now - this.#startMs) * 10))
  }
}
