import type { ByteReader, ByteWriter } from '@tygase/gamestate/internal'
import { malformed, ProtocolError } from '../errors.js'
import { fixedLimits } from '../limits.js'

export interface EventMessage {
  /** Undefined: one above the event before it, in the packet or (on a reliable transport) on the transport. */
  sequence: number | undefined
  minVersion: number | undefined
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
const minVersionFlag = 0x20
const payloadFlag = 0x40

/** The flags of an EVENT, by the side that sends it. Only a server makes versions, so only a client waits for one. */
export const eventFlagsFrom = {
  client: sequenceFlag | payloadFlag,
  server: sequenceFlag | minVersionFlag | payloadFlag,
} as const

const noBytes = new Uint8Array(0)

export function eventFlags({ sequence, minVersion, payload }: EventMessage): number {
  return (
    (sequence === undefined ? 0 : sequenceFlag) |
    (minVersion === undefined ? 0 : minVersionFlag) |
    (payload.length === 0 ? 0 : payloadFlag)
  )
}

export function writeEvent(writer: ByteWriter, { sequence, minVersion, name, payload }: EventMessage): void {
  if (sequence !== undefined) writer.writeVarUint(sequence)
  if (minVersion !== undefined) writer.writeVarUint(minVersion)
  if (typeof name === 'number') writer.writeVarUint(name)
  else {
    writer.writeVarUint(0)
    writer.writeString(name)
  }
  if (payload.length > 0) writer.writeBytes(payload)
}

/** Throws `event_too_large`, `malformed`. */
export function readEvent(reader: ByteReader, flags: number, { maxEventBytes }: EventBounds): EventMessage {
  const sequence = flags & sequenceFlag ? reader.readVarUint() : undefined
  if (sequence === 0) throw malformed('sequences begin with 1')
  const minVersion = flags & minVersionFlag ? reader.readVarUint() : undefined
  const index = reader.readVarUint()
  const name = index === 0 ? reader.readString() : index
  const payload = flags & payloadFlag ? reader.readBytes() : noBytes
  if (flags & payloadFlag && payload.length === 0) throw malformed('a payload of no bytes')
  const nameLength = typeof name === 'string' ? name.length : 0
  if (nameLength > fixedLimits.maxNameLength || payload.length + nameLength > maxEventBytes) {
    throw new ProtocolError(
      'event_too_large',
      `an event of ${payload.length} bytes with a name of ${nameLength}, at most ${maxEventBytes} are allowed`,
    )
  }
  return { sequence, minVersion, name, payload }
}

/** An event takes at most this beside name and payload: head, sequence, version, lengths. */
const maxEventHeadBytes = 40

/** An event as its sender keeps it. */
export interface WritableEvent {
  readonly sequence: number
  readonly name: string
  readonly payload: Uint8Array
  readonly options: { readonly minVersion?: number }
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
    return {
      sequence: isNext ? undefined : sequence,
      minVersion: isAhead ? undefined : options.minVersion,
      name: this.#nameIndex.get(name) ?? name,
      payload,
    }
  }
}
