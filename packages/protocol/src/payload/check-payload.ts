import { ByteReader, TygaseError } from '@tygase/gamestate/bytes'
import { ProtocolError } from '../errors.js'

/** What a payload may make its reader build. Each has a default that no event of a game should need. */
export interface PayloadLimits {
  /** Arrays and maps within each other. 32. */
  maxDepth: number
  /** Values of all kinds, keys included, in the whole payload. 65,536. */
  maxElements: number
  /** Of one string or one byte array. 64 KiB. */
  maxStringBytes: number
}

export const defaultPayloadLimits: Readonly<PayloadLimits> = Object.freeze({
  maxDepth: 32,
  maxElements: 65_536,
  maxStringBytes: 64 * 1024,
})

/** What the head of a value says, from the MessagePack specification. */
type Head =
  /** A value without a body, or with one of a fixed length that needs no look. */
  | { kind: 'scalar'; bytes: number }
  | { kind: 'string' | 'bytes' | 'array' | 'map'; length: number }
  | { kind: 'uint64' | 'int64' }

const protoKey = '__proto__'
const textDecoderHint = 'a payload with'

/**
 * Walks through the bytes of a payload and builds nothing: afterwards a decoder may allocate what they say.
 * Throws `ProtocolError`: `payload_malformed` for what is not MessagePack, for extension types, for keys that are not strings, for
 * the key `__proto__` and for whole numbers that a number cannot hold; `payload_limit` for what is above a limit.
 */
export function checkPayload(bytes: Uint8Array, limits: PayloadLimits): void {
  const reader = new ByteReader(bytes)
  /** Of each open array or map: how many values are to come, and whether the next is a key. */
  const open: { left: number; isMap: boolean; isKey: boolean }[] = []
  let elements = 0
  try {
    do {
      const holder = open.at(-1)
      const isKey = holder?.isMap === true && holder.isKey
      if (++elements > limits.maxElements) throw limit(`more than ${limits.maxElements} values`)
      const head = readHead(reader)
      checkBody(reader, head, isKey, limits)
      if (holder) {
        holder.left--
        holder.isKey = !holder.isKey
      }
      if (head.kind === 'array' || head.kind === 'map') {
        open.push({ left: head.kind === 'map' ? head.length * 2 : head.length, isMap: head.kind === 'map', isKey: true })
        if (open.length > limits.maxDepth) throw limit(`values more than ${limits.maxDepth} deep`)
      }
      while (open.length > 0 && open.at(-1)!.left === 0) open.pop()
    } while (open.length > 0)
    reader.expectEnd()
  } catch (error) {
    if (error instanceof ProtocolError || !(error instanceof TygaseError)) throw error
    throw new ProtocolError('payload_malformed', `a payload that ends too early or goes on too long`, { cause: error })
  }
}
