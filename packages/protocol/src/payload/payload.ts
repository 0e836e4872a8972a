import { ByteReader, ByteWriter, TygaseError } from '@tygase/gamestate/internal'
import { ProtocolError } from '../errors.js'
import type { EventLimits } from '../limits.js'
import { defaultPayloadLimits, type PayloadLimits } from './payload-limits.js'
import { ValueReader } from './read-value.js'
import { ValueWriter } from './write-value.js'

const bytes = new ByteWriter()

/** A cycle is endlessly deep, so there has to be some limit; for the rest it is its receiver who knows. */
const ownLimits: EventLimits = {
  ...defaultPayloadLimits,
  maxEventBytes: Number.POSITIVE_INFINITY,
  maxPayloadElements: Number.POSITIVE_INFINITY,
  maxPayloadStringBytes: Number.POSITIVE_INFINITY,
}

/**
 * Turns a plain value into bytes: null, booleans, numbers, strings, `Uint8Array`, arrays and plain objects of these. Of a
 * plain object a key with the value undefined is left out. A lone surrogate in a string becomes U+FFFD, and -0 becomes 0.
 * @param limits what its receiver takes: the `sendLimits` of a session. Default: the default of `maxPayloadDepth` alone
 * @returns no bytes for undefined. Throws `payload_invalid` with the path of what is none of these, of a cycle, of a key
 * `__proto__`, and of what is nested too deep; `payload_limit` and `event_too_large` with the path of what is too much.
 */
export function encodePayload(value: unknown, limits?: Partial<EventLimits>): Uint8Array {
  bytes.reset()
  if (value !== undefined) new ValueWriter(bytes, { ...ownLimits, ...limits }).write(value)
  return bytes.finish()
}

/**
 * Mirror of `encodePayload`, for bytes that may come from anybody.
 * @param limits the `receiveLimits` of a session. Default: those of `defaultPayloadLimits`
 * @returns undefined for no bytes. Throws `payload_malformed`, `payload_limit`.
 */
export function decodePayload(payload: Uint8Array, limits?: Partial<PayloadLimits>): unknown {
  if (payload.length === 0) return undefined
  const reader = new ByteReader(payload)
  try {
    const value = new ValueReader(reader, { ...defaultPayloadLimits, ...limits }).read()
    reader.expectEnd()
    return value
  } catch (error) {
    if (error instanceof ProtocolError || !(error instanceof TygaseError)) throw error
    throw new ProtocolError('payload_malformed', 'a payload that ends too early or goes on too long', { cause: error })
  }
}
