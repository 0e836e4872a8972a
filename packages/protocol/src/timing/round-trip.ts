import type { TimeMessage } from '../wire/messages.js'

/** The clock offset is chosen from this many samples. At one in a second or two, a new route is noticed within that time. */
const offsetSamples = 8
/** This many TIMEs of the peer are answered at once on each transport, so that both sides soon have samples. */
const promptAnswers = 3

/**
 * Round-trip time, jitter and clock offset from TIME messages. Smoothed as in RFC 6298: the time by 1/8, its deviation
 * (the jitter) by 1/4. The offset comes from the sample with the lowest round-trip time among the last few: it was delayed
 * least on either way.
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

  /** @param startMs when the session began, on the clock of every `now` */
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

  /** True if a TIME has come that is answered at once. */
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
