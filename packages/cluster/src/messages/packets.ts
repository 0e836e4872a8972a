import { ByteReader, ByteWriter } from '@tygase/gamestate/internal'

/** Where a stream of messages stands: all that one sender sends to one subject. */
export interface StreamHead {
  /** Of one start of a process. */
  readonly sender: string
  /** Grows when a sender that had nothing to send for long begins anew. Numbers begin at 1 then. */
  readonly stream: number
  /** Time since the beginning of the stream when this was sent, in ms. */
  readonly ageMs: number
  /** The oldest message that can be sent again; one above the last if there is none. */
  readonly first: number
  /** Of the message; of the last one for a beat. */
  readonly number: number
}

/** What goes to all subscribers of a subject. `again`: a message that was sent before; some may have it. */
export type StreamPacket =
  | { readonly kind: 'message' | 'again'; readonly head: StreamHead; readonly bytes: Uint8Array }
  | { readonly kind: 'beat'; readonly head: StreamHead }

/** Numbers of messages, both ends included. */
export interface Span {
  readonly from: number
  readonly through: number
}

/** What goes to a sender: it is to send these messages again. */
export interface Ask {
  readonly subject: string
  readonly stream: number
  /** In order, one at least. */
  readonly spans: readonly Span[]
}

/** Most spans in one request. */
export const maxSpans = 64

const kinds = ['message', 'again', 'beat'] as const
const senderForm = /^[\w-]{1,64}$/

/** Most bytes that a head takes. */
export const maxHeadBytes = 1 + 66 + 4 * 8

export function writePacket(packet: StreamPacket): Uint8Array {
  const writer = new ByteWriter()
  const { kind, head } = packet
  writer.writeByte(kinds.indexOf(kind))
  writer.writeString(head.sender)
  for (const field of [head.stream, head.ageMs, head.first, head.number]) writer.writeVarUint(field)
  if (packet.kind !== 'beat') writer.writeRaw(packet.bytes)
  return writer.finish()
}

/** @returns undefined for bytes that are no packet */
export function readPacket(bytes: Uint8Array): StreamPacket | undefined {
  try {
    const reader = new ByteReader(bytes)
    const kind = kinds[reader.readByte()]
    const sender = reader.readString()
    const stream = reader.readVarUint()
    const ageMs = reader.readVarUint()
    const first = reader.readVarUint()
    const number = reader.readVarUint()
    const isRight = senderForm.test(sender) && stream > 0 && first > 0 && number > 0 && first <= number + 1
    if (kind === undefined || !isRight) return undefined
    const head = { sender, stream, ageMs, first, number }
    if (kind !== 'beat') return { kind, head, bytes: reader.readRaw(reader.remaining) }
    reader.expectEnd()
    return { kind, head }
  } catch {
    return undefined
  }
}

export function writeAsk({ subject, stream, spans }: Ask): Uint8Array {
  const writer = new ByteWriter()
  writer.writeString(subject)
  writer.writeVarUint(stream)
  for (const { from, through } of spans) {
    writer.writeVarUint(from)
    writer.writeVarUint(through)
  }
  return writer.finish()
}

/** @returns undefined for bytes that ask for nothing */
export function readAsk(bytes: Uint8Array): Ask | undefined {
  try {
    const reader = new ByteReader(bytes)
    const subject = reader.readString()
    const stream = reader.readVarUint()
    const spans: Span[] = []
    while (reader.remaining > 0) {
      if (spans.length === maxSpans) return undefined
      spans.push({ from: reader.readVarUint(), through: reader.readVarUint() })
    }
    return spans.length > 0 ? { subject, stream, spans } : undefined
  } catch {
    return undefined
  }
}
