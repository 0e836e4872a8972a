import type { ByteReader, ByteWriter } from '@tygase/gamestate/internal'
import { malformed } from '../errors.js'
import { fixedLimits } from '../limits.js'
import { type AckMessage, ackFlags, readAck, writeAck } from './ack.js'
import { type CloseCode, closeCodeOf, closeCodes } from './close-codes.js'
import { type EventBounds, type EventMessage, eventFlags, eventFlagsFrom, readEvent, writeEvent } from './event.js'
import {
  type Hello,
  readHello,
  readWelcome,
  type WelcomeMessage,
  welcomeFlags,
  welcomeFlagsFrom,
  writeHello,
  writeWelcome,
} from './handshake-messages.js'

/** A side of a session. */
export type Side = 'client' | 'server'

/**
 * One kind of message. All that the format defines of a kind stands in its row, so a new kind is a new row in `messages`;
 * the key of the row is the name of the kind.
 */
export interface MessageRow<Message, Times extends 'alone' | 'once' | 'many' = 'alone' | 'once' | 'many'> {
  /** 1 to 15: the low four bits of the head byte. */
  readonly kind: number
  /** The sides that may send it, each with the flags that it may set: the high four bits of the head byte. */
  readonly from: { readonly [side in Side]?: number }
  /** How often one packet may hold it. `alone`: once, and no other message. */
  readonly perPacket: Times
  /** The most of it in one packet, for `many`. More close the session with `too_many_events`. */
  most?(bounds: EventBounds): number
  flags(message: Message): number
  /** Appends all that follows the head byte. */
  write(writer: ByteWriter, message: Message): void
  /**
   * Reads all that follows the head byte.
   * @param flags of the head byte, each of them one that exists
   * Throws `GameStateError` or `ProtocolError` for bytes that the format does not allow.
   */
  read(reader: ByteReader, flags: number, bounds: EventBounds): Message
}

/** The content of REFUSE (no session for this hello) and CLOSE (the session ends). Both are the same in all versions of the protocol. */
export interface Ending {
  code: CloseCode
  reason: string
}

/** A snapshot or delta of the state. */
export interface StateMessage {
  version: number
  /** Below `version`; undefined for a snapshot. */
  base: number | undefined
  payload: Uint8Array
}

/** The version of the client's replica; undefined if no delta can start from it. */
export interface HaveMessage {
  version: number | undefined
}

/** Times are tenths of a millisecond since the session of the sender began. */
export interface TimeMessage {
  /** When it was sent. */
  time: number
  /** The last time that came from the peer, and how long ago it came, in tenths of a millisecond. */
  echo: { time: number; held: number } | undefined
}

/** The sequences that the sender of events has finished with. */
export interface FloorMessage {
  /** No event below this is sent any more. */
  floor: number
  /** The sender knows the outcome of every event below this. At most `floor`. */
  resolved: number
}

/** The one flag of STATE, HAVE and TIME: an optional part is there. */
const partFlag = 0x10

const hello: MessageRow<Hello, 'alone'> = {
  kind: 1,
  from: { client: 0 },
  perPacket: 'alone',
  flags: () => 0,
  write: writeHello,
  read: readHello,
}

const welcome: MessageRow<WelcomeMessage, 'once'> = {
  kind: 2,
  from: welcomeFlagsFrom,
  perPacket: 'once',
  flags: welcomeFlags,
  write: writeWelcome,
  read: readWelcome,
}

const refuse: MessageRow<Ending, 'alone'> = {
  kind: 3,
  from: { server: 0 },
  perPacket: 'alone',
  flags: () => 0,
  write: writeEnding,
  read: readEnding,
}

const close: MessageRow<Ending, 'once'> = {
  kind: 4,
  from: { client: 0, server: 0 },
  perPacket: 'once',
  flags: () => 0,
  write: writeEnding,
  read: readEnding,
}

const state: MessageRow<StateMessage, 'many'> = {
  kind: 5,
  from: { server: partFlag },
  perPacket: 'many',
  flags: ({ base }) => (base === undefined ? 0 : partFlag),
  write(writer, { version, base, payload }) {
    writer.writeVarUint(version)
    if (base !== undefined) writer.writeVarUint(version - base)
    writer.writeBytes(payload)
  },
  read(reader, flags) {
    const version = reader.readVarUint()
    const distance = flags & partFlag ? reader.readVarUint() : undefined
    if (distance !== undefined && (distance === 0 || distance > version)) {
      throw malformed(`a delta to version ${version} from ${distance} versions before`)
    }
    const payload = reader.readBytes()
    return { version, base: distance === undefined ? undefined : version - distance, payload }
  },
}

const have: MessageRow<HaveMessage, 'once'> = {
  kind: 6,
  from: { client: partFlag },
  perPacket: 'once',
  flags: ({ version }) => (version === undefined ? 0 : partFlag),
  write(writer, { version }) {
    if (version !== undefined) writer.writeVarUint(version)
  },
  read(reader, flags) {
    return { version: flags & partFlag ? reader.readVarUint() : undefined }
  },
}

const event: MessageRow<EventMessage, 'many'> = {
  kind: 7,
  from: eventFlagsFrom,
  perPacket: 'many',
  most: ({ maxEventsPerPacket }) => maxEventsPerPacket,
  flags: eventFlags,
  write: writeEvent,
  read: readEvent,
}

const ack: MessageRow<AckMessage, 'once'> = {
  kind: 8,
  from: { client: 0xf0, server: 0xf0 },
  perPacket: 'once',
  flags: ackFlags,
  write: writeAck,
  read: readAck,
}

const time: MessageRow<TimeMessage, 'once'> = {
  kind: 9,
  from: { client: partFlag, server: partFlag },
  perPacket: 'once',
  flags: ({ echo }) => (echo === undefined ? 0 : partFlag),
  write(writer, { time, echo }) {
    writer.writeVarUint(time)
    if (echo === undefined) return
    writer.writeVarUint(echo.time)
    writer.writeVarUint(echo.held)
  },
  read(reader, flags) {
    const time = reader.readVarUint()
    if (!(flags & partFlag)) return { time, echo: undefined }
    return { time, echo: { time: reader.readVarUint(), held: reader.readVarUint() } }
  },
}

const floor: MessageRow<FloorMessage, 'once'> = {
  kind: 10,
  from: { client: 0, server: 0 },
  perPacket: 'once',
  flags: () => 0,
  write(writer, { floor, resolved }) {
    writer.writeVarUint(floor)
    writer.writeVarUint(floor - resolved)
  },
  read(reader) {
    const floor = reader.readVarUint()
    const below = reader.readVarUint()
    if (below >= floor) throw malformed('sequences begin with 1')
    return { floor, resolved: floor - below }
  },
}

/** All kinds of messages, by name. */
export const messages = { hello, welcome, refuse, close, state, have, event, ack, time, floor } as const

export type MessageName = keyof typeof messages

/** The content of a kind of message. */
export type MessageOf<Name extends MessageName> = ReturnType<(typeof messages)[Name]['read']>

/** Appends a message: its head byte and its content. */
export function writeMessage<Message>(writer: ByteWriter, row: MessageRow<Message>, message: Message): void {
  writer.writeByte(row.kind | row.flags(message))
  row.write(writer, message)
}

function writeEnding(writer: ByteWriter, { code, reason }: Ending): void {
  writer.writeVarUint(closeCodes[code].number)
  writer.writeString(reason.slice(0, fixedLimits.maxReasonLength))
}

function readEnding(reader: ByteReader): Ending {
  const code = closeCodeOf(reader.readVarUint())
  const reason = reader.readString().slice(0, fixedLimits.maxReasonLength)
  return { code, reason }
}
