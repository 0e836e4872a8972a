import type { ByteReader } from '../../bytes/byte-reader.js'
import type { ByteWriter } from '../../bytes/byte-writer.js'
import { malformed } from '../../values/plain.js'
import { readInts, writeInts } from './ints.js'

/** The lowest two bits of the first number. The other bits are a count. */
const form = { gaps: 0, runs: 1, bits: 2, mask: 3 } as const

/** A set of numbers below this can be written as one number, a mask. */
const maskEnd = 19

/**
 * Writes a set of numbers in the shortest of four forms: gaps, runs of neighbours, bits, or a mask.
 * @param slots rising, without duplicates, not empty
 */
export function writeSlots(bytes: ByteWriter, slots: readonly number[]): void {
  const count = slots.length
  let runs = 0
  let runBytes = 0
  for (let index = 0; index < count; ) {
    const start = index
    while (index < count && slots[index] === slots[start]! + index - start) index++
    const gap = start === 0 ? slots[0]! : slots[start]! - slots[start - 1]! - 1
    runs++
    runBytes += varUintBytes(gap) + varUintBytes(index - start - 1)
  }
  const first = slots[0]!
  const span = slots[count - 1]! - first + 1
  const bitBytes = (span + 7) >>> 3
  // an estimate: a gap takes the bits of the mean gap, plus one and a half
  const gapBytes = 1 + (count * (Math.log2(Math.max(1, span / count)) + 1.5)) / 8
  const mask = slots[count - 1]! < maskEnd ? maskOf(slots) : undefined
  if (mask !== undefined && varUintBytes(mask * 4 + form.mask) <= 1 + Math.min(runBytes, gapBytes, bitBytes)) {
    bytes.writeVarUint(mask * 4 + form.mask)
  } else if (runBytes <= gapBytes && runBytes <= bitBytes) {
    bytes.writeVarUint(runs * 4 + form.runs)
    writeRuns(bytes, slots)
  } else if (gapBytes <= bitBytes) {
    bytes.writeVarUint(count * 4 + form.gaps)
    const gaps = new Float64Array(count)
    for (let index = 0; index < count; index++) gaps[index] = slots[index]! - (index === 0 ? 0 : slots[index - 1]! + 1)
    writeInts(bytes, gaps, count)
  } else {
    bytes.writeVarUint(bitBytes * 4 + form.bits)
    bytes.writeVarUint(first)
    writeBits(bytes, slots, bitBytes)
  }
}

/**
 * Reads what `writeSlots` wrote.
 * @param most largest possible number of slots; more are refused before anything is allocated
 * @param end all slots must be below this
 */
export function readSlots(bytes: ByteReader, most: number, end: number): number[] {
  const header = bytes.readVarUint()
  const count = Math.floor(header / 4)
  if (count === 0) throw malformed()
  switch (header % 4) {
    case form.gaps:
      return readGaps(bytes, count, most, end)
    case form.runs:
      return readRuns(bytes, count, most, end)
    case form.bits:
      return readBits(bytes, count, most, end)
    default:
      return readMask(count, most, end)
  }
}

function readGaps(bytes: ByteReader, count: number, most: number, end: number): number[] {
  checkCount(count, most)
  const gaps = new Float64Array(count)
  readInts(bytes, count, gaps)
  const slots: number[] = new Array(count)
  let slot = -1
  for (let index = 0; index < count; index++) {
    const gap = gaps[index]!
    if (gap < 0) throw malformed()
    slot += gap + 1
    slots[index] = slot
  }
  checkEnd(slot, end)
  return slots
}

/** A run is the gap before it, then its length minus one. */
function writeRuns(bytes: ByteWriter, slots: readonly number[]): void {
  let next = 0
  for (let index = 0; index < slots.length; ) {
    let length = 1
    while (slots[index + length] === slots[index]! + length) length++
    bytes.writeVarUint(slots[index]! - next)
    bytes.writeVarUint(length - 1)
    next = slots[index]! + length
    index += length
  }
}

function readRuns(bytes: ByteReader, count: number, most: number, end: number): number[] {
  let slots: number[] = []
  let size = 0
  let next = 0
  for (let run = 0; run < count; run++) {
    next += bytes.readVarUint()
    const length = bytes.readVarUint() + 1
    checkCount(size + length, most)
    checkEnd(next + length - 1, end)
    // mostly there is one run only
    if (run === 0) slots = new Array(length)
    for (let index = 0; index < length; index++) slots[size++] = next++
  }
  return slots
}

/**
 * Writes a set whose numbers are known as bits of pages, in the form of bits.
 * @param runs pairs, pages rising: the number of a page, and its 32 bits
 * @param first the lowest number
 * @param last the highest number
 */
export function writeSlotBits(bytes: ByteWriter, runs: readonly number[], first: number, last: number): void {
  const start = first & ~7
  const count = (last - start + 8) >>> 3
  bytes.writeVarUint(count * 4 + form.bits)
  bytes.writeVarUint(start)
  let next = start
  for (let place = 0; place < runs.length; place += 2) {
    const page = runs[place]! * 32
    for (; next < page; next += 8) bytes.writeByte(0)
    for (; next < page + 32 && next <= last; next += 8) bytes.writeByte((runs[place + 1]! >>> (next - page)) & 255)
  }
}

/** Bit i of byte b stands for the first slot plus 8 b + i. */
function writeBits(bytes: ByteWriter, slots: readonly number[], count: number): void {
  const bits = new Uint8Array(count)
  for (const slot of slots) {
    const place = slot - slots[0]!
    bits[place >>> 3]! |= 1 << (place & 7)
  }
  bytes.writeRaw(bits)
}

function readBits(bytes: ByteReader, count: number, most: number, end: number): number[] {
  const first = bytes.readVarUint()
  const bits = bytes.readRaw(count)
  const slots: number[] = []
  for (let index = 0; index < count * 8; index++) {
    if ((bits[index >>> 3]! & (1 << (index & 7))) !== 0) slots.push(first + index)
  }
  checkCount(slots.length, most)
  if (slots.length === 0) throw malformed()
  checkEnd(slots[slots.length - 1]!, end)
  return slots
}

function varUintBytes(value: number): number {
  return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : 3
}

function maskOf(slots: readonly number[]): number {
  let mask = 0
  for (const slot of slots) mask |= 1 << slot
  return mask
}

function readMask(mask: number, most: number, end: number): number[] {
  const slots: number[] = []
  for (let slot = 0; slot < maskEnd; slot++) if ((mask & (1 << slot)) !== 0) slots.push(slot)
  if (mask >= 2 ** maskEnd) throw malformed()
  checkCount(slots.length, most)
  checkEnd(slots[slots.length - 1]!, end)
  return slots
}

function checkEnd(last: number, end: number): void {
  if (last >= end) throw malformed()
}

function checkCount(count: number, most: number): void {
  if (count > most) throw malformed()
}
