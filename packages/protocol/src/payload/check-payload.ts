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
        open.push({
          left: head.kind === 'map' ? head.length * 2 : head.length,
          isMap: head.kind === 'map',
          isKey: true,
        })
        if (open.length > limits.maxDepth) throw limit(`values more than ${limits.maxDepth} deep`)
      }
      while (open.length > 0 && open.at(-1)!.left === 0) open.pop()
    } while (open.length > 0)
    reader.expectEnd()
  } catch (error) {
    if (error instanceof ProtocolError || !(error instanceof TygaseError)) throw error
    throw new ProtocolError('payload_malformed', 'a payload that ends too early or goes on too long', { cause: error })
  }
}

function checkBody(reader: ByteReader, head: Head, isKey: boolean, limits: PayloadLimits): void {
  if (isKey && head.kind !== 'string') throw malformed('a key that is not a string')
  if (head.kind === 'scalar') reader.readRaw(head.bytes)
  else if (!('length' in head)) checkWholeNumber(reader.readRaw(8), head.kind)
  else if (head.kind === 'string' || head.kind === 'bytes') {
    if (head.length > limits.maxStringBytes) throw limit(`a string of ${head.length} bytes`)
    const body = reader.readRaw(head.length)
    if (isKey && isProtoKey(body)) throw malformed(`the key ${protoKey}`)
  } else if (head.length * (head.kind === 'map' ? 2 : 1) > reader.remaining) {
    throw malformed(`${head.length} values in ${reader.remaining} bytes`)
  }
}

function isProtoKey(body: Uint8Array): boolean {
  return body.length === protoKey.length && body.every((byte, i) => byte === protoKey.charCodeAt(i))
}

/** Beyond 2^53 - 1 a number would be another one after decoding. */
function checkWholeNumber(bytes: Uint8Array, kind: 'uint64' | 'int64'): void {
  const high = bytes[0]! * 2 ** 24 + bytes[1]! * 2 ** 16 + bytes[2]! * 2 ** 8 + bytes[3]!
  const low = bytes[4]! * 2 ** 24 + bytes[5]! * 2 ** 16 + bytes[6]! * 2 ** 8 + bytes[7]!
  const value = (kind === 'int64' && high >= 2 ** 31 ? high - 2 ** 32 : high) * 2 ** 32 + low
  if (!Number.isSafeInteger(value)) throw malformed('a whole number beyond 2^53 - 1')
}

const fixed: Record<number, Head> = {
  192: { kind: 'scalar', bytes: 0 },
  194: { kind: 'scalar', bytes: 0 },
  195: { kind: 'scalar', bytes: 0 },
  202: { kind: 'scalar', bytes: 4 },
  203: { kind: 'scalar', bytes: 8 },
  204: { kind: 'scalar', bytes: 1 },
  205: { kind: 'scalar', bytes: 2 },
  206: { kind: 'scalar', bytes: 4 },
  207: { kind: 'uint64' },
  208: { kind: 'scalar', bytes: 1 },
  209: { kind: 'scalar', bytes: 2 },
  210: { kind: 'scalar', bytes: 4 },
  211: { kind: 'int64' },
}

/** Heads that a length follows, of so many bytes. */
const counted: Record<number, { kind: 'string' | 'bytes' | 'array' | 'map'; lengthBytes: 1 | 2 | 4 }> = {
  196: { kind: 'bytes', lengthBytes: 1 },
  197: { kind: 'bytes', lengthBytes: 2 },
  198: { kind: 'bytes', lengthBytes: 4 },
  217: { kind: 'string', lengthBytes: 1 },
  218: { kind: 'string', lengthBytes: 2 },
  219: { kind: 'string', lengthBytes: 4 },
  220: { kind: 'array', lengthBytes: 2 },
  221: { kind: 'array', lengthBytes: 4 },
  222: { kind: 'map', lengthBytes: 2 },
  223: { kind: 'map', lengthBytes: 4 },
}

function readHead(reader: ByteReader): Head {
  const byte = reader.readByte()
  if (byte < 128 || byte >= 224) return { kind: 'scalar', bytes: 0 }
  if (byte < 144) return { kind: 'map', length: byte & 15 }
  if (byte < 160) return { kind: 'array', length: byte & 15 }
  if (byte < 192) return { kind: 'string', length: byte & 31 }
  const known = fixed[byte]
  if (known) return known
  const form = counted[byte]
  // extension types reach into the decoder: dates, references, classes
  if (form === undefined) throw malformed(`a value that begins with ${byte}`)
  let length = 0
  for (let i = 0; i < form.lengthBytes; i++) length = length * 256 + reader.readByte()
  return { kind: form.kind, length }
}

function malformed(what: string): ProtocolError {
  return new ProtocolError('payload_malformed', `a payload with ${what}`)
}

function limit(what: string): ProtocolError {
  return new ProtocolError('payload_limit', `a payload with ${what}`)
}
