import type { ByteReader, ByteWriter } from '@tygase/gamestate/bytes'
import { malformed } from '../errors.js'
import type { Outcome } from '../session-types.js'
import { kinds } from './kinds.js'

/** What became of events that follow one another. */
export type AckRun =
  /** Nothing is said about these. */
  | { type: 'skip'; count: number }
  /** The handler has run and returned nothing. */
  | { type: 'done'; count: number }
  /** They never came and will not be handled. */
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

/** Runs and outcomes in one ACK: more than half a packet can hold of honest ones. */
const maxItems = 131_072

/** The order gives the two low bits of a run's header. */
const runTypes = ['skip', 'done', 'lost', 'outcomes'] as const

/** Up to so many runs are counted in the head byte itself. */
const maxRunsInHead = 15

export function writeAck(writer: ByteWriter, { start, runs }: AckMessage): void {
  const isInHead = runs.length <= maxRunsInHead
  writer.writeByte(kinds.ack | (isInHead ? runs.length << 4 : 0))
  if (!isInHead) writer.writeVarUint(runs.length)
  writer.writeVarInt(start)
  for (const run of runs) {
    writer.writeVarUint((runLength(run) - 1) * 4 + runTypes.indexOf(run.type))
    if (run.type === 'outcomes') for (const outcome of run.outcomes) writeOutcome(writer, outcome)
  }
}

export function readAck(reader: ByteReader, flags: number): AckMessage {
  const count = flags === 0 ? reader.readCount(1) : flags >> 4
  if (flags === 0 && count <= maxRunsInHead) throw malformed('a count of runs that fits the head byte')
  if (count > maxItems) throw malformed(`an ack of ${count} runs`)
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
    if (length > Math.min(reader.remaining, maxItems)) throw malformed('more outcomes than bytes')
    runs.push({ type, outcomes: Array.from({ length }, () => readOutcome(reader)) })
  }
  return { start, runs }
}

export function runLength(run: AckRun): number {
  return run.type === 'outcomes' ? run.outcomes.length : run.count
}

/** Twice the length of what the handler returned and the bytes, or 1 and a refusal. */
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
