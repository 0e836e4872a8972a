import type { Logger } from '@tygase/gamestate'
import type { JournaledRoom } from '@tygase/server/internal'
import { RecordError } from '../errors.js'
import { codeOf, type JournalFiles } from './journal-files.js'
import {
  fileNameOf,
  findRecord,
  headerBytes,
  readHeader,
  readRecord,
  type SegmentId,
  seedOf,
  segmentIdOf,
} from './segment.js'
import type { HeldSegment, SegmentTable } from './segment-table.js'

/** A room as far as it has been read. */
interface ReadRoom {
  readonly snapshot: Uint8Array
  readonly records: Uint8Array[]
  /** True behind a place that cannot be read: records may be missing there, and only a snapshot goes on. */
  isStopped: boolean
}

/**
 * Reads the segments that earlier processes have left. Of each room it gives the last snapshot and the records behind it.
 *
 * The end of a segment may be torn, where its process ended in the midst of a write: it was never reported as written. Any
 * other place that cannot be read is a damage, and is logged as `journal_damaged`. At both each room stops, until a later
 * snapshot of it: what is given is always an earlier state as a whole, never a later one with a hole.
 */
export class JournalReader {
  readonly #files: JournalFiles
  readonly #table: SegmentTable
  readonly #logger: Logger
  readonly #rooms = new Map<string, ReadRoom>()
  /** True once a part of the files could not be read, and was no torn end. */
  hasDamage = false

  constructor(files: JournalFiles, table: SegmentTable, logger: Logger) {
    this.#files = files
    this.#table = table
    this.#logger = logger
  }

  /** @throws as a rejection: RecordError `journal_version`, before anything is read; the error of the file system */
  async read(): Promise<readonly JournaledRoom[]> {
    const ids = (await this.#files.list())
      .flatMap((name) => segmentIdOf(name) ?? [])
      .sort((a, b) => a.epoch - b.epoch || a.number - b.number)
    for (const [place, id] of ids.entries()) {
      const isLast = ids[place + 1]?.epoch !== id.epoch
      const bytes = await this.#read(fileNameOf(id))
      if (bytes !== undefined) this.#readSegment(id, bytes, isLast)
    }
    return [...this.#rooms].map(([room, { snapshot, records }]) => ({ room, snapshot, records }))
  }

  /** @returns undefined for a file that has been removed meanwhile: the process that had the journal before needs it no more */
  async #read(file: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#files.read(file)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    }
  }

  /** @param isLast whether it is the last one of its process */
  #readSegment(id: SegmentId, bytes: Uint8Array, isLast: boolean): void {
    const file = fileNameOf(id)
    const header = readHeader(bytes, id)
    if (header === 'other_version') {
      throw new RecordError('journal_version', `${file} has another format: another version of TyGaSe has written it`)
    }
    const segment = this.#table.begin(id)
    if (header === 'damaged') this.#stop(segment, file, 0, true)
    else if (header === 'cut') this.#stop(segment, file, 0, !isLast)
    else this.#readRecords(segment, file, bytes, isLast)
  }

  #readRecords(segment: HeldSegment, file: string, bytes: Uint8Array, isLast: boolean): void {
    const seed = seedOf(segment.id)
    const names = new Map<number, string>()
    let at: number | undefined = headerBytes
    while (at !== undefined && at < bytes.length) {
      const record = readRecord(bytes, at, seed)
      if (record === undefined) {
        const next = findRecord(bytes, at + 1, seed)
        this.#stop(segment, file, at, next !== undefined || !isLast)
        at = next
        continue
      }
      at = record.end
      if (record.kind === 'name') names.set(record.room, Buffer.from(record.bytes).toString('utf8'))
      const room = names.get(record.room)
      // of a name that is lost in a damage nothing can be known
      if (record.kind === 'name' || room === undefined) continue
      this.#table.note(segment, room, record.kind)
      this.#take(room, record.kind, record.bytes)
    }
  }

  #take(name: string, kind: 'snapshot' | 'record' | 'end', bytes: Uint8Array): void {
    const room = this.#rooms.get(name)
    if (kind === 'record') {
      if (room?.isStopped === false) room.records.push(bytes)
      return
    }
    this.#rooms.delete(name)
    if (kind === 'snapshot') this.#rooms.set(name, { snapshot: bytes, records: [], isStopped: false })
  }

  #stop(segment: HeldSegment, file: string, at: number, isDamage: boolean): void {
    for (const room of this.#rooms.values()) room.isStopped = true
    if (!isDamage)
      return this.#logger.info({ file, at }, 'the end of the journal was not written whole, and is cut off')
    segment.isDamaged = true
    this.hasDamage = true
    const err = new RecordError('journal_damaged', `${file} cannot be read at byte ${at}`)
    this.#logger.error({ err, file, at }, 'the journal is damaged: rooms go on from before')
  }
}
