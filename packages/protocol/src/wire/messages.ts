import { ByteReader, ByteWriter, TygaseError } from '@tygase/gamestate/internal'
import { malformed, ProtocolError } from '../errors.js'
import { fixedLimits } from '../limits.js'
import { type CloseCode, closeCodeOf, closeCodes, closeNumbers } from './close-codes.js'
import {
  type AckMessage,
  ackFlags,
  type EventBounds,
  type EventMessage,
  eventFlags,
  eventFlagsFrom,
  readAck,
  readEvent,
  writeAck,
  writeEvent,
} from './event-messages.js'
import {
  type Hello,
  readHello as readHelloMessage,
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
interface Ending {
  code: CloseCode
  reason: string
}

/** A snapshot or delta of the state. */
interface StateMessage {
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
  read: readHelloMessage,
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
  writer.writeVarUint(closeNumbers[code])
  writer.writeString(reason.slice(0, fixedLimits.maxReasonLength))
}

function readEnding(reader: ByteReader): Ending {
  const code = closeCodeOf(reader.readVarUint())
  const reason = reader.readString().slice(0, fixedLimits.maxReasonLength)
  return { code, reason }
}

/** What one packet may hold. */
export interface PacketLimits extends EventBounds {
  readonly maxPacketBytes: number
}

/** The messages of one packet, by name; a list of those that a packet may hold many of. */
export type Packet = {
  [Name in MessageName]?: (typeof messages)[Name]['perPacket'] extends 'many' ? MessageOf<Name>[] : MessageOf<Name>
}

const rowsByKind: ({ name: MessageName; row: MessageRow<unknown> } | undefined)[] = []
// reason: the keys of the table are the names
for (const [name, row] of Object.entries(messages)) rowsByKind[row.kind] = { name: name as MessageName, row }

/**
 * Takes a packet apart, all of it or nothing.
 * @param from the side that sent it
 * Throws `ProtocolError`: `packet_too_large`, `too_many_events`, `event_too_large`, `unexpected_message`, `malformed`, and for
 * a hello `version_mismatch` and `not_hello`.
 */
export function readPacket(bytes: Uint8Array, from: Side, limits: PacketLimits): Packet {
  if (bytes.length > limits.maxPacketBytes) {
    throw new ProtocolError('packet_too_large', `${bytes.length} bytes, at most ${limits.maxPacketBytes} are allowed`)
  }
  const packet: Packet = {}
  // reason: each name gets the message that its own row reads
  const byName = packet as Record<string, unknown>
  /** A bit for each kind. */
  let seen = 0
  try {
    const reader = new ByteReader(bytes)
    do {
      const head = reader.readByte()
      const kind = head & 15
      const found = rowsByKind[kind]
      if (found === undefined) throw malformed(`there is no message of kind ${kind}`)
      const { name, row } = found
      const known = row.from[from]
      if (known === undefined) throw new ProtocolError('unexpected_message', `a ${from} may not send '${name}'`)
      const flags = head & 0xf0
      if ((flags & ~known) !== 0) throw malformed(`flags ${flags >> 4} on a message '${name}'`)
      const bit = 1 << kind
      const isAgain = (seen & bit) !== 0
      const message = row.read(reader, flags, limits)
      if (row.perPacket === 'many') {
        byName[name] ??= []
        const list = byName[name] as unknown[]
        const most = row.most?.(limits) ?? Number.POSITIVE_INFINITY
        if (list.length >= most) throw new ProtocolError('too_many_events', `at most ${most} events go into a packet`)
        list.push(message)
      } else {
        if (isAgain || (row.perPacket === 'alone' && (seen !== 0 || reader.remaining > 0))) {
          throw malformed(`more in a packet than a message '${name}' allows`)
        }
        byName[name] = message
      }
      seen |= bit
    } while (reader.remaining > 0)
  } catch (error) {
    throw asProtocolError(error)
  }
  return packet
}

/** Throws `unexpected_message` for messages of a handshake. */
export function refuseHandshake({ hello, welcome, refuse }: Packet): void {
  if (hello || welcome || refuse) {
    throw new ProtocolError('unexpected_message', 'a handshake on a transport that had one')
  }
}

/**
 * Reads the first packet of a client.
 * Throws `ProtocolError`: `not_hello`; `version_mismatch`, whatever follows the version; `packet_too_large` above 16 KiB;
 * `malformed`.
 */
export function readHello(packet: Uint8Array): Hello {
  if (packet[0] !== messages.hello.kind) throw new ProtocolError('not_hello', 'the first packet is not a hello')
  const reader = new ByteReader(packet)
  try {
    reader.readByte()
    const hello = readHelloMessage(reader)
    if (packet.length > fixedLimits.maxHelloBytes) {
      const text = `a hello of ${packet.length} bytes, at most ${fixedLimits.maxHelloBytes} are allowed`
      throw new ProtocolError('packet_too_large', text)
    }
    reader.expectEnd()
    return { ...hello, packetBytes: packet.length }
  } catch (error) {
    throw asProtocolError(error)
  }
}

/** @returns the packet that answers a hello with a refusal. @param reason empty for the sentence of the table */
export function writeRefusal(code: CloseCode, reason: string): Uint8Array {
  return packetOf(messages.refuse, { code, reason: reason || closeCodes[code].reason })
}

/** @returns the last packet on a transport that its session has left, for the program at the other end */
export function writeClose(code: CloseCode): Uint8Array {
  return packetOf(messages.close, { code, reason: closeCodes[code].reason })
}

/**
 * @param base the version that `payload` is a delta from, below `version`; undefined for a snapshot
 * @returns a whole packet; the same bytes may go to every client that holds `base`. Throws `invalid_argument`.
 */
export function encodeStateMessage(version: number, base: number | undefined, payload: Uint8Array): Uint8Array {
  const isBase = base === undefined || (Number.isSafeInteger(base) && base >= 0 && base < version)
  if (!Number.isSafeInteger(version) || version < 0 || !isBase) {
    throw new ProtocolError('invalid_argument', `no delta leads from version ${base} to ${version}`)
  }
  return packetOf(messages.state, { version, base, payload })
}

function packetOf<Message>(row: MessageRow<Message>, message: Message): Uint8Array {
  const writer = new ByteWriter()
  writeMessage(writer, row, message)
  return writer.finish()
}

function asProtocolError(error: unknown): unknown {
  if (error instanceof ProtocolError || !(error instanceof TygaseError)) return error
  return new ProtocolError('malformed', error.message, { cause: error })
}
