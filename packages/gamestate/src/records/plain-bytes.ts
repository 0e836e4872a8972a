import { decodeValue, encodeValue } from '../values/payload.js'

/** Our own bytes have no limits but the depth of a call stack. */
const unlimited = {
  maxPayloadDepth: 1000,
  maxPayloadElements: Number.POSITIVE_INFINITY,
  maxPayloadStringBytes: Number.POSITIVE_INFINITY,
}

/** @throws GameStateError `invalid_value` for a value that is not plain */
export function writePlain(value: unknown): Uint8Array {
  return encodeValue(value, unlimited)
}

/** @throws GameStateError `bytes_malformed`, `bytes_truncated` */
export function readPlain(bytes: Uint8Array): unknown {
  return decodeValue(bytes, unlimited)
}

export function isPlain(value: unknown): boolean {
  try {
    writePlain(value)
    return true
  } catch {
    return false
  }
}
