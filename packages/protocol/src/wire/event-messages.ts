import type { ByteReader, ByteWriter } from '@tygase/gamestate/internal'
import { malformed, ProtocolError } from '../errors.js'
import { leastRefusalLength, maxAckItems, maxEventHeadBytes, maxNameLength, maxSequence } from '../fixed-limits.js'
import type { EventOrigin, Outcome } from '../session/session-types.js'
import { maxRunsInHead, payloadFlag, sequenceFlag, sourceFlag, tickParts, waitFlag } from './head-bits.js'

export interface EventMessage {
  /** Undefined: one above the event before it, in the packet or (on a reliable transport) on the transport. */
  sequence: number | undefined
  /** From a server only. */
  minVersion: number | undefined
  /** From a client only: the tick that the event is meant for. */
  tick?: number | undefined
  /** From a client only, and only with a tick: how far before it the client's screen was, in eighths of a tick. */
  seen?: number | undefined
  /** From a server only. */
  origin?: EventOrigin | undefined
  /** A place in the WELCOME's table of names, counted from 1, or the name itself if the table does not have it. */
  name: number | string
  payload: Uint8Array
}

/** Limits of the events in one packet. */
export interface EventBounds {
  readonly maxEventsPerPacket: number
  readonly maxEventBytes: number
}

const noBytes = new Uint8Array(0)

export function eventFlags({ sequence, minVersion, tick, seen, origin, payload }: EventMessage): number {
  return (
    (sequence === undefined ? 0 : sequenceFlag) |
    ((minVersion ?? tick) === undefined ? 0 : waitFlag) |
    ((seen ?? origin) === undefined ? 0 : sourceFlag) |
    (payload.length === 0 ? 0 : payloadFlag)
  )
}

export function writeEvent(writer: ByteWriter, message: EventMessage): void {
  const { sequence, minVersion, tick, seen, origin, name, payload } = message
  for (const part of [sequence, minVersion ?? tick, seen ?? origin?.sequence, origin?.n]) {
    if (part !== undefined) writer.writeVarUint(part)
  }
  if (typeof name === 'number') writer.writeVarUint(name)
  else {
    writer.writeVarUint(0)
    writer.writeString(name)
  }
  if (payload.length > 0) writer.writeBytes(payload)
}

/** Throws `event_too_large`, `malformed`. */
export function readServerEvent(reader: ByteReader, flags: number, bounds: EventBounds): EventMessage {
  const sequence = readSequence(reader, flags)
  const minVersion = flags & waitFlag ? reader.readVarUint() : undefined
  const origin = flags & sourceFlag ? { sequence: reader.readVarUint(), n: reader.readVarUint() } : undefined
  if (origin && !(origin.sequence > 0 && origin.sequence <= maxSequence)) throw malformed('origin')
  const name = readName(reader)
  return { sequence, minVersion, origin, name, payload: readPayload(reader, flags, name, bounds) }
}

/** Throws `event_too_large`, `malformed`. */
export function readClientEvent(reader: ByteReader, flags: number, bounds: EventBounds): EventMessage {
  const sequence = readSequence(reader, flags)
  const tick = flags & waitFlag ? reader.readVarUint() : undefined
  const seen = flags & sourceFlag ? reader.readVarUint() : undefined
  if (seen !== undefined && tick === undefined) throw malformed('an event without a tick')
  const name = readName(reader)
  const payload = readPayload(reader, flags, name, bounds)
  return { sequence, minVersion: undefined, tick, seen, name, payload }
}

function readSequence(reader: ByteReader, flags: number): number | undefined {
  const sequence = flags & sequenceFlag ? reader.readVarUint() : undefined
  if (sequence === 0) throw malformed('sequence 0')
  return sequence
}

function readName(reader: ByteReader): number | string {
  return reader.readVarUint() || reader.readString()
}

function readPayload(
  reader: ByteReader,
  flags: number,
  name: number | string,
  { maxEventBytes }: EventBounds,
): Uint8Array {
  const payload = flags & payloadFlag ? reader.readBytes() : noBytes
  if (flags & payloadFlag && payload.length === 0) throw malformed('empty payload')
  const nameLength = typeof name === 'string' ? name.length : 0
  if (nameLength > maxNameLength || payload.length + nameLength > maxEventBytes) {
    throw new ProtocolError(
      'event_too_large',
      `an event of ${payload.length} bytes with a name of ${nameLength}, at most ${maxEventBytes} are allowed`,
    )
  }
  return payload
}

/** @returns the place on the axis of ticks that is so many eighths of a tick before `tick` */
export function placeOf(tick: number, seen: number): number {
  return tick - seen / tickParts
}

function eighthsOf(tick: number, place: number): number {
  return Math.min(Math.max(0, Math.round((tick - place) * tickParts)), maxSequence)
}

/** An event as its sender keeps it. */
export interface WritableEvent {
  readonly sequence: number
  readonly name: string
  readonly payload: Uint8Array
  readonly options: {
    readonly minVersion?: number
    readonly tick?: number
    readonly seen?: number | undefined
    readonly origin?: EventOrigin
  }
}

/** Makes EVENT messages in their shortest form: a number for a name of the table, no sequence that follows the one before. */
export class EventEncoder {
  #names: readonly string[] = []
  #nameIndex = new Map<string, number>()
  #lastWritten: number | undefined

  /** The names that travel as a number. */
  get names(): readonly string[] {
    return this.#names
  }

  set names(names: readonly string[]) {
    this.#names = names
    this.#nameIndex = new Map(names.map((name, i) => [name, i + 1]))
  }

  /** The next event gets its sequence written: on another transport, and if the packet before may be missing. */
  restart(): void {
    this.#lastWritten = undefined
  }

  /** What a name counts for in `maxEventBytes`, beside the bytes of the payload: its UTF-16 units; 0 for a name of the table. */
  nameLength(name: string): number {
    return this.#nameIndex.has(name) ? 0 : name.length
  }

  /** The most bytes that the event can take in a packet. */
  mostBytes({ name, payload }: WritableEvent): number {
    return maxEventHeadBytes + payload.length + this.nameLength(name) * 3
  }

  /** @param isAhead true if the replica is at the event's version before it reads the event */
  encode({ sequence, name, payload, options }: WritableEvent, isAhead: boolean): EventMessage {
    const isNext = this.#lastWritten !== undefined && sequence === this.#lastWritten + 1
    this.#lastWritten = sequence
    const { tick, seen } = options
    return {
      sequence: isNext ? undefined : sequence,
      minVersion: isAhead ? undefined : options.minVersion,
      tick,
      seen: seen === undefined || tick === undefined ? undefined : eighthsOf(tick, seen),
      origin: options.origin,
      name: this.#nameIndex.get(name) ?? name,
      payload,
    }
  }
}

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

/** Throws `event_too_large`, `malformed`. */
export function readAck(reader: ByteReader, flags: number, bounds: EventBounds): AckMessage {
  const count = flags === 0 ? reader.readCount(1) : flags >> 4
  if (flags === 0 && count <= maxRunsInHead) throw malformed('run count')
  if (count > maxAckItems) throw malformed('run count')
  const start = reader.readVarInt()
  const runs: AckRun[] = []
  for (let i = 0; i < count; i++) {
    const header = reader.readVarUint()
    const type = runTypes[header % 4]!
    const length = Math.floor(header / 4) + 1
    const isEnd = i === 0 || i === count - 1
    if (type === runs[i - 1]?.type || (type === 'skip' && isEnd)) {
      throw malformed('run type')
    }
    if (type !== 'outcomes') {
      runs.push({ type, count: length })
      continue
    }
    if (length > Math.min(reader.remaining, maxAckItems)) throw malformed('outcome count')
    const outcomes: Outcome[] = []
    while (outcomes.length < length) outcomes.push(readOutcome(reader, bounds))
    runs.push({ type, outcomes })
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

function readOutcome(reader: ByteReader, { maxEventBytes }: EventBounds): Outcome {
  const header = reader.readVarUint()
  if (header !== 1 && (header === 0 || header % 2 === 1)) throw malformed('outcome')
  const outcome: Outcome =
    header === 1
      ? { kind: 'refused', code: reader.readString(), message: reader.readString() }
      : { kind: 'done', payload: reader.readRaw(header / 2) }
  checkOutcomeSize(outcome, maxEventBytes)
  return outcome
}

/** An outcome keeps the limit of an event: the bytes of its value, or the UTF-16 units of a refusal. Throws `event_too_large`. */
export function checkOutcomeSize(outcome: Outcome, maxEventBytes: number): void {
  const isRefused = outcome.kind === 'refused'
  const size = isRefused ? outcome.code.length + outcome.message.length : (outcome.payload?.length ?? 0)
  const most = isRefused ? Math.max(maxEventBytes, leastRefusalLength) : maxEventBytes
  if (size <= most) return
  throw new ProtocolError('event_too_large', `an outcome of ${size} bytes, at most ${most} are allowed`)
}

/** What is known of events with consecutive sequences: of more than one only that they are done or lost. */
export interface News {
  sequence: number
  count: number
  outcome: Outcome | 'done' | 'lost'
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

  /** @param news from `end` on or later */
  add({ sequence, count, outcome }: News): void {
    if (this.#runs.length === 0) this.#start = sequence
    else if (sequence > this.#end) this.#runs.push({ type: 'skip', count: sequence - this.#end })
    this.#end = sequence + count
    const last = this.#runs.at(-1)
    if (typeof outcome !== 'string') {
      if (last?.type === 'outcomes') last.outcomes.push(outcome)
      else this.#runs.push({ type: 'outcomes', outcomes: [outcome] })
    } else if (last?.type === outcome) last.count += count
    else this.#runs.push({ type: outcome, count })
  }

  /** Only if not empty. @param reference the start travels relative to this */
  finish(reference: number): AckMessage {
    return { start: this.#start - reference, runs: this.#runs }
  }
}
