import type { ByteReader, ByteWriter } from '../../bytes/bytes.js'
import { malformed } from '../../values/plain.js'

/** Most bits that enter the register at once. With up to 7 waiting bits they fit into 32. */
const pieceBits = 16

/** Writes numbers of up to 32 bits, lowest bit first. `flush` fills the last byte with zeros. */
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

  /** A faster `write` for widths up to 24. */
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

/** The mirror of `BitWriter`. */
export class BitReader {
  readonly #bytes: ByteReader
  #register = 0
  #waiting = 0

  constructor(bytes: ByteReader) {
    this.#bytes = bytes
  }

  /** Number of bits that were taken from the bytes and not read yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** @param width 0 to 32 */
  read(width: number): number {
    if (width <= pieceBits) return this.#readPiece(width)
    const low = this.#readPiece(pieceBits)
    return low + this.#readPiece(width - pieceBits) * 2 ** pieceBits
  }

  /** Counts the ones before the next zero and skips that zero. After `most` ones (up to 16) no zero follows. */
  readOnes(most: number): number {
    let count = 0
    for (;;) {
      if (this.#waiting === 0) {
        this.#register = this.#bytes.readByte()
        this.#waiting = 8
      }
      // the bits above the waiting ones are zeros, so a run of ones ends there
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

  /** Refuses ones in the rest of the last byte. */
  expectZeros(): void {
    if (this.#register !== 0) throw malformed()
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
