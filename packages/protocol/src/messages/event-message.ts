import { ProtocolError } from '../errors.js'
import type { MessageFormat } from './message-format.js'

export interface EventMessage {
  kind: 'event'
  /** Undefined: one above the event before it, in the packet or (on a reliable transport) on the transport. */
  sequence: number | undefined
  minVersion: number | undefined
  /** A place in the WELCOME's table of names, counted from 1, or the name itself where it has none. */
  name: number | string
  payload: Uint8Array
}

/** What the sender of events has done with: see the fields. */
export interface FloorMessage {
  kind: 'floor'
  /** No event below this is sent any more. */
  floor: number
  /** The sender knows the outcome of every event below this. At most `floor`. */
  resolved: number
}

const sequenceFlag = 0x10
const minVersionFlag = 0x20
const payloadFlag = 0x40

export const eventFormat: MessageFormat<EventMessage> = {
  flags: ({ sequence, minVersion, payload }) =>
    (sequence === undefined ? 0 : sequenceFlag) |
    (minVersion === undefined ? 0 : minVersionFlag) |
    (payload.length === 0 ? 0 : payloadFlag),
  write(writer, { sequence, minVersion, name, payload }) {
    if (sequence !== undefined) writer.writeVarUint(sequence)
    if (minVersion !== undefined) writer.writeVarUint(minVersion)
    if (typeof name === 'number') writer.writeVarUint(name)
    else {
      writer.writeVarUint(0)
      writer.writeString(name)
    }
    if (payload.length > 0) writer.writeBytes(payload)
  },
  read(reader, flags) {
    const sequence = flags & sequenceFlag ? reader.readVarUint() : undefined
    if (sequence === 0) throw new ProtocolError('malformed', 'sequences begin with 1')
    const minVersion = flags & minVersionFlag ? reader.readVarUint() : undefined
    const index = reader.readVarUint()
    const name = index === 0 ? reader.readString() : index
    const payload = flags & payloadFlag ? reader.readBytes() : new Uint8Array(0)
    if (flags & payloadFlag && payload.length === 0) throw new ProtocolError('malformed', 'a payload of no bytes')
    return { kind: 'event', sequence, minVersion, name, payload }
  },
}

export const floorFormat: MessageFormat<FloorMessage> = {
  flags: () => 0,
  write(writer, { floor, resolved }) {
    writer.writeVarUint(floor)
    writer.writeVarUint(floor - resolved)
  },
  read(reader) {
    const floor = reader.readVarUint()
    const below = reader.readVarUint()
    if (below >= floor) throw new ProtocolError('malformed', 'sequences begin with 1')
    return { kind: 'floor', floor, resolved: floor - below }
  },
}
