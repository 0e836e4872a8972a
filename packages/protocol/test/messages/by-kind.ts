import type { ByteWriter } from '@tygase/gamestate/bytes'
import { type AckMessage, writeAck } from '../../src/messages/ack-message.js'
import { type Ending, writeEnding } from '../../src/messages/ending-message.js'
import { type EventMessage, type FloorMessage, writeEvent, writeFloor } from '../../src/messages/event-message.js'
import { type Hello, writeHello } from '../../src/messages/hello-message.js'
import { kinds, type MessageKind } from '../../src/messages/kinds.js'
import { fromClient, fromServer } from '../../src/messages/messages.js'
import { type HaveMessage, type StateMessage, writeHave, writeState } from '../../src/messages/state-message.js'
import { type TimeMessage, writeTime } from '../../src/messages/time-message.js'
import { type WelcomeMessage, writeWelcome } from '../../src/messages/welcome-message.js'
import { type PacketLimits, readPacket as readContents } from '../../src/packet.js'

/** A message that says what it is: for tests that treat all alike. */
export type Message =
  | { kind: 'hello'; hello: Hello }
  | ({ kind: 'welcome' } & WelcomeMessage)
  | ({ kind: 'refuse' } & Ending)
  | ({ kind: 'close' } & Ending)
  | ({ kind: 'state' } & StateMessage)
  | ({ kind: 'have' } & HaveMessage)
  | ({ kind: 'event' } & EventMessage)
  | ({ kind: 'ack' } & AckMessage)
  | ({ kind: 'time' } & TimeMessage)
  | ({ kind: 'floor' } & FloorMessage)

export type Role = 'client' | 'server'

const writers: { [Kind in MessageKind]: (writer: ByteWriter, message: Extract<Message, { kind: Kind }>) => void } = {
  hello: (writer, { hello }) => writeHello(writer, hello),
  welcome: writeWelcome,
  refuse: (writer, message) => writeEnding(writer, 'refuse', message),
  close: (writer, message) => writeEnding(writer, 'close', message),
  state: writeState,
  have: writeHave,
  event: writeEvent,
  ack: writeAck,
  time: writeTime,
  floor: writeFloor,
}

/** Appends a message with its head byte. */
export function writeMessage(writer: ByteWriter, message: Message): void {
  // reason: the writer of a message's own kind takes it, which the types of a table cannot say
  const write = writers[message.kind] as (writer: ByteWriter, message: Message) => void
  write(writer, message)
}

/** Who sends messages of a kind. */
export function senderOf(kind: MessageKind): Role | 'both' {
  const [client, server] = [fromClient[kinds[kind]], fromServer[kinds[kind]]]
  if (client && server) return 'both'
  return client ? 'client' : 'server'
}

/** How often a kind may be in one packet. */
export function perPacketOf(kind: MessageKind): string | undefined {
  return (fromClient[kinds[kind]] ?? fromServer[kinds[kind]])?.perPacket
}

/** The messages of a packet, by kind and in the order of states and events. Throws as the reader does. */
export function readPacket(bytes: Uint8Array, from: Role, limits: PacketLimits): Message[] {
  const { hello, states, events, ...packet } = readContents(bytes, from === 'client' ? fromClient : fromServer, limits)
  const messages: Message[] = hello ? [{ kind: 'hello', hello }] : []
  for (const kind of ['welcome', 'refuse', 'close', 'have', 'ack', 'time', 'floor'] as const) {
    const message = packet[kind]
    // reason: what stands under a kind is of this kind
    if (message) messages.push({ kind, ...message } as Message)
  }
  for (const state of states) messages.push({ kind: 'state', ...state })
  for (const event of events) messages.push({ kind: 'event', ...event })
  return messages
}
