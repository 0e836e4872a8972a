import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'
import type { GameStateError } from '../errors.js'
import { malformed } from './malformed.js'

/** Most bits that go into the register at once: with up to 7 that wait there, they fit 32 bits. */
const pieceBits = 16

/** Writes numbers of any width up to 32 bits, lowest bit first, into bytes. `flush` ends the last byte with zeros. */
export class BitWriter {
  readonly #bytes: ByteWriter
  #register = 0
  #waiting = 0

  constructor(bytes: ByteWriter) {
    this.#bytes = bytes
  }

  /** @param value 0 to 2^width - 1 @param width 0 to 32 */
  write(value: number, width: number): void {
    let rest = value
    let left = width
    while (left > pieceBits) {
      this.writeShort(rest & 0xffff, pieceBits)
      rest = rest >>> pieceBits
      left -= pieceBits
    }
    if (left > 0) this.writeShort(rest, left)
  }

  /** The same, faster, for widths up to 24. */
  writeShort(value: number, width: number): void {
    let register = this.#register | (value << this.#waiting)
    let waiting = this.#waiting + width
    while (waiting >= 8) {
      this.#bytes.writeByte(register & 255)
      register >>>= 8
      waiting -= 8
    }
    this.#register = register
    this.#waiting = waiting
  }

  flush(): void {
    if (this.#waiting > 0) this.#bytes.writeByte(this.#register)
    this.#register = 0
    this.#waiting = 0
  }
}

/** A bit for each of `count` things, lowest first, the last byte filled with zeros. @returns the bytes, not copied */
export function readBitmap(bytes: ByteReader, count: number): Uint8Array {
  const bitmap = bytes.readRaw((count + 7) >>> 3)
  if (count % 8 !== 0 && bitmap[bitmap.length - 1]! >>> (count % 8) !== 0) throw unusedBits()
  return bitmap
}

function unusedBits(): GameStateError {
  return malformed('bits that say nothing are not zero')
}

/** The mirror of `BitWriter`. */
export class BitReader {
  readonly #bytes: ByteReader
  #register = 0
  #waiting = 0

  constructor(bytes: ByteReader) {
    this.#bytes = bytes
  }

  /** @param width 0 to 32 */
  read(width: number): number {
    if (width <= pieceBits) return this.#readPiece(width)
    const low = this.#readPiece(pieceBits)
    return low + this.#readPiece(width - pieceBits) * 2 ** pieceBits
  }

  /** How many ones come before the next zero, which is passed over as well; `most` of them, up to 16, have none after them. */
  readOnes(most: number): number {
    let count = 0
    for (;;) {
      if (this.#waiting === 0) {
        this.#register = this.#bytes.readByte()
        this.#waiting = 8
      }
      // bits above those that wait are zeros, so that a run of ones ends there at the latest
      const zeros = ~this.#register
      const ones = Math.min(31 - Math.clz32(zeros & -zeros), this.#waiting, most - count)
      count += ones
      this.#register >>>= ones
      this.#waiting -= ones
      if (count === most) return count
      if (this.#waiting === 0) continue
      this.#register >>>= 1
      this.#waiting--
      return count
    }
  }

  /** Refuses anything but zeros in what is left of the last byte. */
  expectZeros(): void {
    if (this.#register !== 0) throw unusedBits()
  }

  #readPiece(width: number): number {
    let register = this.#register
    let waiting = this.#waiting
    while (waiting < width) {
      register |= this.#bytes.readByte() << waiting
      waiting += 8
    }
    this.#register = register >>> width
    this.#waiting = waiting - width
    return register & ((1 << width) - 1)
  }
}
