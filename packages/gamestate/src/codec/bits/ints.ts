import type { ByteReader } from '../../bytes/byte-reader.js'
import type { ByteWriter } from '../../bytes/byte-writer.js'
import { malformed } from '../../values/plain.js'
import { BitReader, BitWriter } from './bits.js'

/**
 * Runs of integers, in the form that takes the fewest bytes. The first byte is the form:
 * 0 to 31 `packed` (each number minus the lowest, in so many bits), 32 to 62 `rice` of zigzag numbers, 64 `varints`,
 * 65 `sparse`, 96 to 126 `plainRice` (no number is negative).
 *
 * Rice coding (R. F. Rice, 1979) writes the high part of a number in unary and its low bits as they are. It suits numbers
 * that are mostly near zero.
 */
const form = { packed: 0, rice: 32, varints: 64, sparse: 65, plainRice: 96 } as const

/** Varints are tried for lists up to this length: they win only in short lists of very different numbers. */
const maxVarInts = 16

/** Largest absolute value for the forms that shift bits. */
const maxBitNumber = 2 ** 30
const maxRiceBits = 30
/** Longest unary part. A larger number is escaped: so many ones, then 32 bits. */
const maxUnary = 16
const escapedBits = maxUnary + 32

/** Scratch: the numbers of the current run as zigzag numbers. */
let codes = /* @__PURE__ */ new Int32Array(256)
/** A larger scratch is released after use. */
const maxKeptCodes = 1 << 16

/**
 * @param values `length` integers within ±(2^52 - 1). The reader must know how many there are.
 * @param mayBeSparse false for the lists within a sparse run
 */
export function writeInts(bytes: ByteWriter, values: Float64Array, length: number, mayBeSparse = true): void {
  if (length === 0) return
  if (codes.length < length) codes = new Int32Array(2 ** Math.ceil(Math.log2(length)))
  let min = values[0]!
  let max = min
  let sum = 0
  let zeros = 0
  for (let index = 0; index < length; index++) {
    const value = values[index]!
    if (value < min) min = value
    if (value > max) max = value
    const code = (value << 1) ^ (value >> 31)
    codes[index] = code
    if (code === 0) zeros++
    sum += code >>> 0
  }
  if (min < -maxBitNumber || max > maxBitNumber) return writeVarInts(bytes, values, length)
  const isPlain = min >= 0
  if (isPlain) sum /= 2
  const width = bitsOf(max - min)
  const packedBits = length * width + 8 * (varIntBytes(min) - 1)
  let low = Math.min(maxRiceBits - 1, Math.max(0, bitsOf(sum / length) - 2))
  let bestRice = riceBits(length, low, isPlain)
  const nextRice = riceBits(length, low + 1, isPlain)
  if (nextRice < bestRice) {
    bestRice = nextRice
    low++
  }
  const others = length - zeros
  // an estimate: a place takes about log2 of the gap, a number the bits of its zigzag number
  const canBeSparse = others > 0 && mayBeSparse
  const sparseBits = canBeSparse ? 24 + others * (3 + Math.log2(length / others) + bitsOf(sum / others)) : Infinity
  if (length <= maxVarInts && 8 * varIntsBytes(values, length) < Math.min(packedBits, bestRice)) {
    writeVarInts(bytes, values, length)
  } else if (packedBits <= bestRice && packedBits <= sparseBits) writePacked(bytes, values, length, min, width)
  else if (bestRice <= sparseBits) writeRice(bytes, length, low, isPlain)
  else writeSparse(bytes, values, length, others)
  if (codes.length > maxKeptCodes) codes = new Int32Array(256)
}

/**
 * Reads what `writeInts` wrote.
 * @param into must have room for `count` integers. The caller has checked `count`.
 */
export function readInts(bytes: ByteReader, count: number, into: Float64Array, mayBeSparse = true): void {
  if (count === 0) return
  const first = bytes.readByte()
  if (first < form.rice) readPacked(bytes, count, first - form.packed, into)
  else if (first <= form.rice + maxRiceBits) readRice(bytes, count, first - form.rice, false, into)
  else if (first === form.varints) for (let index = 0; index < count; index++) into[index] = bytes.readVarInt()
  else if (first === form.sparse && mayBeSparse) readSparse(bytes, count, into)
  else if (first >= form.plainRice && first <= form.plainRice + maxRiceBits) {
    readRice(bytes, count, first - form.plainRice, true, into)
  } else throw malformed()
}

function writeVarInts(bytes: ByteWriter, values: Float64Array, length: number): void {
  bytes.writeByte(form.varints)
  for (let index = 0; index < length; index++) bytes.writeVarInt(values[index]!)
}

function writePacked(bytes: ByteWriter, values: Float64Array, length: number, min: number, width: number): void {
  bytes.writeByte(form.packed + width)
  bytes.writeVarInt(min)
  if (width === 0) return
  const bits = new BitWriter(bytes)
  for (let index = 0; index < length; index++) bits.write(values[index]! - min, width)
  bits.flush()
}

function readPacked(bytes: ByteReader, count: number, width: number, into: Float64Array): void {
  const min = bytes.readVarInt()
  const bits = new BitReader(bytes)
  if (count * width > bytes.remaining * 8) throw malformed()
  for (let index = 0; index < count; index++) into[index] = min + bits.read(width)
  bits.expectZeros()
}

function writeRice(bytes: ByteWriter, length: number, low: number, isPlain: boolean): void {
  bytes.writeByte((isPlain ? form.plainRice : form.rice) + low)
  const bits = new BitWriter(bytes)
  const lowMask = 2 ** low - 1
  const unused = isPlain ? 1 : 0
  for (let index = 0; index < length; index++) {
    const number = codes[index]! >>> unused
    const high = number >>> low
    if (high >= maxUnary) {
      bits.write(2 ** maxUnary - 1, maxUnary)
      bits.write(number, 32)
    } else if (high + low < 24) {
      // so many ones, then a zero, then the low bits
      bits.writeShort(((1 << high) - 1) | ((number & lowMask) << (high + 1)), high + 1 + low)
    } else {
      bits.write((1 << high) - 1, high + 1)
      bits.write(number & lowMask, low)
    }
  }
  bits.flush()
}

function readRice(bytes: ByteReader, count: number, low: number, isPlain: boolean, into: Float64Array): void {
  if (count > bytes.remaining * 8) throw malformed()
  const bits = new BitReader(bytes)
  const divisor = 2 ** low
  for (let index = 0; index < count; index++) {
    const high = bits.readOnes(maxUnary)
    const number = high === maxUnary ? bits.read(32) : high * divisor + bits.read(low)
    into[index] = isPlain ? number : unzigzag(number)
  }
  bits.expectZeros()
}

/** For mostly zeros: the number of the others, the gaps between them, their values. */
function writeSparse(bytes: ByteWriter, values: Float64Array, length: number, count: number): void {
  const gaps = new Float64Array(count)
  const others = new Float64Array(count)
  let found = 0
  let last = -1
  for (let index = 0; index < length; index++) {
    if (values[index] === 0) continue
    gaps[found] = index - last - 1
    others[found] = values[index]!
    found++
    last = index
  }
  bytes.writeByte(form.sparse)
  bytes.writeVarUint(count)
  writeInts(bytes, gaps, count, false)
  writeInts(bytes, others, count, false)
}

function readSparse(bytes: ByteReader, count: number, into: Float64Array): void {
  const length = bytes.readVarUint()
  if (length > count) throw malformed()
  const gaps = new Float64Array(length)
  const others = new Float64Array(length)
  readInts(bytes, length, gaps, false)
  readInts(bytes, length, others, false)
  into.fill(0, 0, count)
  let place = -1
  for (let index = 0; index < length; index++) {
    const gap = gaps[index]!
    place += gap + 1
    if (gap < 0 || place >= count) throw malformed()
    if (others[index] === 0) throw malformed()
    into[place] = others[index]!
  }
}

/** The size of the codes in bits. */
function riceBits(length: number, low: number, isPlain: boolean): number {
  let bits = length * (low + 1)
  const shift = isPlain ? low + 1 : low
  for (let index = 0; index < length; index++) {
    const high = codes[index]! >>> shift
    bits += high < maxUnary ? high : escapedBits - low - 1
  }
  return bits
}

function bitsOf(number: number): number {
  return number < 1 ? 0 : 32 - Math.clz32(number)
}

function varIntBytes(number: number): number {
  const bits = bitsOf(zigzag(number))
  return bits < 8 ? 1 : Math.ceil(bits / 7)
}

function varIntsBytes(values: Float64Array, length: number): number {
  let sum = 0
  for (let index = 0; index < length; index++) sum += varIntBytes(values[index]!)
  return sum
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

function unzigzag(number: number): number {
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2
}
