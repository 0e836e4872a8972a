import { GameStateError } from '../errors.js'

// part of every runtime, but every type library with it has timers and sockets too
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean })
  decode(bytes: Uint8Array): string
}
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// with the flag u, a pair of surrogates is one character and does not match
const loneSurrogate = /[\ud800-\udfff]/u

/** Whether a text has no lone surrogates, so that UTF-8 can hold it. Browsers of before 2023 have no method for it. */
export const isWellFormed: (text: string) => boolean =
  typeof String.prototype.isWellFormed === 'function'
    ? (text) => text.isWellFormed()
    : (text) => !loneSurrogate.test(text)

/**
 * Reads the output of a `ByteWriter` from front to back. The bytes may come from any peer: each read is checked against the
 * end of the view, and a count is checked against the remaining bytes before anything is allocated for it.
 *
 * Throws `GameStateError`: `bytes_truncated` if the bytes end too early, `bytes_malformed` if the format does not allow them.
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #position = 0
  /** Bytes that are promised to the elements of arrays that are being read. */
  #promised = 0

  /** @param bytes not copied; must not change while they are read */
  constructor(bytes: Uint8Array) {
    // views of a Node Buffer would be Buffers, whose `slice` does not copy
    this.#bytes = isPlain(bytes) ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get position(): number {
    return this.#position
  }

  /** Number of bytes that are left. */
  get remaining(): number {
    return this.#bytes.length - this.#position
  }

  readByte(): number {
    if (this.#position >= this.#bytes.length) throw truncated(1, 0)
    return this.#bytes[this.#position++]!
  }

  /** An integer from 0 to 2^53 - 1. Only the shortest form is accepted, so that a number has one form on the wire. */
  readVarUint(): number {
    let byte = this.readByte()
    if (byte < 128) return byte
    let value = byte & 127
    let factor = 128
    for (;;) {
      byte = this.readByte()
      value += (byte & 127) * factor
      if (value > Number.MAX_SAFE_INTEGER) throw malformedBytes()
      if (byte < 128) break
      factor *= 128
      if (factor > Number.MAX_SAFE_INTEGER) throw malformedBytes()
    }
    if (byte === 0) throw malformedBytes()
    return value
  }

  readVarInt(): number {
    const value = this.readVarUint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  readFloat64(): number {
    this.#need(8)
    const value = this.#view.getFloat64(this.#position, true)
    this.#position += 8
    return value
  }

  readFloat32(): number {
    this.#need(4)
    const value = this.#view.getFloat32(this.#position, true)
    this.#position += 4
    return value
  }

  /** @returns a view into the reader's bytes, not a copy. */
  readRaw(length: number): Uint8Array {
    this.#need(length)
    const start = this.#position
    this.#position += length
    return this.#bytes.subarray(start, this.#position)
  }

  /** @returns a view into the reader's bytes, not a copy. */
  readBytes(): Uint8Array {
    return this.readRaw(this.readVarUint())
  }

  /** @param checkLength is given the number of bytes before they are read; throws to refuse them */
  readString(checkLength?: (bytes: number) => void): string {
    const header = this.readVarUint()
    checkLength?.(Math.floor(header / 2))
    const bytes = this.readRaw(Math.floor(header / 2))
    if (header % 2 === 1) return decodeUtf16(bytes)
    try {
      return textDecoder.decode(bytes)
    } catch (cause) {
      throw malformedBytes(cause)
    }
  }

  /** Reads ASCII characters. @param length their number */
  readAscii(length: number): string {
    this.#need(length)
    const start = this.#position
    const end = start + length
    for (let at = start; at < end; at++) {
      const code = this.#bytes[at]!
      if (code > 127) throw malformedBytes()
    }
    this.#position = end
    return textOfUnits(this.#bytes.subarray(start, end))
  }

  /**
   * Reads a varuint that counts items.
   * @param minBytesEach fewest bytes of an item, 0 or more. A count that does not fit into the remaining bytes is refused.
   */
  readCount(minBytesEach: number): number {
    const count = this.readVarUint()
    if (count * minBytesEach > this.remaining) throw truncated(count * minBytesEach, this.remaining)
    return count
  }

  /**
   * Promises a byte to each of so many elements, before room is made for them. A negative number takes promises back. More
   * promises than remaining bytes are refused, so that arrays within arrays cannot each claim the same bytes.
   */
  promise(elements: number): void {
    this.#promised += elements
    if (this.#promised > this.remaining) throw truncated(this.#promised, this.remaining)
  }

  /** Refuses bytes that have not been read. */
  expectEnd(): void {
    if (this.remaining > 0) throw malformedBytes()
  }

  #need(length: number): void {
    if (length > this.remaining) throw truncated(length, this.remaining)
  }
}

function isPlain(bytes: Uint8Array): boolean {
  return Object.getPrototypeOf(bytes) === Uint8Array.prototype
}

function decodeUtf16(bytes: Uint8Array): string {
  if (bytes.length % 2 === 1) throw malformedBytes()
  const units = new Uint16Array(bytes.length / 2)
  for (let i = 0; i < units.length; i++) units[i] = bytes[2 * i]! | (bytes[2 * i + 1]! << 8)
  const value = textOfUnits(units)
  if (isWellFormed(value)) throw malformedBytes()
  return value
}

/** More arguments would not fit on every stack. */
const maxUnitsAtOnce = 4096

/** The text of UTF-16 units. Texts that are put together unit by unit take up to 32 bytes for each. */
export function textOfUnits(units: Uint8Array | Uint16Array): string {
  if (units.length <= maxUnitsAtOnce) return String.fromCharCode.apply(null, units as unknown as number[])
  let text = ''
  for (let start = 0; start < units.length; start += maxUnitsAtOnce) {
    text += textOfUnits(units.subarray(start, start + maxUnitsAtOnce))
  }
  return text
}

/** As `malformed` of a delta, it does not say which part. */
function malformedBytes(cause?: unknown): GameStateError {
  return new GameStateError('bytes_malformed', 'the bytes break the format', { cause })
}

function truncated(wanted: number, left: number): GameStateError {
  return new GameStateError('bytes_truncated', `${wanted} of ${left} bytes`)
}
