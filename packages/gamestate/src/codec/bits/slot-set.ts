import type { ByteReader, ByteWriter } from '../../bytes/bytes.js'
import { malformed } from '../../values/plain.js'
import { readInts, writeSmallInts } from './ints.js'

/** The lowest two bits of the first number. The other bits are a count. */
const form = { gaps: 0, runs: 1, bits: 2, mask: 3 } as const

/** A set of numbers below this can be written as one number, a mask. */
const maskEnd = 19

/**
 * Numbers of slots, or places of rows in a group: the first `count` of a list. One kind of list everywhere: code that meets
 * several kinds is slow.
 */
export interface Slots {
  readonly list: Int32Array
  readonly count: number
}

/** A larger list is released to the engine when it is cleared. */
const maxKeptSlots = 1 << 16
const minSlots = 64

export class SlotList implements Slots {
  list: Int32Array
  count = 0

  /** @param room for so many numbers at first */
  constructor(room = minSlots) {
    this.list = new Int32Array(room)
  }

  push(slot: number): void {
    if (this.count === this.list.length) this.reserve(1)
    this.list[this.count++] = slot
  }

  /** Makes room for so many more numbers. */
  reserve(more: number): void {
    const least = this.count + more
    if (least <= this.list.length) return
    const list = new Int32Array(Math.max(2 * this.list.length, least))
    list.set(this.list)
    this.list = list
  }

  clear(): void {
    this.count = 0
    if (this.list.length > maxKeptSlots) this.list = new Int32Array(minSlots)
  }
}

const lists: SlotList[] = []
const maxKeptLists = 64
let lent = 0

/** Lends an empty list, until `releaseSlots`: a delta needs several for each map. */
export function takeSlots(): SlotList {
  let list = lists[lent]
  if (list === undefined) {
    list = new SlotList()
    lists.push(list)
  }
  lent++
  list.clear()
  return list
}

/** Takes back all lists. */
export function releaseSlots(): void {
  for (let place = 0; place < lent; place++) lists[place]!.clear()
  lent = 0
  if (lists.length > maxKeptLists) lists.length = maxKeptLists
}

/** Of a run of so many numbers, three numbers are the shortest form. */
const minLongRun = 48

let gaps = /* @__PURE__ */ new Int32Array(256)

/**
 * Writes a set of numbers in the shortest of four forms: gaps, runs of neighbours, bits, or a mask.
 * @param slots rising, without duplicates, not empty
 */
export function writeSlots(bytes: ByteWriter, slots: Slots): void {
  const { list, count } = slots
  const first = list[0]!
  const last = list[count - 1]!
  // for one long run, no other form is shorter
  if (last - first + 1 === count && count >= minLongRun) {
    bytes.writeVarUint(4 + form.runs)
    bytes.writeVarUint(first)
    return bytes.writeVarUint(count - 1)
  }
  if (gaps.length < count) gaps = new Int32Array(2 ** Math.ceil(Math.log2(count)))
  gaps[0] = first
  let runs = 1
  let start = 0
  let runBytes = varUintBytes(first)
  for (let index = 1; index < count; index++) {
    const gap = list[index]! - list[index - 1]! - 1
    gaps[index] = gap
    if (gap === 0) continue
    runs++
    runBytes += varUintBytes(index - start - 1) + varUintBytes(gap)
    start = index
  }
  runBytes += varUintBytes(count - start - 1)
  const span = last - first + 1
  const bitBytes = (span + 7) >>> 3
  // an estimate: a gap takes the bits of the mean gap, plus one and a half
  const gapBytes = 1 + (count * (Math.log2(Math.max(1, span / count)) + 1.5)) / 8
  const mask = last < maskEnd ? maskOf(slots) : undefined
  if (mask !== undefined && varUintBytes(mask * 4 + form.mask) <= 1 + Math.min(runBytes, gapBytes, bitBytes)) {
    bytes.writeVarUint(mask * 4 + form.mask)
  } else if (runBytes <= gapBytes && runBytes <= bitBytes) {
    bytes.writeVarUint(runs * 4 + form.runs)
    writeRuns(bytes, slots)
  } else if (gapBytes <= bitBytes) {
    bytes.writeVarUint(count * 4 + form.gaps)
    writeSmallInts(bytes, gaps, count)
  } else {
    bytes.writeVarUint(bitBytes * 4 + form.bits)
    bytes.writeVarUint(first)
    writeBits(bytes, slots, bitBytes)
  }
  if (gaps.length > maxKeptSlots) gaps = new Int32Array(256)
}

/**
 * Reads what `writeSlots` wrote.
 * @param most largest possible number of slots; more are refused before anything is allocated
 * @param end all slots must be below this
 */
export function readSlots(bytes: ByteReader, most: number, end: number): SlotList {
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

function readGaps(bytes: ByteReader, count: number, most: number, end: number): SlotList {
  checkCount(count, most)
  const gaps = new Float64Array(count)
  readInts(bytes, count, gaps)
  const slots = new SlotList(count)
  let slot = -1
  for (let index = 0; index < count; index++) {
    const gap = gaps[index]!
    if (gap < 0) throw malformed()
    slot += gap + 1
    slots.push(slot)
  }
  checkEnd(slot, end)
  return slots
}

/** A run is the gap before it, then its length minus one. */
function writeRuns(bytes: ByteWriter, { list, count }: Slots): void {
  let next = 0
  for (let index = 0; index < count; ) {
    let length = 1
    while (index + length < count && list[index + length] === list[index]! + length) length++
    bytes.writeVarUint(list[index]! - next)
    bytes.writeVarUint(length - 1)
    next = list[index]! + length
    index += length
  }
}

function readRuns(bytes: ByteReader, count: number, most: number, end: number): SlotList {
  const slots = new SlotList()
  let next = 0
  for (let run = 0; run < count; run++) {
    next += bytes.readVarUint()
    const length = bytes.readVarUint() + 1
    checkCount(slots.count + length, most)
    checkEnd(next + length - 1, end)
    slots.reserve(length)
    for (let index = 0; index < length; index++) slots.push(next++)
  }
  return slots
}

/** Bit i of byte b stands for the first slot plus 8 b + i. */
function writeBits(bytes: ByteWriter, { list, count }: Slots, length: number): void {
  const into = bytes.reserve(length)
  const start = bytes.length
  into.fill(0, start, start + length)
  for (let index = 0; index < count; index++) {
    const place = list[index]! - list[0]!
    into[start + (place >>> 3)]! |= 1 << (place & 7)
  }
  bytes.length += length
}

function readBits(bytes: ByteReader, count: number, most: number, end: number): SlotList {
  const first = bytes.readVarUint()
  const bits = bytes.readRaw(count)
  const slots = new SlotList()
  checkEnd(first, end)
  for (let index = 0; index < count * 8; index++) {
    if ((bits[index >>> 3]! & (1 << (index & 7))) !== 0) slots.push(first + index)
  }
  checkCount(slots.count, most)
  if (slots.count === 0) throw malformed()
  checkEnd(slots.list[slots.count - 1]!, end)
  return slots
}

function varUintBytes(value: number): number {
  return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : 3
}

function maskOf({ list, count }: Slots): number {
  let mask = 0
  for (let index = 0; index < count; index++) mask |= 1 << list[index]!
  return mask
}

function readMask(mask: number, most: number, end: number): SlotList {
  const slots = new SlotList()
  for (let slot = 0; slot < maskEnd; slot++) if ((mask & (1 << slot)) !== 0) slots.push(slot)
  if (mask >= 2 ** maskEnd) throw malformed()
  checkCount(slots.count, most)
  checkEnd(slots.list[slots.count - 1]!, end)
  return slots
}

function checkEnd(last: number, end: number): void {
  if (last >= end) throw malformed()
}

function checkCount(count: number, most: number): void {
  if (count > most) throw malformed()
}
