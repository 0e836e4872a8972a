import { ByteReader, refuse } from './bytes.js'
import { FormCounts } from './form-counts.js'
import { isObject, maxDepth, readValue, type Value } from './values.js'

export interface PayloadLimits {
  readonly maxPayloadDepth: number
  readonly maxPayloadElements: number
  readonly maxPayloadStringBytes: number
}

const defaultLimits: PayloadLimits = {
  maxPayloadDepth: 32,
  maxPayloadElements: 262_144,
  maxPayloadStringBytes: 65_536,
}

/**
 * Reads a payload to its last byte.
 *
 * @returns undefined for no bytes
 * @throws Refused for everything that the page does not allow
 */
export function decodePayload(bytes: Uint8Array, limits: Partial<PayloadLimits> = {}, met = new FormCounts()) {
  if (bytes.length === 0) return undefined
  const { maxPayloadDepth, ...others } = { ...defaultLimits, ...limits }
  const reader = new ByteReader(bytes)
  const input = { bytes: reader, met, isPayload: true, readTable: () => refuse('a map in a payload') }
  // it stands as deep as leaves the levels that it may have
  const value = readValue(input, undefined, { depth: maxDepth - maxPayloadDepth, inRow: true })
  reader.end()
  if (elementsOf(value, others.maxPayloadStringBytes) > others.maxPayloadElements)
    refuse('too many elements in a payload')
  return value
}

/** The elements of a value with its parts. @throws Refused for a text or byte array that is too long */
function elementsOf(value: Value, most: number): number {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 30 ? 1 : 3
  if (typeof value === 'string') {
    checkLength(textBytes(value), most)
    return 4 + Math.ceil(value.length / 4)
  }
  if (value instanceof Uint8Array) {
    checkLength(value.length, most)
    return 26 + Math.ceil(value.length / 8)
  }
  if (Array.isArray(value)) return value.reduce<number>((sum, part) => sum + elementsOf(part, most), 7)
  if (!isObject(value)) return 1
  return Object.entries(value).reduce((sum, [key, part]) => {
    checkLength(textBytes(key), most)
    return sum + 8 + Math.ceil(key.length / 4) + elementsOf(part, most)
  }, 8)
}

function checkLength(bytes: number, most: number): void {
  if (bytes > most) refuse('a text or byte array in a payload that is too long')
}

function textBytes(text: string): number {
  return /\p{Surrogate}/u.test(text) ? text.length * 2 : new TextEncoder().encode(text).length
}
