import { ByteReader, ByteWriter, TygaseError } from '@tygase/gamestate/bytes'
import { type CloseCode, closeCodes } from './close-codes.js'
import { malformed, ProtocolError } from './errors.js'
import { writeEnding } from './messages/ending-message.js'
import { type Hello, readHello as readHelloMessage } from './messages/hello-message.js'
import { kinds } from './messages/kinds.js'
import type { MessageTable } from './messages/messages.js'
import { type EventBounds, Packet } from './messages/packet-contents.js'
import { writeState } from './messages/state-message.js'

/** What one packet may hold. */
export interface PacketLimits extends EventBounds {
  readonly maxPacketBytes: number
}

/** A hello carries a path, a token and credentials: nobody needs more before it is known who they are. */
const maxHelloBytes = 16 * 1024

/** The highest kind that there is. */
const lastKind = kinds.floor

/**
 * Takes a packet apart, all of it or nothing.
 * @param table what its sender may send
 * Throws `ProtocolError`: `packet_too_large`, `too_many_events`, `event_too_large`, `unexpected_message`, `malformed`, and for
 * a hello `version_mismatch` and `not_hello`.
 */
export function readPacket(bytes: Uint8Array, table: MessageTable, limits: PacketLimits): Packet {
  if (bytes.length > limits.maxPacketBytes) {
    throw new ProtocolError('packet_too_large', `${bytes.length} bytes, at most ${limits.maxPacketBytes} are taken`)
  }
  const packet = new Packet()
  /** A bit for each kind. */
  let seen = 0
  try {
    const reader = new ByteReader(bytes)
    do {
      const head = reader.readByte()
      const kind = head & 15
      const row = table[kind]
      if (row === undefined) throw outOfPlace(kind)
      if ((head & 0xf0 & ~row.flags) !== 0) throw malformed(`flags ${head >> 4} on a message of kind ${kind}`)
      const bit = 1 << kind
      const isTooMany = row.perPacket !== 'many' && (seen & bit) !== 0
      row.take(packet, reader, head & 0xf0, limits)
      if (isTooMany || (row.perPacket === 'alone' && (seen !== 0 || reader.remaining > 0))) {
        throw malformed(`more in a packet than a message of kind ${kind} allows`)
      }
      seen |= bit
    } while (reader.remaining > 0)
  } catch (error) {
    throw asProtocolError(error)
  }
  return packet
}

/**
 * Reads the first packet of a client.
 * Throws `ProtocolError`: `not_hello`; `version_mismatch`, whatever follows the version; `packet_too_large` above 16 KiB;
 * `malformed`.
 */
export function readHello(packet: Uint8Array): Hello {
  if (packet[0] !== kinds.hello) throw new ProtocolError('not_hello', 'the first packet is not a hello')
  const reader = new ByteReader(packet)
  try {
    reader.readByte()
    const hello = readHelloMessage(reader)
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
  return writeLast('refuse', code, reason)
}

/** @returns the last packet on a transport that a session does not use any more, for whoever is still at its other end */
export function writeClose(code: CloseCode): Uint8Array {
  return writeLast('close', code, '')
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
  const writer = new ByteWriter()
  writeState(writer, { version, base, payload })
  return writer.finish()
}

function writeLast(kind: 'refuse' | 'close', code: CloseCode, reason: string): Uint8Array {
  const writer = new ByteWriter()
  writeEnding(writer, kind, { code, reason: reason || closeCodes[code].reason })
  return writer.finish()
}

function outOfPlace(kind: number): ProtocolError {
  if (kind < 1 || kind > lastKind) return malformed(`there is no message of kind ${kind}`)
  return new ProtocolError('unexpected_message', `a message of kind ${kind} is not for this peer to send`)
}

function asProtocolError(error: unknown): unknown {
  if (error instanceof ProtocolError || !(error instanceof TygaseError)) return error
  return new ProtocolError('malformed', error.message, { cause: error })
}
