import { Packr } from 'msgpackr'
import { StorageError } from './errors.js'

/** A state of gamestate may be 100 levels deep; the rest is for the record around it. A cycle is endlessly deep. */
const maxDepth = 110

const packr = new Packr({
  // plain MessagePack, which every reader of it understands; records are msgpackr's own
  useRecords: false,
  mapsAsObjects: true,
  // whole numbers are numbers here
  int64AsType: 'number',
  // the caller owns the value that it gets
  copyBuffers: true,
})

/** A value as MessagePack. @throws StorageError `storage_value_invalid` with the path of a part that is not plain */
export function encodeValue(value: unknown): Uint8Array {
  if (value === undefined) throw new StorageError('storage_value_invalid', 'undefined cannot be kept; delete the key')
  // a copy, because the packer returns a part of a buffer that may be far larger
  return new Uint8Array(packr.pack(plainCopy(value)))
}

/**
 * Mirror of `encodeValue`. The value shares nothing with the bytes.
 * @throws StorageError `storage_failed` for bytes that `encodeValue` has not written
 */
export function decodeValue(bytes: Uint8Array): unknown {
  try {
    // from a Buffer, byte arrays would come out as Buffers
    const value: unknown = packr.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length))
    // MessagePack can hold values that are not plain
    plainCopy(value)
    return value
  } catch (error) {
    throw new StorageError('storage_failed', 'the stored bytes are not a stored value', { cause: error })
  }
}

/** Way to a part of a value. A chain that shares its front, so that text is made for an error only. */
interface Path {
  readonly parent: Path | undefined
  readonly key: string | number
}

/**
 * A copy of a value for the packer: a `Map` for each plain object, so that no key has a meaning of its own to the packer; without
 * keys whose value is undefined; and with U+FFFD for each lone surrogate, which UTF-8 cannot hold. Byte arrays are not copied.
 * @throws StorageError `storage_value_invalid` with the path of a part that is not plain, a cycle, or one that is nested too deep
 */
export function plainCopy(value: unknown, path?: Path, depth = 0): unknown {
  switch (typeof value) {
    case 'boolean':
    case 'number':
      return value
    case 'string':
      return value.toWellFormed()
    case 'object':
      return value === null || isBytes(value) ? value : copyParts(value, path, depth)
    default:
      throw invalid(path, `${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`} cannot be kept`)
  }
}

function copyParts(value: object, path: Path | undefined, depth: number): unknown {
  if (depth >= maxDepth) throw invalid(path, `nested deeper than ${maxDepth} levels, or a cycle`)
  const copy = (part: unknown, key: string | number): unknown => plainCopy(part, { parent: path, key }, depth + 1)
  // `from` visits holes too, as undefined
  if (Array.isArray(value)) return Array.from(value, copy)
  if (!isPlainObject(value)) throw invalid(path, `${kindOf(value)} cannot be kept`)
  const symbol = Object.getOwnPropertySymbols(value)[0]
  if (symbol !== undefined) throw invalid(path, `the key ${String(symbol)} cannot be kept`)
  const parts = new Map<string, unknown>()
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue
    // when it is read, it would change the prototype
    if (key === '__proto__') throw invalid(path, 'the key __proto__ cannot be kept')
    parts.set(key.toWellFormed(), copy(part, key))
  }
  return parts
}

/** True for a `Uint8Array` of any realm. */
function isBytes(value: object): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'
}

/** True for an object without a class, of any realm: its prototype has no prototype, or there is none. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty')
}

function kindOf(value: object): string {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object with a prototype of its own'
}

function invalid(path: Path | undefined, why: string): StorageError {
  let place = ''
  for (let step = path; step !== undefined; step = step.parent) {
    place = (typeof step.key === 'number' ? `[${step.key}]` : `.${step.key}`) + place
  }
  return new StorageError('storage_value_invalid', `value${place}: ${why}`)
}
