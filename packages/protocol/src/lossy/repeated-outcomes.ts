import { type OutcomeLog, type OutcomeRepeats, outcomeBytes } from '../events/outcome-log.js'
import { AckBuilder, type AckMessage } from '../wire/event-messages.js'

/** How an ACK is written. */
export interface AckWriting {
  readonly nowMs: number
  /** Of the outcomes in it, about. The others follow in the next ACK. */
  readonly maxBytes: number
  /** How long an outcome waits before it is sent again. */
  readonly resendMs: number
  /** True to send returned values again, whenever they were sent last. */
  readonly isWhole?: boolean
}

/** On a transport that is not reliable, an ack that only says "done" is sent this many times in quick succession. */
const plainAckTimes = 3
/**
 * From then on it waits this many times as long, until the peer's FLOOR shows that it has come. An event that the peer has
 * not to send again brings no other sign that all of its acks got lost.
 */
const slowRepeats = 8
/** The outcomes of a log over one transport that may lose packets: each ACK has all that the peer may not know. */
export class RepeatedOutcomes implements OutcomeRepeats {
  readonly #log: OutcomeLog
  /** When returned values and refusals were last sent, by sequence. */
  #sentMs = new Map<number, number>()
  #isDue: boolean
  #timesLeft = plainAckTimes
  #repeatMs = Number.POSITIVE_INFINITY

  constructor(log: OutcomeLog) {
    this.#log = log
    this.#isDue = log.isUnresolved
  }

  /** True if an outcome was not sent yet. */
  get hasNews(): boolean {
    return this.#isDue
  }

  /** When an ACK has to be sent again, Infinity for never. */
  get repeatMs(): number {
    return this.#repeatMs
  }

  /** True if an ACK has to go out now. */
  isDue(nowMs: number): boolean {
    return this.#isDue || nowMs >= this.#repeatMs
  }

  /** The log has got another outcome. */
  announce(): void {
    this.#isDue = true
    this.#timesLeft = plainAckTimes
  }

  /** An event came again: the peer does not seem to have the ack. */
  again(): void {
    this.#isDue = true
  }

  /** The peer knows all outcomes. */
  rest(): void {
    this.#repeatMs = Number.POSITIVE_INFINITY
  }

  /** @returns the ACK to send now; undefined if it has no outcome to send */
  take({ nowMs, maxBytes, resendMs, isWhole = false }: AckWriting): AckMessage | undefined {
    if (!this.isDue(nowMs) && !isWhole) return undefined
    const builder = new AckBuilder()
    const before = this.#sentMs
    this.#sentMs = new Map()
    let bytes = 0
    let isKept = false
    let isCut = false
    for (const news of this.#log.known()) {
      const { sequence, outcome } = news
      if (typeof outcome === 'string') {
        builder.add(news)
        isKept ||= outcome === 'lost'
        continue
      }
      isKept = true
      const sentMs = before.get(sequence) ?? Number.NEGATIVE_INFINITY
      const isDue = (isWhole && outcome.kind === 'done') || nowMs >= sentMs + resendMs
      const fits = isDue && (bytes === 0 || bytes + outcomeBytes(outcome) <= maxBytes)
      this.#sentMs.set(sequence, fits ? nowMs : sentMs)
      isCut ||= isDue && !fits
      if (!fits) continue
      bytes += outcomeBytes(outcome)
      builder.add(news)
    }
    if (this.#timesLeft > 0) this.#timesLeft--
    const waitMs = isKept || this.#timesLeft > 0 ? resendMs : resendMs * slowRepeats
    this.#repeatMs = this.#log.isUnresolved ? nowMs + waitMs : Number.POSITIVE_INFINITY
    this.#isDue = isCut
    return builder.isEmpty ? undefined : builder.finish(0)
  }
}
