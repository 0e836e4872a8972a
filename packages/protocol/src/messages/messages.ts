import type { ByteReader } from '@tygase/gamestate/bytes'
import { readAck } from './ack-message.js'
import { readEnding } from './ending-message.js'
import { readEvent, readFloor } from './event-message.js'
import { readHello } from './hello-message.js'
import type { EventBounds, Packet } from './packet-contents.js'
import { readHave, readState } from './state-message.js'
import { readTime } from './time-message.js'
import { readWelcome } from './welcome-message.js'

/** How one kind of message is taken from a packet. */
interface MessageRow {
  /** How often it may be in one packet: `alone` is once, with nothing beside it. */
  readonly perPacket: 'alone' | 'once' | 'many'
  /** The flags that exist, in the high four bits of the head byte. */
  readonly flags: number
  /**
   * Reads what follows the head byte.
   * @param flags the high four bits of the head byte, each of them one that exists
   * Throws `GameStateError` or `ProtocolError` for what is not allowed.
   */
  take(packet: Packet, reader: ByteReader, flags: number, bounds: EventBounds): void
}

/** By kind: what one side sends. Two tables, so that neither side has to carry the readers of the other one. */
export type MessageTable = { readonly [kind: number]: MessageRow | undefined }

const hello: MessageRow = {
  perPacket: 'alone',
  flags: 0,
  take(packet, reader) {
    packet.hello = readHello(reader)
  },
}
const welcome: MessageRow = {
  perPacket: 'once',
  flags: 0x10,
  take(packet, reader, flags) {
    packet.welcome = readWelcome(reader, flags)
  },
}
const refuse: MessageRow = {
  perPacket: 'alone',
  flags: 0,
  take(packet, reader) {
    packet.refuse = readEnding(reader)
  },
}
const close: MessageRow = {
  perPacket: 'once',
  flags: 0,
  take(packet, reader) {
    packet.close = readEnding(reader)
  },
}
const state: MessageRow = {
  perPacket: 'many',
  flags: 0x10,
  take(packet, reader, flags) {
    packet.addState(readState(reader, flags))
  },
}
const have: MessageRow = {
  perPacket: 'once',
  flags: 0x10,
  take(packet, reader, flags) {
    packet.have = readHave(reader, flags)
  },
}
const event: MessageRow = {
  perPacket: 'many',
  flags: 0x70,
  take(packet, reader, flags, bounds) {
    packet.addEvent(readEvent(reader, flags), bounds)
  },
}
/** No server waits for a version: only it makes them. */
const eventOfClient: MessageRow = { perPacket: 'many', flags: 0x50, take: event.take }
const ack: MessageRow = {
  perPacket: 'once',
  flags: 0xf0,
  take(packet, reader, flags) {
    packet.ack = readAck(reader, flags)
  },
}
const time: MessageRow = {
  perPacket: 'once',
  flags: 0x10,
  take(packet, reader, flags) {
    packet.time = readTime(reader, flags)
  },
}
const floor: MessageRow = {
  perPacket: 'once',
  flags: 0,
  take(packet, reader) {
    packet.floor = readFloor(reader)
  },
}

/** What a client sends. */
export const fromClient: MessageTable = { 1: hello, 4: close, 6: have, 7: eventOfClient, 8: ack, 9: time, 10: floor }

/** What a server sends. */
export const fromServer: MessageTable = {
  2: welcome,
  3: refuse,
  4: close,
  5: state,
  7: event,
  8: ack,
  9: time,
  10: floor,
}
