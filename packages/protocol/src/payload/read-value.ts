import type { ByteReader } from '@tygase/gamestate/internal'
import { ProtocolError } from '../errors.js'
import type { PayloadLimits } from './payload-limits.js'

declare class TextDecoder {
  decode(bytes: Uint8Array): string
}
const textDecoder = new TextDecoder()

/** How many bytes of length follow the heads that are counted. */
const lengthBytes: Readonly<Record<number, 1 | 2 | 4>> = {
  196: 1,
  197: 2,
  198: 4, // byte arrays
  217: 1,
  218: 2,
  219: 4, // texts
  220: 2,
  221: 4, // arrays
  222: 2,
  223: 4, // maps
}

/**
 * Reads plain values from MessagePack that may come from anybody: nothing is built for a length before it has been compared with the
 * bytes that are left and with the limits. Refuses extension types, keys that are not texts, the key `__proto__`, and
 * integers that a number cannot hold.
 *
 * Throws `payload_malformed`, `payload_limit`, and what a `ByteReader` throws at the end of the bytes.
 */
export class ValueReader {
  readonly #bytes: ByteReader
  readonly #limits: PayloadLimits
  #elements = 0

  constructor(bytes: ByteReader, limits: PayloadLimits) {
    this.#bytes = bytes
    this.#limits = limits
  }

  /** @param depth how many arrays and maps the value stands in */
  read(depth = 0): unknown {
    this.#count()
    const head = this.#bytes.readByte()
    if (head < 128) return head
    if (head < 144) return this.#readMap(head & 15, depth)
    if (head < 160) return this.#readArray(head & 15, depth)
    if (head < 192) return this.#readText(head & 31)
    if (head >= 224) return head - 256
    const size = lengthBytes[head]
    if (size === undefined) return this.#readScalar(head)
    const length = this.#readInteger(size)
    if (head <= 198) return this.#readBytes(length).slice()
    if (head <= 219) return this.#readText(length)
    return head <= 221 ? this.#readArray(length, depth) : this.#readMap(length, depth)
  }

  #readScalar(head: number): unknown {
    switch (head) {
      case 192:
        return null
      case 194:
      case 195:
        return head === 195
      case 202:
        return this.#view(4).getFloat32(0)
      case 203:
        return this.#view(8).getFloat64(0)
      case 204:
        return this.#readInteger(1)
      case 205:
        return this.#readInteger(2)
      case 206:
        return this.#readInteger(4)
      case 208:
        return this.#view(1).getInt8(0)
      case 209:
        return this.#view(2).getInt16(0)
      case 210:
        return this.#view(4).getInt32(0)
      case 207:
      case 211:
        return this.#readLong(head === 211)
      default:
        // extension types stand for dates, references, classes
        throw malformed(`a value that begins with ${head}`)
    }
  }

  #readArray(length: number, depth: number): unknown[] {
    this.#enter(length, depth)
    const array: unknown[] = []
    for (let i = 0; i < length; i++) array.push(this.read(depth + 1))
    return array
  }

  #readMap(length: number, depth: number): Record<string, unknown> {
    this.#enter(length * 2, depth)
    const map: Record<string, unknown> = {}
    for (let i = 0; i < length; i++) {
      const key = this.read(depth + 1)
      if (typeof key !== 'string') throw malformed('a key that is not a string')
      if (key === '__proto__') throw malformed('the key __proto__')
      map[key] = this.read(depth + 1)
    }
    return map
  }

  #readText(length: number): string {
    return textDecoder.decode(this.#readBytes(length))
  }

  #readBytes(length: number): Uint8Array {
    if (length > this.#limits.maxPayloadStringBytes) throw limit(`a string of ${length} bytes`)
    return this.#bytes.readRaw(length)
  }

  #readInteger(size: 1 | 2 | 4): number {
    let value = 0
    for (let i = 0; i < size; i++) value = value * 256 + this.#bytes.readByte()
    return value
  }

  /** Beyond 2^53 - 1 a number would be another one than was written. */
  #readLong(isSigned: boolean): number {
    const view = this.#view(8)
    const value = (isSigned ? view.getInt32(0) : view.getUint32(0)) * 2 ** 32 + view.getUint32(4)
    if (!Number.isSafeInteger(value)) throw malformed('a whole number beyond 2^53 - 1')
    return value
  }

  #view(length: number): DataView {
    const { buffer, byteOffset } = this.#bytes.readRaw(length)
    return new DataView(buffer, byteOffset, length)
  }

  #enter(values: number, depth: number): void {
    if (depth >= this.#limits.maxPayloadDepth) throw limit(`values more than ${this.#limits.maxPayloadDepth} deep`)
    if (values > this.#bytes.remaining) throw malformed(`${values} values in ${this.#bytes.remaining} bytes`)
  }

  #count(): void {
    if (++this.#elements > this.#limits.maxPayloadElements)
      throw limit(`more than ${this.#limits.maxPayloadElements} values`)
  }
}

function malformed(what: string): ProtocolError {
  return new ProtocolError('payload_malformed', `a payload with ${what}`)
}

function limit(what: string): ProtocolError {
  return new ProtocolError('payload_limit', `a payload with ${what}`)
}
