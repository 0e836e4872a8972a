import type { ByteReader, ByteWriter } from '@tygase/gamestate/internal'
import { malformed } from '../errors.js'
import { fixedLimits } from '../limits.js'
import type { Outcome } from '../session/session-types.js'

/** The outcomes of events with consecutive sequences. */
export type AckRun =
  /** Nothing is known of these yet. */
  | { type: 'skip'; count: number }
  /** The handler has run and returned nothing. */
  | { type: 'done'; count: number }
  /** These never came and will not be handled. */
  | { type: 'lost'; count: number }
  | { type: 'outcomes'; outcomes: Outcome[] }

/**
 * Invariants: at least one run; no two neighbours of the same type; no `skip` at either end; no run is empty.
 */
export interface AckMessage {
  /** The first sequence, relative to a reference that both sides know; see PROTOCOL.md. */
  start: number
  runs: AckRun[]
}

/** The order gives the two low bits of a run's header. */
const runTypes = ['skip', 'done', 'lost', 'outcomes'] as const

/** Up to this many runs are counted in the flags of the head byte. */
const maxRunsInHead = 15

/** The flags of the head byte: the number of runs, or 0 for more than fit. */
export function ackFlags({ runs }: AckMessage): number {
  return runs.length <= maxRunsInHead ? runs.length << 4 : 0
}

export function writeAck(writer: ByteWriter, { start, runs }: AckMessage): void {
  if (runs.length > maxRunsInHead) writer.writeVarUint(runs.length)
  writer.writeVarInt(start)
  for (const run of runs) {
    writer.writeVarUint((runLength(run) - 1) * 4 + runTypes.indexOf(run.type))
    if (run.type === 'outcomes') for (const outcome of run.outcomes) writeOutcome(writer, outcome)
  }
}

export function readAck(reader: ByteReader, flags: number): AckMessage {
  const count = flags === 0 ? reader.readCount(1) : flags >> 4
  if (flags === 0 && count <= maxRunsInHead) throw malformed('a count of runs that fits the head byte')
  if (count > fixedLimits.maxAckItems) throw malformed(`an ack of ${count} runs`)
  const start = reader.readVarInt()
  const runs: AckRun[] = []
  for (let i = 0; i < count; i++) {
    const header = reader.readVarUint()
    const type = runTypes[header % 4]!
    const length = Math.floor(header / 4) + 1
    const isEnd = i === 0 || i === count - 1
    if (type === runs[i - 1]?.type || (type === 'skip' && isEnd)) {
      throw malformed('runs of an ack that are not in their shortest form')
    }
    if (type !== 'outcomes') {
      runs.push({ type, count: length })
      continue
    }
    if (length > Math.min(reader.remaining, fixedLimits.maxAckItems)) throw malformed('more outcomes than bytes')
    runs.push({ type, outcomes: Array.from({ length }, () => readOutcome(reader)) })
  }
  return { start, runs }
}

export function runLength(run: AckRun): number {
  return run.type === 'outcomes' ? run.outcomes.length : run.count
}

/** One past the last sequence of an ACK that begins with `start`. */
export function ackEnd(start: number, ack: AckMessage): number {
  return ack.runs.reduce((end, run) => end + runLength(run), start)
}

/** Twice the length of the returned value and its bytes, or 1 and a refusal. */
function writeOutcome(writer: ByteWriter, outcome: Outcome): void {
  if (outcome.kind === 'refused') {
    writer.writeVarUint(1)
    writer.writeString(outcome.code)
    writer.writeString(outcome.message)
    return
  }
  const payload = outcome.payload ?? new Uint8Array(0)
  writer.writeVarUint(payload.length * 2)
  writer.writeRaw(payload)
}

function readOutcome(reader: ByteReader): Outcome {
  const header = reader.readVarUint()
  if (header === 1) return { kind: 'refused', code: reader.readString(), message: reader.readString() }
  if (header === 0 || header % 2 === 1) throw malformed(`an outcome that begins with ${header}`)
  return { kind: 'done', payload: reader.readRaw(header / 2) }
}

/**
 * Collects the outcomes of events, ascending by sequence, into the runs of an ACK in their shortest form. Sequences left out
 * become `skip`.
 */
export class AckBuilder {
  #start = 0
  #end = 0
  readonly #runs: AckRun[] = []

  get isEmpty(): boolean {
    return this.#runs.length === 0
  }

  /** One past the last sequence that was added. */
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

  /** Only if not empty. @param reference the start travels relative to this */
  finish(reference: number): AckMessage {
    return { start: this.#start - reference, runs: this.#runs }
  }

  #skipTo(sequence: number): void {
    if (this.#runs.length === 0) this.#start = sequence
    else if (sequence > this.#end) this.#runs.push({ type: 'skip', count: sequence - this.#end })
  }
}
