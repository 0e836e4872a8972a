import type { ByteReader, ByteWriter } from '@tygase/gamestate/bytes'
import { ProtocolError } from '../errors.js'
import { type AckMessage, ackFormat } from './ack-message.js'
import { type CloseMessage, closeFormat, type RefuseMessage, refuseFormat } from './ending-message.js'
import { type EventMessage, eventFormat, type FloorMessage, floorFormat } from './event-message.js'
import { type HelloMessage, helloFormat } from './hello-message.js'
import type { MessageFormat } from './message-format.js'
import { type HaveMessage, haveFormat, type StateMessage, stateFormat } from './state-message.js'
import { type TimeMessage, timeFormat } from './time-message.js'
import { type WelcomeMessage, welcomeFormat } from './welcome-message.js'

export type Message =
  | HelloMessage
  | WelcomeMessage
  | RefuseMessage
  | CloseMessage
  | StateMessage
  | HaveMessage
  | EventMessage
  | AckMessage
  | TimeMessage
  | FloorMessage

export type MessageKind = Message['kind']
export type MessageOf<Kind extends MessageKind> = Extract<Message, { kind: Kind }>
export type Role = 'client' | 'server'

interface Row<M> {
  /** The low four bits of the head byte. */
  number: number
  /** Who may send it. */
  from: Role | 'both'
  /** How often it may be in one packet: `alone` is once, with nothing beside it. */
  perPacket: 'alone' | 'once' | 'many'
  /** The flags that exist, in the high four bits of the head byte. */
  flags: number
  format: MessageFormat<M>
}

/** The one table of kinds. */
export const messageTable: { readonly [Kind in MessageKind]: Row<MessageOf<Kind>> } = {
  hello: { number: 1, from: 'client', perPacket: 'alone', flags: 0, format: helloFormat },
  welcome: { number: 2, from: 'server', perPacket: 'once', flags: 0x10, format: welcomeFormat },
  refuse: { number: 3, from: 'server', perPacket: 'alone', flags: 0, format: refuseFormat },
  close: { number: 4, from: 'both', perPacket: 'once', flags: 0, format: closeFormat },
  state: { number: 5, from: 'server', perPacket: 'many', flags: 0x10, format: stateFormat },
  have: { number: 6, from: 'client', perPacket: 'once', flags: 0x10, format: haveFormat },
  event: { number: 7, from: 'both', perPacket: 'many', flags: 0x70, format: eventFormat },
  ack: { number: 8, from: 'both', perPacket: 'once', flags: 0xf0, format: ackFormat },
  time: { number: 9, from: 'both', perPacket: 'once', flags: 0x10, format: timeFormat },
  floor: { number: 10, from: 'both', perPacket: 'once', flags: 0, format: floorFormat },
}

const kindsByNumber = new Map(
  Object.entries(messageTable).map(([kind, { number }]) => [number, kind as MessageKind] as const),
)

/** Appends a message with its head byte. */
export function writeMessage(writer: ByteWriter, message: Message): void {
  // reason: the row of a message's own kind takes it, which the types of a table cannot say
  const { number, format } = messageTable[message.kind] as Row<Message>
  writer.writeByte(number | format.flags(message))
  format.write(writer, message)
}

/** Reads a message with its head byte. Throws `ProtocolError` or `GameStateError`. */
export function readMessage(reader: ByteReader): Message {
  const head = reader.readByte()
  const kind = kindsByNumber.get(head & 15)
  if (kind === undefined) throw new ProtocolError('malformed', `there is no message of kind ${head & 15}`)
  const { flags, format } = messageTable[kind]
  if ((head & 0xf0 & ~flags) !== 0) throw new ProtocolError('malformed', `flags ${head >> 4} on ${kind}`)
  return format.read(reader, head & 0xf0)
}

/** @returns the messages of one kind, in their order */
export function messagesOf<Kind extends MessageKind>(messages: readonly Message[], kind: Kind): MessageOf<Kind>[] {
  return messages.filter((message): message is MessageOf<Kind> => message.kind === kind)
}
