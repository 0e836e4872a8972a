import { ByteReader, ByteWriter, TygaseError } from '@tygase/gamestate/bytes'
import { ProtocolError } from '../errors.js'
import { defaultPayloadLimits, type PayloadLimits, ValueReader } from './read-value.js'
import { writeValue } from './write-value.js'

const writer = new ByteWriter()

/**
 * Turns a plain value into bytes: null, booleans, numbers, strings, `Uint8Array`, arrays and plain objects of these. Of a
 * plain object a key with the value undefined is left out. A lone surrogate in a string becomes U+FFFD, and -0 becomes 0.
 * @returns no bytes for undefined. Throws `payload_invalid` with the path of what is none of these, of a cycle, of a key `__proto__`, and of
 * what is nested deeper than the reader's default allows.
 */
export function encodePayload(value: unknown): Uint8Array {
  writer.reset()
  if (value !== undefined) writeValue(writer, value, defaultPayloadLimits.maxDepth, 'payload')
  return writer.finish()
}

/**
 * Mirror of `encodePayload`, for bytes that may come from anybody.
 * @returns undefined for no bytes. Throws `payload_malformed`, `payload_limit`.
 */
export function decodePayload(bytes: Uint8Array, limits?: Partial<PayloadLimits>): unknown {
  if (bytes.length === 0) return undefined
  const reader = new ByteReader(bytes)
  try {
    const value = new ValueReader(reader, { ...defaultPayloadLimits, ...limits }).read()
    reader.expectEnd()
    return value
  } catch (error) {
    if (error instanceof ProtocolError || !(error instanceof TygaseError)) throw error
    throw new ProtocolError('payload_malformed', 'a payload that ends too early or goes on too long', { cause: error })
  }
}
