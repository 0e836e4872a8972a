import type { Clock } from '@tygase/gamestate'
import type { Journal, JournalEntryKind, JournaledRoom } from '@tygase/server/internal'
import { SimulationError } from './errors.js'

/** What was appended to a {@link MemoryJournal}. */
export interface AppendedEntry {
  /** Kind and id of the room, as `arena/42`. */
  readonly room: string
  /** What the bytes are. */
  readonly kind: JournalEntryKind
  /** As the server gave them. */
  readonly bytes: Uint8Array
}

/** How a journal in memory writes. */
export interface MemoryJournalOptions {
  /** Where its writing takes time. Needed for `writeMs`. */
  clock?: Clock
  /** Time until what was appended is written. Default 0: it is written at once. */
  writeMs?: number
}

interface Waiting {
  /** All entries before are written then. */
  readonly through: number
  readonly room: string
  readonly done: (error?: unknown) => void
}

/**
 * A journal that outlasts the crash of a simulated server: make it outside, and give it to each server as `save.journal`. What is not
 * written at a crash is lost.
 */
export class MemoryJournal implements Journal {
  readonly #clock: Clock | undefined
  readonly #writeMs: number
  #entries: AppendedEntry[] = []
  #written = 0
  #waiting: Waiting[] = []
  /** Counts the processes that have opened it. */
  #opened = 0
  readonly #broken = new Set<string>()
  /** True: nothing can be written, as on a full disk. Entries that are appended meanwhile are lost. */
  isFailing = false
  /** True: rooms are to make no ticks. */
  isFull = false
  /** Code of the error while `isFailing`. */
  failure: 'journal_failed' | 'storage_fenced' = 'journal_failed'

  /** @throws SimulationError `invalid_argument` for `writeMs` without a clock */
  constructor({ clock, writeMs = 0 }: MemoryJournalOptions = {}) {
    if (writeMs > 0 && clock === undefined) {
      throw new SimulationError('invalid_argument', 'a journal whose writing takes time needs a clock')
    }
    this.#clock = clock
    this.#writeMs = writeMs
  }

  /** All that is written, in order. */
  get entries(): readonly AppendedEntry[] {
    return this.#entries.slice(0, this.#written)
  }

  /** A journal in which the first entries of this one are written, as after a crash at that point. */
  upTo(count: number): MemoryJournal {
    const journal = new MemoryJournal()
    journal.#entries = this.#entries.slice(0, count)
    journal.#written = journal.#entries.length
    return journal
  }

  async open(): Promise<readonly JournaledRoom[]> {
    this.#opened++
    this.#entries.length = this.#written
    this.#waiting = []
    this.#broken.clear()
    const rooms = new Map<string, { room: string; snapshot: Uint8Array; records: Uint8Array[] }>()
    for (const { room, kind, bytes } of this.#entries) {
      if (kind === 'end') rooms.delete(room)
      else if (kind === 'snapshot') rooms.set(room, { room, snapshot: bytes, records: [] })
      else rooms.get(room)?.records.push(bytes)
    }
    return [...rooms.values()]
  }

  append(room: string, kind: JournalEntryKind, bytes: Uint8Array): void {
    if (kind === 'snapshot') this.#broken.delete(room)
    if (this.isFailing || this.#broken.has(room)) {
      this.#broken.add(room)
      return
    }
    this.#entries.push({ room, kind, bytes: new Uint8Array(bytes) })
    const through = this.#entries.length
    if (this.#writeMs === 0) this.#written = through
    else this.#later(this.#writeMs, () => this.#write(through))
  }

  isWritten(room: string): boolean {
    return this.#written === this.#entries.length && !this.#broken.has(room)
  }

  whenWritten(room: string, done: (error?: unknown) => void): void {
    this.#waiting.push({ through: this.#entries.length, room, done })
    this.#later(0, () => this.#settle())
  }

  hashOf(token: Uint8Array): Uint8Array {
    // enough for a test: not the token, and different for each
    let hash = 0x811c9dc5
    return token.map((byte, place) => {
      hash = Math.imul(hash ^ byte ^ place, 0x01000193)
      return hash >>> 24
    })
  }

  async close(): Promise<void> {
    this.#written = this.#entries.length
    this.#settle()
  }

  #write(through: number): void {
    this.#written = Math.max(this.#written, through)
    this.#settle()
  }

  #settle(): void {
    const ready = this.#waiting.filter(({ through, room }) => through <= this.#written || this.#broken.has(room))
    this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting))
    for (const { room, done } of ready) {
      if (!this.#broken.has(room)) done()
      else done(Object.assign(new Error('the journal cannot be written'), { code: this.failure }))
    }
  }

  /** Nothing comes of it once another process has opened the journal. */
  #later(delayMs: number, work: () => void): void {
    const opened = this.#opened
    const run = (): void => {
      if (opened === this.#opened) work()
    }
    if (this.#clock === undefined) queueMicrotask(run)
    else this.#clock.schedule(delayMs, run)
  }
}
