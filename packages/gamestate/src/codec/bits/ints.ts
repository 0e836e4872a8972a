import { advance, type ByteReader, type ByteWriter, room } from '../../bytes/bytes.js'
import { malformed } from '../../values/plain.js'
import { BitReader } from './bits.js'

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
export const maxSmallInt = 2 ** 30
const maxRiceBits = 30
/** Longest unary part. A larger number is escaped: so many ones, then 32 bits. */
const maxUnary = 16
const escapedBits = maxUnary + 32

/** Scratch: the numbers of the current run. */
let small = /* @__PURE__ */ new Int32Array(256)
/** A larger scratch is released after use. */
const maxKeptNumbers = 1 << 16

/**
 * @param values `length` integers within ±(2^52 - 1). The reader must know how many there are.
 */
export function writeInts(bytes: ByteWriter, values: Float64Array, length: number): void {
  if (small.length < length) small = new Int32Array(2 ** Math.ceil(Math.log2(length)))
  const numbers = small
  for (let index = 0; index < length; index++) {
    const value = values[index]!
    if (!(Math.abs(value) <= maxSmallInt)) return writeVarInts(bytes, values, length)
    numbers[index] = value
  }
  writeSmallInts(bytes, numbers, length)
  if (small.length > maxKeptNumbers) small = new Int32Array(256)
}

/**
 * `writeInts` for integers within ±`maxSmallInt`. The bytes are the same.
 * @param mayBeSparse false for the lists within a sparse run
 */
export function writeSmallInts(bytes: ByteWriter, numbers: Int32Array, length: number, mayBeSparse = true): void {
  if (length === 0) return
  let min = numbers[0]!
  let max = min
  let sum = 0
  let others = 0
  for (let index = 0; index < length; index++) {
    const number = numbers[index]!
    if (number < min) min = number
    if (number > max) max = number
    // one bit for all but zero, without a branch that goes either way
    others += (number | -number) >>> 31
    sum += zigzagSmall(number) >>> 0
  }
  const isPlain = min >= 0
  if (isPlain) sum /= 2
  const width = bitsOf(max - min)
  const packedBits = length * width + 8 * (varIntBytes(min) - 1)
  let low = Math.min(maxRiceBits - 1, Math.max(0, bitsOf(sum / length) - 2))
  let bestRice = Infinity
  const most = isPlain ? max : Math.max(2 * max, -2 * min - 1)
  if (packedBits > leastRiceBits(length, low, sum, most)) {
    bestRice = riceBits(numbers, length, low, isPlain)
    if (nextRiceBits < bestRice) {
      bestRice = nextRiceBits
      low++
    }
  }
  const least = Math.min(packedBits, bestRice)
  if (length <= maxVarInts && 8 * varIntsBytes(numbers, length) < least)
    return writeSmallVarInts(bytes, numbers, length)
  // an estimate: a place takes about log2 of the gap, a number the bits of its zigzag number
  const ofOthers = bitsOf(sum / others)
  const canBeSparse = mayBeSparse && others > 0 && others * (3 + ofOthers) < least
  if (canBeSparse && 24 + others * (3 + Math.log2(length / others) + ofOthers) < least) {
    writeSparse(bytes, numbers, length, others)
  } else if (packedBits <= bestRice) writePacked(bytes, numbers, length, min, width)
  else writeRice(bytes, numbers, length, low, isPlain, bestRice)
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

function writeSmallVarInts(bytes: ByteWriter, numbers: Int32Array, length: number): void {
  bytes.writeByte(form.varints)
  for (let index = 0; index < length; index++) bytes.writeVarUint(zigzagSmall(numbers[index]!) >>> 0)
}

/** More bytes than the last bits take, since they are written 32 at a time. */
const spareBytes = 8

function writePacked(bytes: ByteWriter, numbers: Int32Array, length: number, min: number, width: number): void {
  bytes.writeByte(form.packed + width)
  bytes.writeVarInt(min)
  if (width === 0) return
  const into = room(bytes, Math.ceil((length * width) / 8) + spareBytes)
  let end = bytes.length
  let register = 0
  let waiting = 0
  for (let index = 0; index < length; index++) {
    const code = numbers[index]! - min
    register |= code << waiting
    waiting += width
    if (waiting < 32) continue
    into.setInt32(end, register, true)
    end += 4
    waiting -= 32
    // JavaScript takes a shift by 32 for one by 0
    register = waiting === 0 ? 0 : code >>> (width - waiting)
  }
  advance(bytes, putRest(into, end, register, waiting) - bytes.length)
}

/** Writes the bits that do not fill 32, and zeros up to the next byte. @returns the end */
function putRest(into: DataView, start: number, register: number, bits: number): number {
  let end = start
  for (let left = bits; left > 0; left -= 8) into.setUint8(end, register >>> (8 * (end++ - start)))
  return end
}

function readPacked(bytes: ByteReader, count: number, width: number, into: Float64Array): void {
  const min = bytes.readVarInt()
  const bits = new BitReader(bytes)
  if (count * width > bytes.remaining * 8) throw malformed()
  for (let index = 0; index < count; index++) into[index] = min + bits.read(width)
  bits.expectZeros()
}

/** @param bits the size of the codes */
function writeRice(
  bytes: ByteWriter,
  numbers: Int32Array,
  length: number,
  low: number,
  isPlain: boolean,
  bits: number,
): void {
  bytes.writeByte((isPlain ? form.plainRice : form.rice) + low)
  const into = room(bytes, Math.ceil(bits / 8) + spareBytes)
  const lowMask = (1 << low) - 1
  const unused = isPlain ? 1 : 0
  let end = bytes.length
  let register = 0
  let waiting = 0
  for (let index = 0; index < length; index++) {
    const number = zigzagSmall(numbers[index]!) >>> unused
    const high = number >>> low
    // so many ones, then a zero, then the low bits
    let code = ((1 << high) - 1) | ((number & lowMask) << (high + 1))
    let width = high + 1 + low
    if (high >= maxUnary || width > 32) {
      const isEscaped = high >= maxUnary
      const ones = isEscaped ? 2 ** maxUnary - 1 : (1 << high) - 1
      const count = isEscaped ? maxUnary : high + 1
      register |= ones << waiting
      waiting += count
      if (waiting >= 32) {
        into.setInt32(end, register, true)
        end += 4
        waiting -= 32
        register = waiting === 0 ? 0 : ones >>> (count - waiting)
      }
      code = isEscaped ? number : number & lowMask
      width = isEscaped ? 32 : low
    }
    register |= code << waiting
    waiting += width
    if (waiting < 32) continue
    into.setInt32(end, register, true)
    end += 4
    waiting -= 32
    register = waiting === 0 ? 0 : code >>> (width - waiting)
  }
  advance(bytes, putRest(into, end, register, waiting) - bytes.length)
}

function readRice(bytes: ByteReader, count: number, low: number, isPlain: boolean, into: Float64Array): void {
  if (count > bytes.remaining * 8) throw malformed()
  const start = bytes.position
  const all = bytes.readRaw(bytes.remaining)
  const divisor = 2 ** low
  const mask = divisor - 1
  let next = 0
  let register = 0
  let waiting = 0
  for (let index = 0; index < count; index++) {
    while (waiting <= 24 && next < all.length) {
      register |= all[next++]! << waiting
      waiting += 8
    }
    // the bits above the waiting ones are zeros, so a run of ones ends there
    const zeros = ~register
    const ones = 31 - Math.clz32(zeros & -zeros)
    const width = ones + 1 + low
    if (ones >= 0 && ones < maxUnary && width <= waiting && width < 32) {
      const number = (ones << low) | ((register >>> (ones + 1)) & mask)
      register >>>= width
      waiting -= width
      into[index] = isPlain ? number : (number >>> 1) ^ -(number & 1)
    } else {
      // a long code, or one near the end of the bytes
      let place = next * 8 - waiting
      bytes.position = start + (place >>> 3)
      const bits = new BitReader(bytes)
      bits.read(place & 7)
      const high = bits.readOnes(maxUnary)
      const number = high === maxUnary ? bits.read(32) : high * divisor + bits.read(low)
      into[index] = isPlain ? number : unzigzag(number)
      place = (bytes.position - start) * 8 - bits.waiting
      next = (place + 7) >>> 3
      waiting = next * 8 - place
      register = waiting === 0 ? 0 : all[next - 1]! >>> (place & 7)
    }
  }
  // whole bytes that were not needed go back
  next -= waiting >>> 3
  if ((register & ((1 << (waiting & 7)) - 1)) !== 0) throw malformed()
  bytes.position = start + next
}

/** For mostly zeros: the number of the others, the gaps between them, their values. */
function writeSparse(bytes: ByteWriter, numbers: Int32Array, length: number, count: number): void {
  const gaps = new Int32Array(count)
  const others = new Int32Array(count)
  let found = 0
  let last = -1
  for (let index = 0; index < length; index++) {
    if (numbers[index] === 0) continue
    gaps[found] = index - last - 1
    others[found] = numbers[index]!
    found++
    last = index
  }
  bytes.writeByte(form.sparse)
  bytes.writeVarUint(count)
  writeSmallInts(bytes, gaps, count, false)
  writeSmallInts(bytes, others, count, false)
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

/** The size of the codes with one more low bit, found by `riceBits` in the same pass. */
let nextRiceBits = 0

/** No more than `riceBits` finds for both sizes. Mostly it shows that packed numbers are shorter. @param most the highest code */
function leastRiceBits(length: number, low: number, sum: number, most: number): number {
  // what follows holds without escapes
  if (most >>> low > maxUnary) return 0
  const scale = 1 / (1 << low)
  const first = length * (low + scale) + sum * scale
  const second = length * (low + 1 + scale / 2) + (sum * scale) / 2
  return Math.min(first, second)
}

/** The size of the codes in bits. */
function riceBits(numbers: Int32Array, length: number, low: number, isPlain: boolean): number {
  const shift = isPlain ? low + 1 : low
  let bits = length * (low + 1)
  let nextBits = length * (low + 2)
  for (let index = 0; index < length; index++) {
    const high = zigzagSmall(numbers[index]!) >>> shift
    bits += high < maxUnary ? high : escapedBits - low - 1
    const half = high >>> 1
    nextBits += half < maxUnary ? half : escapedBits - low - 2
  }
  nextRiceBits = nextBits
  return bits
}

function bitsOf(number: number): number {
  return number < 1 ? 0 : 32 - Math.clz32(number)
}

function varIntBytes(number: number): number {
  const bits = bitsOf(zigzag(number))
  return bits < 8 ? 1 : Math.ceil(bits / 7)
}

function varIntsBytes(numbers: Int32Array, length: number): number {
  let sum = 0
  for (let index = 0; index < length; index++) sum += varIntBytes(numbers[index]!)
  return sum
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

/** Of an integer within ±2^30, as 32 bits. */
function zigzagSmall(value: number): number {
  return (value << 1) ^ (value >> 31)
}

function unzigzag(number: number): number {
  return number % 2 === 0 ? number / 2 : -(number + 1) / 2
}
