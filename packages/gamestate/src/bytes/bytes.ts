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

const initialBytes = 256
// part of every runtime, but every type library with it has timers and sockets too
declare class TextEncoder {
  encode(text: string): Uint8Array
}
const textEncoder = new TextEncoder()
const scratch = new DataView(new ArrayBuffer(8))
const scratchBytes = new Uint8Array(scratch.buffer)

/**
 * A growing buffer that is written from front to back. The mirror of `ByteReader`: every `writeX` here has its `readX` there.
 * Numbers are little-endian. A writer can be used again: `reset` keeps the memory.
 *
 * An argument out of range is a bug of the caller and throws a `RangeError`.
 */
export class ByteWriter {
  #bytes = new Uint8Array(initialBytes)
  #length = 0

  /** Number of bytes written since the last `reset`. The functions below set it, within the memory that is there. */
  get length(): number {
    return this.#length
  }

  set length(length: number) {
    this.#length = length
  }

  /** Discards the written bytes. Copies from `finish` stay as they are. */
  reset(): void {
    this.#length = 0
  }

  /** A copy of the written bytes. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  /** @returns the memory, with room for so many more bytes from `length` on. Invalid after the next write */
  reserve(bytes: number): Uint8Array {
    const least = this.#length + bytes
    if (least > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, least))
      grown.set(this.#bytes)
      this.#bytes = grown
    }
    return this.#bytes
  }

  writeByte(value: number): void {
    this.reserve(1)[this.#length++] = value
  }

  /** An integer from 0 to 2^53 - 1 in groups of seven bits, lowest first, high bit set on all but the last byte. */
  writeVarUint(value: number): void {
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) throw new RangeError(`not a varuint: ${value}`)
    const bytes = this.reserve(8)
    let rest = value
    while (rest > 127) {
      bytes[this.#length++] = (rest & 127) | 128
      rest = rest > 0x7fffffff ? Math.floor(rest / 128) : rest >>> 7
    }
    bytes[this.#length++] = rest
  }

  /** A signed integer within ±(2^52 - 1) as a zigzag number: 0, -1, 1, -2, … become 0, 1, 2, 3, … */
  writeVarInt(value: number): void {
    this.writeVarUint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  /** Engines keep the bits of a NaN that they have read. It is written as one and the same, so that equal states have equal bytes. */
  writeFloat64(value: number): void {
    scratch.setFloat64(0, Number.isNaN(value) ? Number.NaN : value, true)
    this.writeRaw(scratchBytes)
  }

  writeFloat32(value: number): void {
    scratch.setFloat32(0, Number.isNaN(value) ? Number.NaN : value, true)
    this.writeRaw(scratchBytes.subarray(0, 4))
  }

  /** Bytes without their length. The reader must know how many there are. */
  writeRaw(bytes: Uint8Array): void {
    this.reserve(bytes.length).set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** The number of bytes as a varuint, then the bytes. */
  writeBytes(bytes: Uint8Array): void {
    this.writeVarUint(bytes.length)
    this.writeRaw(bytes)
  }

  /**
   * Twice the number of bytes as a varuint, then UTF-8. UTF-8 cannot hold a lone surrogate, such as in a name that was cut
   * within an emoji. Such a text is written as UTF-16, with the lowest bit of the first number set, so that no text changes.
   */
  writeString(value: string): void {
    // the length takes one byte for every such text
    if (value.length < 64 && this.writeAscii(value.length * 2, value)) return
    if (!isWellFormed(value)) return this.#writeUtf16(value)
    const bytes = textEncoder.encode(value)
    this.writeVarUint(bytes.length * 2)
    this.writeRaw(bytes)
  }

  /** The number of bytes that `writeString` writes after the length. */
  static textBytes(value: string): number {
    return isWellFormed(value) ? textEncoder.encode(value).length : value.length * 2
  }

  /**
   * A byte, which says how long the text is, and ASCII characters, a byte each. An encoder takes longer to begin than this for
   * all of a name.
   * @returns false, and writes nothing, if the text has other characters
   */
  writeAscii(head: number, text: string): boolean {
    const { length } = text
    const bytes = this.reserve(length + 1)
    let at = this.#length
    bytes[at] = head
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 127) return false
      bytes[++at] = unit
    }
    this.#length = at + 1
    return true
  }

  #writeUtf16(value: string): void {
    this.writeVarUint(value.length * 4 + 1)
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i)
      this.writeByte(unit & 255)
      this.writeByte(unit >>> 8)
    }
  }
}

/**
 * Reads the output of a `ByteWriter` from front to back. The bytes may come from any peer: each read is checked against the
 * end of the view, and a count is checked against the remaining bytes before anything is allocated for it.
 *
 * Throws `GameStateError`: `bytes_truncated` if the bytes end too early, `bytes_malformed` if the format does not allow them.
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  /** Made when it is needed: few packets have floats. */
  #view: DataView | undefined
  #position = 0
  /** Bytes that are promised to the elements of arrays that are being read. */
  #promised = 0

  /** @param bytes not copied; must not change while they are read */
  constructor(bytes: Uint8Array) {
    // views of a Node Buffer would be Buffers, whose `slice` does not copy
    this.#bytes = isPlain(bytes) ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get position(): number {
    return this.#position
  }

  /** @param position within the bytes */
  set position(position: number) {
    this.#position = position
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
    const value = this.#floats.getFloat64(this.#position, true)
    this.#position += 8
    return value
  }

  readFloat32(): number {
    this.#need(4)
    const value = this.#floats.getFloat32(this.#position, true)
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

  get #floats(): DataView {
    const bytes = this.#bytes
    this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    return this.#view
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

// Bytes as values.

/** True for a `Uint8Array` of any realm, and for a Node `Buffer`. */
export function isBytes(value: unknown): value is Uint8Array {
  if (value instanceof Uint8Array) return true
  // the tag comes from a getter that reads the internal slot
  return ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array'
}

/** A copy in memory of its own. Never use `slice` for this: that of a Node `Buffer` gives a view. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

// What only an encoder of versions does with a writer. Functions, so that pages do not load them.

/** A view of the written bytes, valid until the next write or `reset`. */
export function peek(writer: ByteWriter): Uint8Array {
  return writer.reserve(0).subarray(0, writer.length)
}

/** Discards the bytes after `length`, to take back an attempt. */
export function truncate(writer: ByteWriter, length: number): void {
  if (length < 0 || length > writer.length) throw new RangeError(`cannot truncate ${writer.length} bytes to ${length}`)
  writer.length = length
}

/** Discards the bytes between two positions. Those after them move to the front. */
export function cut(writer: ByteWriter, start: number, end: number): void {
  const { length } = writer
  if (!(start >= 0 && start <= end && end <= length)) throw new RangeError(`cannot cut ${start} to ${end} of ${length}`)
  writer.reserve(0).copyWithin(start, end, length)
  writer.length = length - (end - start)
}

/** Changes a written byte. */
export function patchByte(writer: ByteWriter, position: number, value: number): void {
  if (position < 0 || position >= writer.length) throw new RangeError(`there is no byte ${position} to change`)
  writer.reserve(0)[position] = value
}

/** Of the memory that `room` has given last: the encoder asks for that of one writer again and again. */
let view: DataView | undefined

/**
 * Makes room for up to `most` bytes, for code that writes many numbers at once.
 * @returns the writer's memory. Write to it from `length` on, then call `advance`. Invalid after the next write
 */
export function room(writer: ByteWriter, most: number): DataView {
  const { buffer } = writer.reserve(most)
  if (view?.buffer !== buffer) view = new DataView(buffer)
  return view
}

/** Counts bytes in the memory of `room` as written. */
export function advance(writer: ByteWriter, count: number): void {
  const left = writer.reserve(0).length - writer.length
  if (!(count >= 0 && count <= left)) throw new RangeError(`no room for ${count} bytes`)
  writer.length += count
}
