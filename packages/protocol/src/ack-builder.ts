import { type AckMessage, type AckRun, runLength } from './messages/ack-message.js'
import type { Outcome } from './session-types.js'

/**
 * Collects what became of events, ascending by sequence, into the runs of an ACK in their shortest form. What nothing is
 * said about becomes `skip`.
 */
export class AckBuilder {
  #start = 0
  #end = 0
  readonly #runs: AckRun[] = []

  /** Whether nothing has been said. */
  get isEmpty(): boolean {
    return this.#runs.length === 0
  }

  /** One past the last sequence that was said something about. */
  get end(): number {
    return this.#end
  }

  /** @param sequence at or above `end` */
  add(type: 'done' | 'lost', sequence: number, count: number): void {
    this.#skipTo(sequence)
    const last = this.#runs.at(-1)
    if (last?.type === type) last.count += count
    else this.#runs.push({ type, count })
    this.#end = sequence + count
  }

  /** @param sequence at or above `end` */
  addOutcome(sequence: number, outcome: Outcome): void {
    this.#skipTo(sequence)
    const last = this.#runs.at(-1)
    if (last?.type === 'outcomes') last.outcomes.push(outcome)
    else this.#runs.push({ type: 'outcomes', outcomes: [outcome] })
    this.#end = sequence + 1
  }

  /** @param reference the start travels relative to this. Only when not empty. */
  finish(reference: number): AckMessage {
    return { start: this.#start - reference, runs: this.#runs }
  }

  #skipTo(sequence: number): void {
    if (this.#runs.length === 0) this.#start = sequence
    else if (sequence > this.#end) this.#runs.push({ type: 'skip', count: sequence - this.#end })
  }
}

/** One past the last sequence of an ACK that begins with `start`. */
export function ackEnd(start: number, ack: AckMessage): number {
  return ack.runs.reduce((end, run) => end + runLength(run), start)
}
