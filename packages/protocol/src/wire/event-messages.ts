import type { ByteReader, ByteWriter } from '@tygase/gamestate/internal'
import { malformed, ProtocolError } from '../errors.js'
import { fixedLimits } from '../limits.js'
import type { EventOrigin, Outcome } from '../session/session-types.js'

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

const sequenceFlag = 0x10
/** From a client: the tick that the event is meant for. From a server: the version that it waits for. */
const waitFlag = 0x20
const payloadFlag = 0x40
/** From a client: what its screen showed. From a server: the client's event that led to this one. */
const sourceFlag = 0x80

/** The flags of an EVENT, by the side that sends it. */
export const eventFlagsFrom = { client: 0xf0, server: 0xf0 } as const

/** Parts of a tick in which a client says what its screen showed: finer ones would take a second byte. */
const seenParts = 8

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

/** @param isServers true for an event of a server. Throws `event_too_large`, `malformed`. */
export function readEvent(
  reader: ByteReader,
  flags: number,
  { maxEventBytes }: EventBounds,
  isServers: boolean,
): EventMessage {
  const sequence = flags & sequenceFlag ? reader.readVarUint() : undefined
  const wait = flags & waitFlag ? reader.readVarUint() : undefined
  const source = flags & sourceFlag ? reader.readVarUint() : undefined
  const origin = isServers && source !== undefined ? { sequence: source, n: reader.readVarUint() } : undefined
  if (sequence === 0) throw malformed('sequence 0')
  if (origin && !(origin.sequence > 0 && origin.sequence <= fixedLimits.maxSequence)) throw malformed('origin')
  if (!isServers && source !== undefined && wait === undefined) throw malformed('an event without a tick')
  const index = reader.readVarUint()
  const name = index === 0 ? reader.readString() : index
  const payload = flags & payloadFlag ? reader.readBytes() : noBytes
  if (flags & payloadFlag && payload.length === 0) throw malformed('empty payload')
  const nameLength = typeof name === 'string' ? name.length : 0
  if (nameLength > fixedLimits.maxNameLength || payload.length + nameLength > maxEventBytes) {
    throw new ProtocolError(
      'event_too_large',
      `an event of ${payload.length} bytes with a name of ${nameLength}, at most ${maxEventBytes} are allowed`,
    )
  }
  return isServers
    ? { sequence, minVersion: wait, origin, name, payload }
    : { sequence, minVersion: undefined, tick: wait, seen: source, name, payload }
}

/** @returns the place on the axis of ticks that is so many eighths of a tick before `tick` */
export function placeOf(tick: number, seen: number): number {
  return tick - seen / seenParts
}

function eighthsOf(tick: number, place: number): number {
  return Math.min(Math.max(0, Math.round((tick - place) * seenParts)), fixedLimits.maxSequence)
}

/** An event takes at most this beside name and payload: head, sequence, version, origin, lengths. */
const maxEventHeadBytes = 48

/** An event as its sender keeps it. */
export interface WritableEvent {
  readonly sequence: number
  readonly name: string
  readonly payload: Uint8Array
  readonly options: {
    readonly minVersion?: number
    readonly tick?: number
    readonly seen?: number
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

  /** What `maxEventBytes` counts: bytes of the payload, and UTF-16 units of a name that is not in the table. */
  sizeOf(name: string, payload: Uint8Array): number {
    return payload.length + this.nameLength(name)
  }

  /** 0 for a name of the table. */
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

/** Throws `event_too_large`, `malformed`. */
export function readAck(reader: ByteReader, flags: number, bounds: EventBounds): AckMessage {
  const count = flags === 0 ? reader.readCount(1) : flags >> 4
  if (flags === 0 && count <= maxRunsInHead) throw malformed('run count')
  if (count > fixedLimits.maxAckItems) throw malformed('run count')
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
    if (length > Math.min(reader.remaining, fixedLimits.maxAckItems)) throw malformed('outcome count')
    runs.push({ type, outcomes: Array.from({ length }, () => readOutcome(reader, bounds)) })
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

/** A refusal of this many UTF-16 units is always allowed, so that there is room for a reason whatever the limit. */
const leastRefusalLength = 256

/** An outcome keeps the limit of an event: the bytes of its value, or the UTF-16 units of a refusal. Throws `event_too_large`. */
export function checkOutcomeSize(outcome: Outcome, maxEventBytes: number): void {
  const isRefused = outcome.kind === 'refused'
  const size = isRefused ? outcome.code.length + outcome.message.length : (outcome.payload?.length ?? 0)
  const most = isRefused ? Math.max(maxEventBytes, leastRefusalLength) : maxEventBytes
  if (size <= most) return
  throw new ProtocolError('event_too_large', `an outcome of ${size} bytes, at most ${most} are allowed`)
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
