import { crc32 } from 'node:zlib'
import type { JournalEntryKind } from '@tygase/server/internal'
import type { JournalFile } from './journal-files.js'
import { crcBytes, kinds, type RecordKind, type SegmentId, seedOf, varUintBytes } from './segment.js'
import type { HeldSegment } from './segment-table.js'

/** A segment that this process writes. */
export interface OwnSegment {
  readonly id: SegmentId
  /** With what the crc of each of its records begins. */
  readonly seed: number
  /** Its numbers of rooms. */
  readonly numbers: Map<string, number>
  /** The number that the next room gets. */
  nextNumber: number
  /** Undefined until its first group is written. */
  open: OpenSegment | undefined
}

export interface OpenSegment {
  readonly file: JournalFile
  readonly held: HeldSegment
  /** Written so far. */
  bytes: number
}

export function newSegment(id: SegmentId): OwnSegment {
  return { id, seed: seedOf(id), numbers: new Map(), nextNumber: 0, open: undefined }
}

/** Hears that a group is written, or why it is not. */
export type Written = (error?: unknown) => void

/** The records that are written together: those of a moment, while the group before them is on its way to the disk. */
export class Group {
  readonly segment: OwnSegment
  readonly records: RecordWriter
  /** The rooms of the records, and their kinds, in order. */
  readonly entries: { readonly room: string; readonly kind: JournalEntryKind }[] = []
  readonly waiting: Written[] = []

  /** @param records an empty one, which belongs to the group from here on */
  constructor(segment: OwnSegment, records = new RecordWriter()) {
    this.segment = segment
    this.records = records
  }

  add(room: string, kind: JournalEntryKind, bytes: Uint8Array): void {
    addRecord(this.records, this.segment, room, kind, bytes)
    this.entries.push({ room, kind })
  }
}

/** Adds a record of a segment, and before it the name of its room, if the segment does not have it. */
export function addRecord(
  records: RecordWriter,
  segment: OwnSegment,
  room: string,
  kind: JournalEntryKind,
  bytes: Uint8Array,
): void {
  let number = segment.numbers.get(room)
  if (number === undefined) {
    number = segment.nextNumber++
    segment.numbers.set(room, number)
    records.add(segment.seed, number, 'name', Buffer.from(room, 'utf8'))
  }
  records.add(segment.seed, number, kind, bytes)
  // rooms come and go: a name is not kept longer than its room
  if (kind === 'end') segment.numbers.delete(room)
}

/** A buffer that has grown beyond it is not kept for the next records. */
const mostKeptBytes = 64 * 1024

/** A growing buffer of records. */
export class RecordWriter {
  #bytes = new Uint8Array(4096)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** The records. A view: valid until the next one is added. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Forgets all records. */
  reset(): void {
    this.#length = 0
    // a large snapshot is no measure for what comes next
    if (this.#bytes.length > mostKeptBytes) this.#bytes = new Uint8Array(4096)
  }

  /** @param seed of the segment @param room the number of the room in it @param bytes are copied */
  add(seed: number, room: number, kind: RecordKind, bytes: Uint8Array): void {
    const head = room * kinds.length + kinds.indexOf(kind)
    const bodyBytes = varUintBytes(head) + bytes.length
    this.#reserve(varUintBytes(bodyBytes) + crcBytes + bodyBytes)
    this.#writeVarUint(bodyBytes)
    const crcAt = this.#length
    this.#length += crcBytes
    this.#writeVarUint(head)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    const crc = crc32(this.#bytes.subarray(crcAt + crcBytes, this.#length), seed)
    for (let place = 0; place < crcBytes; place++) this.#bytes[crcAt + place] = crc >>> (8 * place)
  }

  #reserve(count: number): void {
    const least = this.#length + count
    if (least <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, least))
    grown.set(this.bytes)
    this.#bytes = grown
  }

  #writeVarUint(value: number): void {
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 128
    this.#bytes[this.#length++] = rest
  }
}
