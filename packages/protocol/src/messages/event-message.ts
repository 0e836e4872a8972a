import type { ByteReader, ByteWriter } from '@tygase/gamestate/bytes'
import { malformed } from '../errors.js'
import { kinds } from './kinds.js'

/** In UTF-16 units, of a name that is written out: it is kept at the receiver as long as the event is. */
export const maxNameLength = 128

export interface EventMessage {
  /** Undefined: one above the event before it, in the packet or (on a reliable transport) on the transport. */
  sequence: number | undefined
  minVersion: number | undefined
  /** A place in the WELCOME's table of names, counted from 1, or the name itself where it has none. */
  name: number | string
  payload: Uint8Array
}

/** What the sender of events has done with: see the fields. */
export interface FloorMessage {
  /** No event below this is sent any more. */
  floor: number
  /** The sender knows the outcome of every event below this. At most `floor`. */
  resolved: number
}

const sequenceFlag = 0x10
const minVersionFlag = 0x20
const payloadFlag = 0x40

const noBytes = new Uint8Array(0)

export function writeEvent(writer: ByteWriter, { sequence, minVersion, name, payload }: EventMessage): void {
  writer.writeByte(
    kinds.event |
      (sequence === undefined ? 0 : sequenceFlag) |
      (minVersion === undefined ? 0 : minVersionFlag) |
      (payload.length === 0 ? 0 : payloadFlag),
  )
  if (sequence !== undefined) writer.writeVarUint(sequence)
  if (minVersion !== undefined) writer.writeVarUint(minVersion)
  if (typeof name === 'number') writer.writeVarUint(name)
  else {
    writer.writeVarUint(0)
    writer.writeString(name)
  }
  if (payload.length > 0) writer.writeBytes(payload)
}

export function readEvent(reader: ByteReader, flags: number): EventMessage {
  const sequence = flags & sequenceFlag ? reader.readVarUint() : undefined
  if (sequence === 0) throw malformed('sequences begin with 1')
  const minVersion = flags & minVersionFlag ? reader.readVarUint() : undefined
  const index = reader.readVarUint()
  const name = index === 0 ? reader.readString() : index
  const payload = flags & payloadFlag ? reader.readBytes() : noBytes
  if (flags & payloadFlag && payload.length === 0) throw malformed('a payload of no bytes')
  return { sequence, minVersion, name, payload }
}

export function writeFloor(writer: ByteWriter, { floor, resolved }: FloorMessage): void {
  writer.writeByte(kinds.floor)
  writer.writeVarUint(floor)
  writer.writeVarUint(floor - resolved)
}

export function readFloor(reader: ByteReader): FloorMessage {
  const floor = reader.readVarUint()
  const below = reader.readVarUint()
  if (below >= floor) throw malformed('sequences begin with 1')
  return { floor, resolved: floor - below }
}
