import type { ByteWriter } from '@tygase/gamestate/bytes'
import { ProtocolError } from '../errors.js'

declare class TextEncoder {
  encode(text: string): Uint8Array
}
const textEncoder = new TextEncoder()
const scratch = new DataView(new ArrayBuffer(8))
const scratchBytes = new Uint8Array(scratch.buffer)

/** The heads of one kind: the first of those that have the length in them, then of those that 1, 2 and 4 bytes of length follow. */
interface Heads {
  readonly fixed: number
  readonly maxFixed: number
  readonly counted: readonly [number | undefined, number, number]
}

const heads = {
  text: { fixed: 0xa0, maxFixed: 31, counted: [0xd9, 0xda, 0xdb] },
  bytes: { fixed: 0, maxFixed: -1, counted: [0xc4, 0xc5, 0xc6] },
  array: { fixed: 0x90, maxFixed: 15, counted: [undefined, 0xdc, 0xdd] },
  map: { fixed: 0x80, maxFixed: 15, counted: [undefined, 0xde, 0xdf] },
} as const satisfies Record<string, Heads>

/**
 * Writes a plain value as MessagePack, each in its shortest form.
 * @param path where it stands, for messages
 * Throws `payload_invalid` with the path.
 */
export function writeValue(bytes: ByteWriter, value: unknown, maxDepth: number, path: string): void {
  if (value === null) return bytes.writeByte(0xc0)
  switch (typeof value) {
    case 'boolean':
      return bytes.writeByte(value ? 0xc3 : 0xc2)
    case 'number':
      return writeNumber(bytes, value)
    case 'string':
      return writeText(bytes, value)
    case 'object':
      break
    default:
      throw invalid(path, `a ${typeof value} cannot travel`)
  }
  if (value instanceof Uint8Array) {
    writeHead(bytes, heads.bytes, value.length)
    return bytes.writeRaw(value)
  }
  // a cycle is endlessly deep
  if (maxDepth <= 0) throw invalid(path, 'nested too deep')
  if (Array.isArray(value)) {
    writeHead(bytes, heads.array, value.length)
    for (let i = 0; i < value.length; i++) writeValue(bytes, value[i], maxDepth - 1, `${path}[${i}]`)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw invalid(path, 'an instance of a class cannot travel')
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  writeHead(bytes, heads.map, entries.length)
  for (const [key, item] of entries) {
    if (key === '__proto__') throw invalid(path, 'a key __proto__ cannot travel')
    writeText(bytes, key)
    writeValue(bytes, item, maxDepth - 1, `${path}.${key}`)
  }
}

/** Integers of up to 32 bits in the fewest bytes that hold them; other numbers as floats, short ones where nothing is lost. */
function writeNumber(bytes: ByteWriter, value: number): void {
  if (Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 32) {
    if (value >= -32 && value < 128) return bytes.writeByte(value & 0xff)
    const size = value < 0 ? -value - 1 : value >>> 1
    if (size < 128) return writeBig(bytes, value < 0 ? 0xd0 : 0xcc, value, 1)
    if (size < 32_768) return writeBig(bytes, value < 0 ? 0xd1 : 0xcd, value, 2)
    return writeBig(bytes, value < 0 ? 0xd2 : 0xce, value, 4)
  }
  const isShort = Object.is(Math.fround(value), value)
  if (isShort) scratch.setFloat32(0, value)
  else scratch.setFloat64(0, value)
  bytes.writeByte(isShort ? 0xca : 0xcb)
  bytes.writeRaw(scratchBytes.subarray(0, isShort ? 4 : 8))
}

function writeText(bytes: ByteWriter, text: string): void {
  const utf8 = textEncoder.encode(text)
  writeHead(bytes, heads.text, utf8.length)
  bytes.writeRaw(utf8)
}

function writeHead(bytes: ByteWriter, { fixed, maxFixed, counted }: Heads, length: number): void {
  if (length <= maxFixed) return bytes.writeByte(fixed + length)
  if (length < 2 ** 8 && counted[0] !== undefined) return writeBig(bytes, counted[0], length, 1)
  if (length < 2 ** 16) return writeBig(bytes, counted[1], length, 2)
  writeBig(bytes, counted[2], length, 4)
}

/** A head and an integer, highest byte first. */
function writeBig(bytes: ByteWriter, head: number, value: number, size: 1 | 2 | 4): void {
  bytes.writeByte(head)
  for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) bytes.writeByte((value >>> shift) & 0xff)
}

function invalid(path: string, why: string): ProtocolError {
  return new ProtocolError('payload_invalid', `${path}: ${why}`)
}
