import { type ByteReader, refuse, unzigzag } from './bytes.js'
import type { FormCounts } from './form-counts.js'

/** Reads numbers of some bits each; bits fill each byte from the lowest on. */
class BitReader {
  readonly #bytes: ByteReader
  #byte = 0
  #left = 0

  constructor(bytes: ByteReader) {
    this.#bytes = bytes
  }

  bit(): number {
    if (this.#left === 0) {
      this.#byte = this.#bytes.byte()
      this.#left = 8
    }
    const bit = this.#byte & 1
    this.#byte >>= 1
    this.#left--
    return bit
  }

  number(bits: number): number {
    let value = 0
    for (let bit = 0; bit < bits; bit++) value += this.bit() * 2 ** bit
    return value
  }

  /** The last byte is filled up with zeros. */
  end(): void {
    if (this.#byte !== 0) refuse('a last byte that is not filled up with zeros')
  }
}

export function readBits(bytes: ByteReader, count: number): boolean[] {
  const reader = new BitReader(bytes)
  const bits = Array.from({ length: count }, () => reader.bit() === 1)
  reader.end()
  return bits
}

interface IntegerInput {
  readonly bytes: ByteReader
  readonly met: FormCounts
}

/** @param count is already known to be small enough to make a list of */
export function readIntegers(input: IntegerInput, count: number, withinSparse = false): number[] {
  const { bytes, met } = input
  if (count === 0) return []
  const form = bytes.byte()
  if (form <= 0x1f) {
    met.count('integers packed')
    return readPacked(bytes, count, form)
  }
  if (form >= 0x20 && form <= 0x3e) {
    met.count('integers Rice')
    return readRice(input, count, form - 0x20, unzigzag)
  }
  if (form >= 0x60 && form <= 0x7e) {
    met.count('integers Rice without sign')
    return readRice(input, count, form - 0x60, (z) => z)
  }
  if (form === 0x40) {
    met.count('integers varint')
    return Array.from({ length: count }, () => bytes.varint())
  }
  if (form === 0x41 && !withinSparse) {
    met.count('integers sparse')
    return readSparse(input, count)
  }
  refuse(`integers have no form ${form.toString(16)}`)
}

function readPacked(bytes: ByteReader, count: number, width: number): number[] {
  const lowest = bytes.varint()
  const bits = new BitReader(bytes)
  const integers = Array.from({ length: count }, () => lowest + bits.number(width))
  bits.end()
  return integers
}

function readRice({ bytes, met }: IntegerInput, count: number, r: number, integerOf: (z: number) => number): number[] {
  const bits = new BitReader(bytes)
  const integers = Array.from({ length: count }, () => {
    let ones = 0
    while (ones < 16 && bits.bit() === 1) ones++
    if (ones === 16) met.count('integers Rice whole')
    return integerOf(ones === 16 ? bits.number(32) : ones * 2 ** r + bits.number(r))
  })
  bits.end()
  return integers
}

function readSparse(input: IntegerInput, count: number): number[] {
  const filled = input.bytes.varuint()
  if (filled > count) refuse('more integers that are not 0 than integers')
  const zeros = readIntegers(input, filled, true)
  const numbers = readIntegers(input, filled, true)
  const integers = new Array<number>(count).fill(0)
  let at = 0
  for (const [index, gap] of zeros.entries()) {
    if (gap < 0) refuse('a negative number of zeros')
    at += gap
    if (at >= count) refuse('an integer beyond the last')
    if (numbers[index] === 0) refuse('a 0 among those that are not 0')
    integers[at++] = numbers[index]!
  }
  return integers
}
