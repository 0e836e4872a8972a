import { ByteReader, ByteWriter, TygaseError } from '@tygase/gamestate/internal'
import { malformed, ProtocolError } from '../errors.js'
import { maxHelloBytes, maxReasonLength } from '../fixed-limits.js'
import { type CloseCode, closeCodeOf, closeCodes, closeNumbers } from './close-codes.js'
import {
  type AckMessage,
  ackFlags,
  type EventBounds,
  type EventMessage,
  eventFlags,
  readAck,
  readClientEvent,
  readServerEvent,
  writeAck,
  writeEvent,
} from './event-messages.js'
import {
  type Hello,
  readHello as readHelloMessage,
  readWelcome,
  type WelcomeMessage,
  welcomeFlags,
  writeHello,
  writeWelcome,
} from './handshake-messages.js'
import { partFlag, welcomeFlag } from './head-bits.js'

/** A side of a session. */
export type Side = 'client' | 'server'

/** How often one packet may hold a message. `alone`: once, and no other message. */
type Times = 'alone' | 'once' | 'many'

/** The writing half of a kind of message. */
export interface MessageWriter<Message> {
  /** 1 to 15: the low four bits of the head byte. */
  readonly kind: number
  /** The high four bits of the head byte. Default: none. */
  flags?(message: Message): number
  /** Appends all that follows the head byte. */
  write(writer: ByteWriter, message: Message): void
}

/** The reading half of a kind of message. A page reads what a server sends, and loads no other half. */
interface MessageReader<Message, PerPacket extends Times = Times> {
  /** The flags that exist: some of the high four bits of the head byte. Default: none. */
  readonly allFlags?: number
  /** Default `once`. */
  readonly perPacket?: PerPacket
  /** The most of it in one packet, for `many`. More close the session with `too_many_events`. */
  most?(bounds: EventBounds): number
  /**
   * Reads all that follows the head byte.
   * @param flags of the head byte, each of them one that exists
   * Throws `GameStateError` or `ProtocolError` for bytes that the format does not allow.
   */
  read(reader: ByteReader, flags: number, bounds: EventBounds): Message
}

/** Both halves of a kind of message. */
interface MessageHalves<Message, PerPacket extends Times = Times>
  extends MessageWriter<Message>,
    MessageReader<Message, PerPacket> {}

/**
 * One kind of message. All that the format defines of a kind stands in its row, so a new kind is a new row in `messages`;
 * the key of the row is the name of the kind.
 */
export interface MessageRow<Message, PerPacket extends Times = Times> extends MessageHalves<Message, PerPacket> {
  readonly from: Side | 'both'
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

/** How early a client's event has come that is meant for a tick. */
export interface ArrivalMessage {
  /** How many sequences before the last one of the last ACK. */
  back: number
  /** Eighths of a tick from its arrival to its tick; below 0: so late. */
  early: number
}

/** The names of the kinds; the number of a kind is its place here, counted from 1. */
const names = [
  'hello',
  'welcome',
  'refuse',
  'close',
  'state',
  'have',
  'event',
  'ack',
  'time',
  'floor',
  'arrival',
] as const

export const helloWriter: MessageWriter<Hello> = { kind: 1, write: writeHello }

const helloReader: MessageReader<Hello, 'alone'> = { perPacket: 'alone', read: readHelloMessage }

export const welcomeWriter: MessageWriter<WelcomeMessage> = { kind: 2, flags: welcomeFlags, write: writeWelcome }

const welcomeReader: MessageReader<WelcomeMessage, 'once'> = {
  allFlags: welcomeFlag,
  read: readWelcome,
}

const refuseWriter: MessageWriter<Ending> = { kind: 3, write: writeEnding }

const refuseReader: MessageReader<Ending, 'alone'> = { perPacket: 'alone', read: readEnding }

export const close: MessageHalves<Ending, 'once'> = {
  kind: 4,
  write: writeEnding,
  read: readEnding,
}

const stateWriter: MessageWriter<StateMessage> = {
  kind: 5,
  flags: ({ base }) => (base === undefined ? 0 : partFlag),
  write(writer, { version, base, payload }) {
    writer.writeVarUint(version)
    if (base !== undefined) writer.writeVarUint(version - base)
    writer.writeBytes(payload)
  },
}

const stateReader: MessageReader<StateMessage, 'many'> = {
  allFlags: partFlag,
  perPacket: 'many',
  read(reader, flags) {
    const version = reader.readVarUint()
    const distance = flags & partFlag ? reader.readVarUint() : undefined
    if (distance !== undefined && (distance === 0 || distance > version)) {
      throw malformed('state base')
    }
    const payload = reader.readBytes()
    return { version, base: distance === undefined ? undefined : version - distance, payload }
  },
}

export const haveWriter: MessageWriter<HaveMessage> = {
  kind: 6,
  flags: ({ version }) => (version === undefined ? 0 : partFlag),
  write(writer, { version }) {
    if (version !== undefined) writer.writeVarUint(version)
  },
}

const haveReader: MessageReader<HaveMessage, 'once'> = {
  allFlags: partFlag,
  read(reader, flags) {
    return { version: flags & partFlag ? reader.readVarUint() : undefined }
  },
}

export const event: MessageWriter<EventMessage> = { kind: 7, flags: eventFlags, write: writeEvent }

const mostEvents = ({ maxEventsPerPacket }: EventBounds): number => maxEventsPerPacket

const serverEventReader: MessageReader<EventMessage, 'many'> = {
  allFlags: 0xf0,
  perPacket: 'many',
  most: mostEvents,
  read: readServerEvent,
}

// spelled out: bundlers keep what they cannot prove to have no effect, such as a spread, and pages read no events of clients
const clientEventReader: MessageReader<EventMessage, 'many'> = {
  allFlags: 0xf0,
  perPacket: 'many',
  most: mostEvents,
  read: readClientEvent,
}

export const ack: MessageHalves<AckMessage, 'once'> = {
  kind: 8,
  allFlags: 0xf0,
  flags: ackFlags,
  write: writeAck,
  read: readAck,
}

export const time: MessageHalves<TimeMessage, 'once'> = {
  kind: 9,
  allFlags: partFlag,
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

export const floor: MessageHalves<FloorMessage, 'once'> = {
  kind: 10,
  write(writer, { floor, resolved }) {
    writer.writeVarUint(floor)
    writer.writeVarUint(floor - resolved)
  },
  read(reader) {
    const floor = reader.readVarUint()
    const below = reader.readVarUint()
    if (below >= floor) throw malformed('floor 0')
    return { floor, resolved: floor - below }
  },
}

export const arrivalWriter: MessageWriter<ArrivalMessage> = {
  kind: 11,
  write(writer, { back, early }) {
    writer.writeVarUint(back)
    writer.writeVarInt(early)
  },
}

const arrivalReader: MessageReader<ArrivalMessage, 'many'> = {
  perPacket: 'many',
  read: (reader) => ({ back: reader.readVarUint(), early: reader.readVarInt() }),
}

/** All kinds of messages, by name, each with the side that sends it. Code of one side takes the halves that it needs. */
export const messages = /* @__PURE__ */ joinHalves()

function joinHalves() {
  return {
    hello: { from: 'client', ...helloWriter, ...helloReader },
    welcome: { from: 'server', ...welcomeWriter, ...welcomeReader },
    refuse: { from: 'server', ...refuseWriter, ...refuseReader },
    close: { from: 'both', ...close },
    state: { from: 'server', ...stateWriter, ...stateReader },
    have: { from: 'client', ...haveWriter, ...haveReader },
    // read as one of a client; both sides write the same
    event: { from: 'both', ...event, ...clientEventReader },
    ack: { from: 'both', ...ack },
    time: { from: 'both', ...time },
    floor: { from: 'both', ...floor },
    arrival: { from: 'server', ...arrivalWriter, ...arrivalReader },
  } as const
}

export type MessageName = (typeof names)[number]

/** The content of a kind of message. */
export type MessageOf<Name extends MessageName> = ReturnType<ReturnType<typeof joinHalves>[Name]['read']>

/** Appends a message: its head byte and its content. */
export function writeMessage<Message>(writer: ByteWriter, row: MessageWriter<Message>, message: Message): void {
  writer.writeByte(row.kind | (row.flags?.(message) ?? 0))
  row.write(writer, message)
}

function writeEnding(writer: ByteWriter, { code, reason }: Ending): void {
  writer.writeVarUint(closeNumbers[code])
  writer.writeString(shortReason(reason))
}

function readEnding(reader: ByteReader): Ending {
  const code = closeCodeOf(reader.readVarUint())
  const reason = reader.readString().slice(0, maxReasonLength)
  return { code, reason }
}

/** What one packet may hold. */
export interface PacketLimits extends EventBounds {
  readonly maxPacketBytes: number
}

/** The messages of one packet, by name; a list of those that a packet may hold many of. */
export type Packet = {
  [Name in MessageName]?: ReturnType<typeof joinHalves>[Name]['perPacket'] extends 'many' | undefined
    ? MessageOf<Name>[]
    : MessageOf<Name>
}

/** The messages that one side may send, for the other side to read. */
export interface Readers {
  readonly from: Side
  readonly rows: { readonly [Name in MessageName]?: MessageReader<MessageOf<Name>> }
}

export const fromClient: Readers = {
  from: 'client',
  rows: { hello: helloReader, close, have: haveReader, event: clientEventReader, ack, time, floor },
}

export const fromServer: Readers = {
  from: 'server',
  rows: {
    welcome: welcomeReader,
    refuse: refuseReader,
    close,
    state: stateReader,
    event: serverEventReader,
    ack,
    time,
    floor,
    arrival: arrivalReader,
  },
}

/**
 * Takes a packet apart, all of it or nothing.
 * @param readers of the side that sent it
 * Throws `ProtocolError`: `packet_too_large`, `too_many_events`, `event_too_large`, `unexpected_message`, `malformed`, and for
 * a hello `version_mismatch` and `not_hello`.
 */
export function readPacket(bytes: Uint8Array, { from, rows }: Readers, limits: PacketLimits): Packet {
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
      const name = names[kind - 1]
      if (name === undefined) throw malformed(`kind ${kind}`)
      const row: MessageReader<unknown> | undefined = rows[name]
      if (row === undefined) throw new ProtocolError('unexpected_message', `a ${from} may not send '${name}'`)
      const flags = head & 0xf0
      if ((flags & ~(row.allFlags ?? 0)) !== 0) throw malformed(`flags of '${name}'`)
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
          throw malformed(`too many '${name}'`)
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
    throw new ProtocolError('unexpected_message', 'second handshake')
  }
}

/**
 * Reads the first packet of a client.
 * Throws `ProtocolError`: `not_hello`; `version_mismatch`, even if the bytes after the version are malformed;
 * `packet_too_large` above 16 KiB; `malformed`.
 */
export function readHello(packet: Uint8Array): Hello {
  if (packet[0] !== helloWriter.kind) throw new ProtocolError('not_hello', 'the first packet is not a hello')
  const reader = new ByteReader(packet)
  try {
    reader.readByte()
    const hello = readHelloMessage(reader)
    if (packet.length > maxHelloBytes) {
      const text = `a hello of ${packet.length} bytes, at most ${maxHelloBytes} are allowed`
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
  return packetOf(refuseWriter, { code, reason: reason || closeCodes[code].reason })
}

/** @returns the last packet on a transport that its session has left, for the program at the other end */
export function writeClose(code: CloseCode): Uint8Array {
  return packetOf(close, { code, reason: closeCodes[code].reason })
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
  return packetOf(stateWriter, { version, base, payload })
}

function packetOf<Message>(row: MessageWriter<Message>, message: Message): Uint8Array {
  const writer = new ByteWriter()
  writeMessage(writer, row, message)
  return writer.finish()
}

function asProtocolError(error: unknown): unknown {
  if (error instanceof ProtocolError || !(error instanceof TygaseError)) return error
  return new ProtocolError('malformed', error.message, { cause: error })
}

/** A reason that is too long ends with an ellipsis: readers see that it was cut. */
function shortReason(reason: string): string {
  return reason.length <= maxReasonLength ? reason : `${reason.slice(0, maxReasonLength - 1)}…`
}
