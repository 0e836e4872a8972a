import { ByteReader, ByteWriter, TygaseError } from '@tygase/gamestate/bytes'
import { type CloseCode, closeCodes } from './close-codes.js'
import { ProtocolError } from './errors.js'
import type { Hello } from './messages/hello-message.js'
import {
  type Message,
  type MessageKind,
  messageTable,
  type Role,
  readMessage,
  writeMessage,
} from './messages/messages.js'

/** What one packet may hold. */
export interface PacketLimits {
  maxPacketBytes: number
  maxEventsPerPacket: number
  maxEventBytes: number
}

/** A hello carries a path, a token and credentials: nobody needs more before it is known who they are. */
const maxHelloBytes = 16 * 1024

/**
 * Takes a packet apart, all of it or nothing.
 * @param from who sent it
 * Throws `ProtocolError`: `packet_too_large`, `too_many_events`, `event_too_large`, `unexpected_message`, `malformed`, and for
 * a hello `version_mismatch` and `not_hello`.
 */
export function readPacket(packet: Uint8Array, from: Role, limits: PacketLimits): Message[] {
  if (packet.length > limits.maxPacketBytes) {
    throw new ProtocolError('packet_too_large', `${packet.length} bytes, at most ${limits.maxPacketBytes} are taken`)
  }
  if (packet.length === 0) throw new ProtocolError('malformed', 'a packet of no bytes')
  const messages: Message[] = []
  const seen = new Set<MessageKind>()
  let events = 0
  try {
    const reader = new ByteReader(packet)
    while (reader.remaining > 0) {
      const start = reader.position
      const message = readMessage(reader)
      const row = messageTable[message.kind]
      if (row.from !== from && row.from !== 'both') {
        throw new ProtocolError('unexpected_message', `${message.kind} is not for a ${from} to send`)
      }
      const isCrowded = row.perPacket === 'alone' && packet.length > reader.position - start
      if (isCrowded || (row.perPacket === 'once' && seen.has(message.kind))) {
        throw new ProtocolError('malformed', `more in a packet than ${message.kind} allows`)
      }
      seen.add(message.kind)
      if (message.kind === 'event') {
        checkEvent(message.name, message.payload, limits)
        if (++events > limits.maxEventsPerPacket) {
          throw new ProtocolError('too_many_events', `at most ${limits.maxEventsPerPacket} events go into a packet`)
        }
      }
      messages.push(message)
    }
  } catch (error) {
    throw asProtocolError(error)
  }
  return messages
}

/** Throws `unexpected_message` for what belongs to a handshake. */
export function refuseHandshake(messages: readonly Message[]): void {
  const kinds: MessageKind[] = ['hello', 'welcome', 'refuse']
  if (messages.some(({ kind }) => kinds.includes(kind))) {
    throw new ProtocolError('unexpected_message', 'a handshake on a transport that had one')
  }
}

/**
 * Reads the first packet of a client.
 * Throws `ProtocolError`: `not_hello`; `version_mismatch`, whatever follows the version; `packet_too_large` above 16 KiB;
 * `malformed`.
 */
export function readHello(packet: Uint8Array): Hello {
  const reader = new ByteReader(packet)
  const { number, format } = messageTable.hello
  if (reader.remaining === 0 || reader.readByte() !== number) {
    throw new ProtocolError('not_hello', 'the first packet is not a hello')
  }
  try {
    const { hello } = format.read(reader, 0)
    if (packet.length > maxHelloBytes) {
      throw new ProtocolError(
        'packet_too_large',
        `a hello of ${packet.length} bytes, at most ${maxHelloBytes} are taken`,
      )
    }
    reader.expectEnd()
    return hello
  } catch (error) {
    throw asProtocolError(error)
  }
}

/** @returns the packet that answers a hello for which there is no session */
export function writeRefusal(code: CloseCode, reason: string): Uint8Array {
  return writePacket({ kind: 'refuse', code, reason: reason || closeCodes[code].reason })
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
  return writePacket({ kind: 'state', version, base, payload })
}

function writePacket(message: Message): Uint8Array {
  const writer = new ByteWriter()
  writeMessage(writer, message)
  return writer.finish()
}

function checkEvent(name: number | string, payload: Uint8Array, limits: PacketLimits): void {
  const bytes = payload.length + (typeof name === 'string' ? name.length : 0)
  if (bytes > limits.maxEventBytes) {
    throw new ProtocolError('event_too_large', `an event of ${bytes} bytes, at most ${limits.maxEventBytes} are taken`)
  }
}

function asProtocolError(error: unknown): unknown {
  if (error instanceof ProtocolError || !(error instanceof TygaseError)) return error
  return new ProtocolError('malformed', error.message, { cause: error })
}
