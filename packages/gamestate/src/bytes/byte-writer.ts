import { isWellFormed } from './byte-reader.js'

const initialBytes = 256
// part of every runtime, but every type library with it has timers and sockets too
declare class TextEncoder {
  encode(text: string): Uint8Array
  encodeInto(text: string, into: Uint8Array): { written: number }
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

  writeFloat64(value: number): void {
    scratch.setFloat64(0, value, true)
    this.writeRaw(scratchBytes)
  }

  writeFloat32(value: number): void {
    scratch.setFloat32(0, value, true)
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
    if (!isWellFormed(value)) return this.#writeUtf16(value)
    const most = value.length * 3
    if (most < 64) {
      // the length takes one byte for every such text, so it is filled in afterwards
      const bytes = this.reserve(most + 1)
      const { written } = textEncoder.encodeInto(value, bytes.subarray(this.#length + 1))
      bytes[this.#length] = written * 2
      this.#length += 1 + written
      return
    }
    const bytes = textEncoder.encode(value)
    this.writeVarUint(bytes.length * 2)
    this.writeRaw(bytes)
  }

  /** The number of bytes that `writeString` writes after the length. */
  static textBytes(value: string): number {
    if (!isWellFormed(value)) return value.length * 2
    let bytes = value.length
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index)
      // the two halves of a surrogate pair take 4 bytes together
      if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
    }
    return bytes
  }

  /** ASCII characters without their number, a byte each. The reader must know how many there are. */
  writeAscii(text: string): void {
    const bytes = this.reserve(text.length)
    for (let index = 0; index < text.length; index++) bytes[this.#length++] = text.charCodeAt(index)
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
