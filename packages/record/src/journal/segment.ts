import { crc32 } from 'node:zlib'

/*
 * A segment, a file of the journal. All numbers are little-endian.
 *
 *   header   0 magic 'TGJ\n' · 4 format u8 · 5 zeros · 8 epoch u32 · 12 number u32 · 16 crc u32 of the bytes before it
 *   record   length varuint · crc u32 · body
 *   body     room · 4 + kind, a varuint · bytes
 *
 * `length` counts the bytes of the body. The crc of a record begins with that of the header, so that a record of another file is
 * none here. A room has a number within the segment: a record of the kind `name` gives it, with the name as UTF-8.
 */

const magic = Uint8Array.of(0x54, 0x47, 0x4a, 0x0a)
const format = 1
export const headerBytes = 20
export const crcBytes = 4

/** The kinds of records, each at the place that is its number. */
export const kinds = ['name', 'snapshot', 'record', 'end'] as const
export type RecordKind = (typeof kinds)[number]

/** Names a segment among those of all processes that have written the journal. */
export interface SegmentId {
  /** Of the process: each that opens the journal has a higher one. */
  readonly epoch: number
  /** Within the epoch, from 1. */
  readonly number: number
}

const namePattern = /^(\d{10})-(\d{10})\.tgj$/

/** The name of its file: names have the order of the segments. */
export function fileNameOf({ epoch, number }: SegmentId): string {
  return `${String(epoch).padStart(10, '0')}-${String(number).padStart(10, '0')}.tgj`
}

/** @returns undefined for the name of another file */
export function segmentIdOf(fileName: string): SegmentId | undefined {
  const [, epoch, number] = namePattern.exec(fileName) ?? []
  return epoch === undefined ? undefined : { epoch: Number(epoch), number: Number(number) }
}

export function writeHeader({ epoch, number }: SegmentId): Uint8Array {
  const bytes = new Uint8Array(headerBytes)
  const view = new DataView(bytes.buffer)
  bytes.set(magic)
  view.setUint8(4, format)
  view.setUint32(8, epoch, true)
  view.setUint32(12, number, true)
  view.setUint32(16, seedOf({ epoch, number }), true)
  return bytes
}

/** With what the crc of each record of a segment begins: the crc of its header. */
export function seedOf({ epoch, number }: SegmentId): number {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  bytes.set(magic)
  view.setUint8(4, format)
  view.setUint32(8, epoch, true)
  view.setUint32(12, number, true)
  return crc32(bytes)
}

/**
 * `whole`: the header is that of the segment. `cut`: the process ended while it wrote it. `other_version`: its format is another
 * one. `damaged`: it is something else.
 */
export function readHeader(bytes: Uint8Array, id: SegmentId): 'whole' | 'cut' | 'other_version' | 'damaged' {
  const expected = writeHeader(id)
  const isMagic = magic.every((byte, place) => bytes[place] === byte)
  if (isMagic && bytes.length > 4 && bytes[4] !== format) return 'other_version'
  const length = Math.min(bytes.length, headerBytes)
  for (let place = 0; place < length; place++) if (bytes[place] !== expected[place]) return 'damaged'
  return bytes.length < headerBytes ? 'cut' : 'whole'
}

/** A record as it stands in a segment. */
export interface SegmentRecord {
  readonly room: number
  readonly kind: RecordKind
  /** A view into the bytes of the segment. */
  readonly bytes: Uint8Array
  /** Where the next record begins. */
  readonly end: number
}

/** @returns undefined if no whole record with a right crc begins there */
export function readRecord(bytes: Uint8Array, start: number, seed: number): SegmentRecord | undefined {
  const length = readVarUint(bytes, start)
  if (length === undefined || length.value === 0) return undefined
  const bodyAt = length.end + crcBytes
  const end = bodyAt + length.value
  if (end > bytes.length) return undefined
  const body = bytes.subarray(bodyAt, end)
  const crc = new DataView(bytes.buffer, bytes.byteOffset + length.end, crcBytes).getUint32(0, true)
  if (crc32(body, seed) !== crc) return undefined
  const head = readVarUint(body, 0)
  if (head === undefined) return undefined
  const kind = kinds[head.value % kinds.length]!
  return { room: Math.floor(head.value / kinds.length), kind, bytes: body.subarray(head.end), end }
}

/** So many bytes behind a place with no record are searched for a next one, and so many are added up for it. */
const mostSearchedBytes = 64 * 1024
const mostSummedBytes = 64 * 1024 * 1024

/** @returns where the first whole record behind `start` begins; undefined if there is none near by */
export function findRecord(bytes: Uint8Array, start: number, seed: number): number | undefined {
  const last = Math.min(bytes.length, start + mostSearchedBytes)
  let summed = 0
  for (let at = start; at < last && summed < mostSummedBytes; at++) {
    const length = readVarUint(bytes, at)
    if (length === undefined || length.value === 0 || length.end + crcBytes + length.value > bytes.length) continue
    summed += length.value
    if (readRecord(bytes, at, seed) !== undefined) return at
  }
  return undefined
}

export function varUintBytes(value: number): number {
  let count = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) count++
  return count
}

/** Longest varuint: 49 bits, more than any file has bytes. */
const mostVarUintBytes = 7

function readVarUint(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0
  let factor = 1
  for (let at = start; at < Math.min(bytes.length, start + mostVarUintBytes); at++) {
    const byte = bytes[at]!
    value += (byte & 127) * factor
    if (byte < 128) return { value, end: at + 1 }
    factor *= 128
  }
  return undefined
}
