import type { ByteWriter } from '@tygase/gamestate/internal'
import {
  fromClient,
  fromServer,
  type MessageName,
  type MessageOf,
  type MessageRow,
  messages,
  type PacketLimits,
  readPacket as readContents,
  type Side,
  writeMessage as write,
} from '../../src/wire/messages.js'
/** A message with its kind in it: for tests that treat all alike. */
export type Message = { [Name in MessageName]: { kind: Name } & Content<Name> }[MessageName]

/** A hello stands under a name of its own, since it has a part `kind` of no use here. */
type Content<Name extends MessageName> = Name extends 'hello' ? { hello: MessageOf<'hello'> } : MessageOf<Name>

/** Appends a message with its head byte. */
export function writeMessage(writer: ByteWriter, message: Message): void {
  // reason: the row of a message's own kind takes it, which the types of a table cannot say
  const row = messages[message.kind] as MessageRow<unknown>
  write(writer, row, message.kind === 'hello' ? message.hello : message)
}

/** The side that sends messages of a kind. */
export function senderOf(kind: MessageName): Side | 'both' {
  return messages[kind].from
}

/** The messages of a packet, in the order of the table of kinds. Throws as the reader does. */
export function readPacket(bytes: Uint8Array, from: Side, limits: PacketLimits): Message[] {
  const packet = readContents(bytes, from === 'client' ? fromClient : fromServer, limits)
  // reason: the keys of the table are the names
  return (Object.keys(messages) as MessageName[]).flatMap((kind) => {
    const found = packet[kind]
    if (found === undefined) return []
    if (kind === 'hello') return [{ kind, hello: found } as Message]
    // reason: a message under a name is of this kind
    return (Array.isArray(found) ? found : [found]).map((message) => ({ kind, ...message }) as Message)
  })
}
