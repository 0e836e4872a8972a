import type { ByteWriter } from '@tygase/gamestate/internal'
import { ProtocolError } from '../errors.js'
import type { EventLimits } from '../limits.js'

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

/** Writes a plain value as MessagePack, each part in its shortest form. Mirror of `ValueReader`. */
export class ValueWriter {
  readonly #bytes: ByteWriter
  readonly #limits: EventLimits
  /** The keys and indexes on the way to the part that is being written, for messages. */
  readonly #path: (string | number)[] = []
  #elements = 0

  constructor(bytes: ByteWriter, limits: EventLimits) {
    this.#bytes = bytes
    this.#limits = limits
  }

  /** Throws `payload_invalid`, `payload_limit` and `event_too_large`, with the path. */
  write(value: unknown): void {
    this.#count(1)
    switch (typeof value) {
      case 'boolean':
        return this.#bytes.writeByte(value ? 0xc3 : 0xc2)
      case 'number':
        return writeNumber(this.#bytes, value)
      case 'string':
        return this.#writeText(value)
      case 'object':
        return value === null ? this.#bytes.writeByte(0xc0) : this.#writeObject(value)
      default:
        throw this.#invalid(`a ${typeof value} cannot travel`)
    }
  }

  #writeObject(value: object): void {
    if (value instanceof Uint8Array) return this.#writeRaw(heads.bytes, value)
    // a cycle is endlessly deep
    if (this.#path.length >= this.#limits.maxPayloadDepth) throw this.#invalid('nested too deep')
    if (Array.isArray(value)) {
      writeHead(this.#bytes, heads.array, value.length)
      for (let i = 0; i < value.length; i++) this.#writePart(i, value[i])
      return
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null)
      throw this.#invalid('an instance of a class cannot travel')
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    writeHead(this.#bytes, heads.map, entries.length)
    this.#count(entries.length)
    for (const [key, item] of entries) {
      if (key === '__proto__') throw this.#invalid('a key __proto__ cannot travel')
      this.#writeText(key)
      this.#writePart(key, item)
    }
  }

  #writePart(key: string | number, part: unknown): void {
    this.#path.push(key)
    this.write(part)
    this.#path.pop()
  }

  #writeText(text: string): void {
    this.#writeRaw(heads.text, textEncoder.encode(text))
  }

  #writeRaw(head: Heads, raw: Uint8Array): void {
    const { maxEventBytes, maxPayloadStringBytes } = this.#limits
    if (raw.length > maxEventBytes) {
      throw new ProtocolError(
        'event_too_large',
        `${this.#where()} has ${raw.length} bytes, at most ${maxEventBytes} may travel`,
      )
    }
    if (raw.length > maxPayloadStringBytes) throw this.#limit(`a string of ${raw.length} bytes`)
    writeHead(this.#bytes, head, raw.length)
    this.#bytes.writeRaw(raw)
  }

  #count(elements: number): void {
    this.#elements += elements
    const { maxPayloadElements } = this.#limits
    if (this.#elements > maxPayloadElements) throw this.#limit(`more than ${maxPayloadElements} values`)
  }

  #invalid(why: string): ProtocolError {
    return new ProtocolError('payload_invalid', `${this.#where()}: ${why}`)
  }

  #limit(what: string): ProtocolError {
    return new ProtocolError('payload_limit', `${this.#where()}: ${what}`)
  }

  #where(): string {
    return this.#path.reduce<string>(
      (text, key) => text + (typeof key === 'number' ? `[${key}]` : `.${key}`),
      'payload',
    )
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
