import { Packr } from 'msgpackr'
import { ProtocolError } from '../errors.js'
import { checkPayload, defaultPayloadLimits, type PayloadLimits } from './check-payload.js'

// records would be a second format beside MessagePack, with a memory of its own
const packr = new Packr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' })

/**
 * Turns a plain value into bytes: null, booleans, numbers, strings, `Uint8Array`, arrays and plain objects of these. Of a
 * plain object a key with the value undefined is left out. A lone surrogate in a string becomes U+FFFD, and -0 becomes 0.
 * @returns no bytes for undefined. Throws `payload_invalid` with the path of what is none of these, of a cycle, of a key `__proto__`, and of
 * what is nested deeper than the reader's default allows.
 */
export function encodePayload(value: unknown): Uint8Array {
  if (value === undefined) return new Uint8Array(0)
  const bytes = packr.pack(toPlain(value, 'payload', 0))
  // not a Buffer: its methods differ, and it may share memory that is far larger
  return new Uint8Array(bytes)
}

/**
 * Mirror of `encodePayload`, for bytes that may come from anybody: they are checked as a whole before anything is built.
 * @returns undefined for no bytes. Throws `payload_malformed`, `payload_limit`.
 */
export function decodePayload(bytes: Uint8Array, limits?: Partial<PayloadLimits>): unknown {
  if (bytes.length === 0) return undefined
  checkPayload(bytes, { ...defaultPayloadLimits, ...limits })
  try {
    return packr.unpack(bytes) as unknown
  } catch (cause) {
    throw new ProtocolError('payload_malformed', 'a payload that cannot be decoded', { cause })
  }
}

function toPlain(value: unknown, path: string, depth: number): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed()
  if (typeof value !== 'object') throw invalid(path, `a ${typeof value} cannot travel`)
  // a cycle is endlessly deep
  if (depth >= defaultPayloadLimits.maxDepth && !(value instanceof Uint8Array)) throw invalid(path, 'nested too deep')
  if (value instanceof Uint8Array) return value
  if (Array.isArray(value)) return Array.from(value, (item, i) => toPlain(item, `${path}[${i}]`, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw invalid(path, 'an instance of a class cannot travel')
  const plain: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    if (key === '__proto__') throw invalid(path, 'a key __proto__ cannot travel')
    if (item !== undefined) plain[key.toWellFormed()] = toPlain(item, `${path}.${key}`, depth + 1)
  }
  return plain
}

function invalid(path: string, why: string): ProtocolError {
  return new ProtocolError('payload_invalid', `${path}: ${why}`)
}
