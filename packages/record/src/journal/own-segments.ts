import type { Logger } from '@tygase/gamestate'
import type { JournalEntryKind } from '@tygase/server/internal'
import { newSegment, type OpenSegment, type OwnSegment } from './group.js'
import type { JournalFiles } from './journal-files.js'
import { fileNameOf, writeHeader } from './segment.js'
import type { SegmentTable } from './segment-table.js'

export interface OwnSegmentsOptions {
  readonly files: JournalFiles
  readonly durable: 'process' | 'disk'
  readonly segmentBytes: number
  readonly table: SegmentTable
  readonly logger: Logger
}

/** Time between two looks for segments that no room needs. */
const tidyMs = 1000

/** The segments that this process writes, one after the other, and the end of those that no room needs any more. */
export class OwnSegments {
  readonly #options: OwnSegmentsOptions
  /** The newest one, which takes records. */
  #last: OwnSegment
  /** The one whose file is open. */
  #opened: OwnSegment | undefined
  #lastTidyAtMs = Number.NEGATIVE_INFINITY

  constructor(epoch: number, options: OwnSegmentsOptions) {
    this.#options = options
    this.#last = newSegment({ epoch, number: 1 })
  }

  /** The segment that records go to at once; undefined if another one has to be begun, or its file made. */
  get ready(): OwnSegment | undefined {
    const { open } = this.#last
    return open !== undefined && open.bytes < this.#options.segmentBytes ? this.#last : undefined
  }

  /** @param underWay gives the bytes that are being written to a segment @returns the segment for records that come now */
  next(underWay: (segment: OwnSegment) => number): OwnSegment {
    const bytes = (this.#last.open?.bytes ?? 0) + underWay(this.#last)
    return bytes < this.#options.segmentBytes ? this.#last : this.#begin()
  }

  /** @throws as a rejection: the error of the file system */
  async open(segment: OwnSegment): Promise<OpenSegment> {
    const { files, durable, table } = this.#options
    await this.close()
    const name = fileNameOf(segment.id)
    const file = await files.create(name)
    const header = writeHeader(segment.id)
    try {
      await file.write(header)
      if (durable === 'disk') await files.syncFolder()
    } catch (error) {
      await this.#tidy(() => file.close())
      await this.#tidy(() => files.remove(name))
      throw error
    }
    segment.open = { file, held: table.begin(segment.id), bytes: header.length }
    this.#opened = segment
    return segment.open
  }

  /** Makes the file of the first segment, so that no record waits for it. If that fails, the first record finds out. */
  async prepare(): Promise<void> {
    try {
      await this.open(this.#last)
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'a file of the journal cannot be made yet')
    }
  }

  /** Records that come from here on stand in another segment. */
  turnOver(): void {
    if (this.#last.open !== undefined) this.#begin()
  }

  /** Takes note of a record that is written. */
  note(segment: OwnSegment, room: string, kind: JournalEntryKind): void {
    this.#options.table.note(segment.open!.held, room, kind)
  }

  /** Removes the files that no room needs, now and then. */
  removeUnneeded(nowMs: number): void {
    if (nowMs - this.#lastTidyAtMs < tidyMs) return
    this.#lastTidyAtMs = nowMs
    const { files, table } = this.#options
    for (const segment of table.takeUnneeded()) {
      const name = fileNameOf(segment.id)
      void this.#tidy(() => (segment.isDamaged ? files.rename(name, `${name}.damaged`) : files.remove(name)))
    }
  }

  /** Takes away what a write has left behind that failed half-way. If that fails too, the next segment begins. */
  async cutOff(segment: OwnSegment): Promise<void> {
    segment.numbers.clear()
    const { open } = segment
    if (this.#last !== segment || open === undefined) return
    try {
      await open.file.truncate(open.bytes)
    } catch {
      this.#begin()
    }
  }

  async close(): Promise<void> {
    const open = this.#opened?.open
    this.#opened = undefined
    if (open !== undefined) await this.#tidy(() => open.file.close())
  }

  #begin(): OwnSegment {
    const { epoch, number } = this.#last.id
    this.#last = newSegment({ epoch, number: number + 1 })
    return this.#last
  }

  /** Runs work on files that nothing depends on. */
  async #tidy(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'a file of the journal could not be tidied away')
    }
  }
}
