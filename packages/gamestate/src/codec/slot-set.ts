import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'
import { maxSlots } from '../entity-map/page.js'
import { GameStateError } from '../errors.js'

/** The lowest two bits of a set's first number: how the rest is written. */
const form = { gaps: 0, runs: 1, bits: 2 } as const

/**
 * Writes which slots are meant, in the shortest of three forms: a gap before each, runs of neighbours, or bits.
 * @param slots rising, not empty, no slot twice
 */
export function writeSlots(bytes: ByteWriter, slots: readonly number[]): void {
  let runs = 1
  let gapBytes = 0
  let runBytes = 0
  let length = 1
  let previous = -1
  for (let index = 0; index < slots.length; index++) {
    const gap = slots[index]! - previous - 1
    gapBytes += varUintBytes(gap)
    if (gap > 0 || index === 0) {
      if (index > 0) {
        runs++
        runBytes += varUintBytes(length - 1)
      }
      runBytes += varUintBytes(gap)
      length = 1
    } else length++
    previous = slots[index]!
  }
  runBytes += varUintBytes(length - 1)
  const firstByte = slots[0]! >>> 3
  const bitBytes = (slots[slots.length - 1]! >>> 3) - firstByte + 1
  if (runBytes <= gapBytes && runBytes <= bitBytes) {
    bytes.writeVarUint(runs * 4 + form.runs)
    writeRuns(bytes, slots)
  } else if (gapBytes <= bitBytes) {
    bytes.writeVarUint(slots.length * 4 + form.gaps)
    writeGaps(bytes, slots)
  } else {
    bytes.writeVarUint(bitBytes * 4 + form.bits)
    bytes.writeVarUint(firstByte)
    writeBits(bytes, slots, firstByte, bitBytes)
  }
}

/**
 * Reads what `writeSlots` wrote.
 * @param most how many slots there can be: more are refused before anything is made for them
 */
export function readSlots(bytes: ByteReader, most: number): number[] {
  const header = bytes.readVarUint()
  const count = Math.floor(header / 4)
  if (count === 0) throw malformed('a set of slots is empty')
  switch (header % 4) {
    case form.gaps:
      return readGaps(bytes, count, most)
    case form.runs:
      return readRuns(bytes, count, most)
    case form.bits:
      return readBits(bytes, count, most)
    default:
      throw malformed('a set of slots has an unknown form')
  }
}

function writeGaps(bytes: ByteWriter, slots: readonly number[]): void {
  let previous = -1
  for (const slot of slots) {
    bytes.writeVarUint(slot - previous - 1)
    previous = slot
  }
}

function readGaps(bytes: ByteReader, count: number, most: number): number[] {
  checkCount(count, most)
  const slots: number[] = []
  let slot = -1
  for (let index = 0; index < count; index++) {
    slot = checkSlot(slot + 1 + bytes.readVarUint())
    slots.push(slot)
  }
  return slots
}

/** A run is the gap before it and its length less one. */
function writeRuns(bytes: ByteWriter, slots: readonly number[]): void {
  let previous = -1
  for (let index = 0; index < slots.length; ) {
    let length = 1
    while (slots[index + length] === slots[index]! + length) length++
    bytes.writeVarUint(slots[index]! - previous - 1)
    bytes.writeVarUint(length - 1)
    index += length
    previous = slots[index - 1]!
  }
}

function readRuns(bytes: ByteReader, count: number, most: number): number[] {
  const slots: number[] = []
  let next = 0
  for (let run = 0; run < count; run++) {
    next = checkSlot(next + bytes.readVarUint())
    const length = bytes.readVarUint() + 1
    checkCount(slots.length + length, most)
    checkSlot(next + length - 1)
    for (let index = 0; index < length; index++) slots.push(next++)
  }
  return slots
}

/** Slot 8 b + i is bit i of byte b; empty bytes at the front are left out and counted. */
function writeBits(bytes: ByteWriter, slots: readonly number[], firstByte: number, count: number): void {
  const bits = new Uint8Array(count)
  for (const slot of slots) bits[(slot >>> 3) - firstByte]! |= 1 << (slot & 7)
  bytes.writeRaw(bits)
}

function readBits(bytes: ByteReader, count: number, most: number): number[] {
  const firstByte = bytes.readVarUint()
  checkSlot((firstByte + count) * 8 - 8)
  const slots: number[] = []
  const bits = bytes.readRaw(count)
  for (let index = 0; index < count; index++) {
    for (let bit = 0; bit < 8; bit++) {
      if ((bits[index]! & (1 << bit)) !== 0) slots.push((firstByte + index) * 8 + bit)
    }
    checkCount(slots.length, most)
  }
  if (slots.length === 0) throw malformed('a set of slots is empty')
  return slots
}

function checkSlot(slot: number): number {
  if (slot >= maxSlots) throw malformed(`there is no slot ${slot}`)
  return slot
}

function checkCount(count: number, most: number): void {
  if (count > most) throw malformed(`more slots are named than the ${most} there can be`)
}

function varUintBytes(value: number): number {
  return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4
}

function malformed(message: string): GameStateError {
  return new GameStateError('invalid_delta', message)
}
