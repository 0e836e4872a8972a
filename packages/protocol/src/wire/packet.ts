import { ByteReader, ByteWriter, TygaseError } from '@tygase/gamestate/internal'
import { malformed, ProtocolError } from '../errors.js'
import { fixedLimits } from '../limits.js'
import { type CloseCode, closeCodes } from './close-codes.js'
import type { EventBounds } from './event.js'
import { type Hello, readHello as readHelloMessage } from './handshake-messages.js'
import { type MessageName, type MessageOf, type MessageRow, messages, type Side, writeMessage } from './messages.js'

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
