import { createHash } from 'node:crypto'
import type { Clock, Logger } from '@tygase/gamestate'
import { defaultLogger, guard } from '@tygase/gamestate/internal'
import type { Journal, JournalEntryKind, JournaledRoom } from '@tygase/server/internal'
import { RecordError } from '../errors.js'
import { addRecord, Group, type OwnSegment, RecordWriter, type Written } from './group.js'
import type { JournalFiles } from './journal-files.js'
import { OwnSegments } from './own-segments.js'
import { Epoch, type FolderLock } from './ownership.js'
import { JournalReader } from './read-journal.js'
import { SegmentTable } from './segment-table.js'

/** A lock that this process has. */
type HeldLock = Pick<FolderLock, 'release' | 'isAwaited'>

/** Settled options of a journal. */
export interface JournalSettings {
  readonly folder: string
  readonly files: JournalFiles
  readonly durable: 'process' | 'disk'
  /** True: small records are written within `append`, as long as the disk is quick. */
  readonly isAtOnce: boolean
  readonly segmentBytes: number
  readonly maxWaitingBytes: number
  /** Waits for the end of an earlier process. @param onWait called once if there is one */
  readonly lock: (onWait: () => void) => Promise<HeldLock>
  readonly clock: Clock
}

/** Time between the beginnings of two groups: rooms that tick at nearly the same time share a write. */
const groupMs = 2
/** Beyond so many times `maxWaitingBytes` nothing is taken any more: `isFull` was not obeyed. */
const hardFactor = 4

/** Records up to this size are written at once: the system copies them into its own memory, in some µs. */
const mostBytesAtOnce = 256 * 1024
/** If the process has lost so much to writes, beyond this share of its time, the disk is not quick: */
const mostLostMs = 250
const lostShare = 0.02
/** no record is written at once for so long. */
const slowPauseMs = 10_000

/** A room that has begun in this process, and has not ended. */
interface RoomState {
  /** The last group with a record of it that is not written yet. */
  group: Group | undefined
  /** Why records of it cannot be written until a snapshot is; undefined if they can. */
  fault: unknown
}

/**
 * A journal in the files of a folder: segments, written from front to back, one group of records at a time.
 *
 * Invariants:
 * - Records are written in the order of the calls. One that is reported as written is in the file, with all before it of its room.
 * - Behind a record of a room that could not be written there is none, until a snapshot of the room.
 * - Nothing is reported as written once another process has taken the journal.
 */
export class FileJournal implements Journal {
  readonly #settings: JournalSettings
  #logger: Logger = defaultLogger
  #stage: 'new' | 'opening' | 'open' | 'closing' | 'closed' = 'new'
  #lock: HeldLock | undefined
  #epoch: Epoch | undefined
  #segments: OwnSegments | undefined
  /** For records that are written at once. */
  #atOnce = new RecordWriter()
  /** Time that writes have taken, less a share of the time that has passed since. */
  #lostMs = 0
  #lostAtMs = 0
  /** The disk was slow: until then no record is written at once; 0 if it is quick. */
  #slowUntilMs = 0
  /** The group that takes records; undefined if none waits. */
  #group: Group | undefined
  /** The group that is being written. */
  #writing: Group | undefined
  readonly #rooms = new Map<string, RoomState>()
  /** Rooms that have ended, and whose end could not be written. */
  readonly #owedEnds = new Set<string>()
  #lastGroupAtMs = Number.NEGATIVE_INFINITY
  #cancelGroup: (() => void) | undefined
  /** Set once another process has the journal. */
  #fence: RecordError | undefined
  /** Set after a failed write, until what it has left behind is cut off. */
  #cutting: RecordError | undefined
  #opening: Promise<readonly JournaledRoom[]> | undefined
  #onIdle: (() => void)[] = []
  #closing: Promise<void> | undefined

  constructor(settings: JournalSettings) {
    this.#settings = settings
  }

  open(logger: Logger, onWait?: (left: readonly JournaledRoom[]) => void): Promise<readonly JournaledRoom[]> {
    const isNew = this.#stage === 'new'
    const opening = isNew ? this.#open(logger, onWait) : Promise.reject(new RecordError('invalid_argument', openedOnce))
    if (isNew) this.#opening = opening
    return opening
  }

  async #open(
    logger: Logger,
    onWait: ((left: readonly JournaledRoom[]) => void) | undefined,
  ): Promise<readonly JournaledRoom[]> {
    this.#logger = logger
    this.#stage = 'opening'
    const { folder, files, lock } = this.#settings
    try {
      await files.makeFolder()
      this.#lock = await lock(() => {
        if (onWait !== undefined) void this.#lookAhead(onWait)
      })
      this.#epoch = await Epoch.take(files)
      const table = new SegmentTable()
      const rooms = await new JournalReader(files, table, logger).read()
      const { durable, segmentBytes } = this.#settings
      this.#segments = new OwnSegments(this.#epoch.number, { files, durable, segmentBytes, table, logger })
      await this.#segments.prepare()
      this.#stage = 'open'
      return rooms
    } catch (error) {
      this.#stage = 'closed'
      await this.#lock?.release()
      if (error instanceof RecordError) throw error
      throw new RecordError('journal_failed', `the journal in ${folder} cannot be opened`, { cause: error })
    }
  }

  /** What another process has written so far. It writes on, so that a file may end anywhere, or be gone: then there is nothing. */
  async #lookAhead(onWait: (left: readonly JournaledRoom[]) => void): Promise<void> {
    const rooms = await new JournalReader(this.#settings.files, new SegmentTable(), silent).read().catch(() => [])
    if (this.#stage === 'opening') this.#call(() => onWait(rooms))
  }

  append(room: string, kind: JournalEntryKind, bytes: Uint8Array): void {
    let state = this.#rooms.get(room)
    if (state === undefined) {
      state = { group: undefined, fault: kind === 'record' ? notBegun(room) : undefined }
      this.#rooms.set(room, state)
    }
    const refusal = this.#refusal()
    if (refusal !== undefined) {
      state.fault ??= refusal
      if (kind === 'end') this.#oweEnd(room)
      return
    }
    if (state.fault !== undefined && kind === 'record') return
    state.fault = undefined
    this.#owedEnds.delete(room)
    const segment = this.#segmentAtOnce(bytes.length)
    if (segment !== undefined) return this.#writeAtOnce(segment, room, kind, bytes, state)
    const group = this.#openGroup()
    group.add(room, kind, bytes)
    state.group = group
  }

  isWritten(room: string): boolean {
    const state = this.#rooms.get(room)
    return state === undefined || (state.fault === undefined && state.group === undefined)
  }

  whenWritten(room: string, done: Written): void {
    const state = this.#rooms.get(room)
    if (state?.fault === undefined && state?.group !== undefined) return void state.group.waiting.push(done)
    const fault = state?.fault
    // what failed is cut off first: until then no snapshot is taken
    if (fault !== undefined && this.#cutting !== undefined) return void this.#writing!.waiting.push(done)
    queueMicrotask(() => this.#call(done, fault))
  }

  get isFull(): boolean {
    return this.waitingBytes >= this.#settings.maxWaitingBytes
  }

  get waitingBytes(): number {
    return (this.#group?.records.length ?? 0) + (this.#writing?.records.length ?? 0)
  }

  get isAwaited(): boolean {
    return this.#lock?.isAwaited === true
  }

  handOver(): void {
    if (this.#stage !== 'open') return
    this.#segments!.turnOver()
  }

  hashOf(token: Uint8Array): Uint8Array {
    return hashOfToken(token)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#stage === 'opening') await this.#opening?.catch(() => {})
    if (this.#stage === 'open') {
      this.#stage = 'closing'
      if (this.#group !== undefined || this.#writing !== undefined) {
        await new Promise<void>((resolve) => this.#onIdle.push(resolve))
      }
    }
    // all is in the files: a process that waits need not wait for their closing
    const released = this.#lock?.release()
    if (this.#stage === 'closing') await this.#segments!.close()
    this.#stage = 'closed'
    await released
  }

  /** Why nothing can be appended; undefined if it can. */
  #refusal(): RecordError | undefined {
    const fault = this.#fence ?? this.#cutting
    if (fault !== undefined) return fault
    if (this.#stage !== 'open') return new RecordError('journal_closed', 'the journal is not open')
    if (this.waitingBytes <= hardFactor * this.#settings.maxWaitingBytes) return undefined
    return new RecordError('journal_failed', 'the disk is too slow: too much waits to be written')
  }

  /** @returns the segment to which so many bytes of a record are to be written at once */
  #segmentAtOnce(bytes: number): OwnSegment | undefined {
    const { isAtOnce, clock } = this.#settings
    if (!isAtOnce || bytes > mostBytesAtOnce) return undefined
    const isBehind = this.#group !== undefined || this.#writing !== undefined || this.#owedEnds.size > 0
    if (isBehind || (this.#slowUntilMs > 0 && clock.now() < this.#slowUntilMs)) return undefined
    this.#slowUntilMs = 0
    return this.#segments?.ready
  }

  /**
   * Writes a record within the call. A few bytes more in a file cost a tenth of what it costs to let another thread write them,
   * and clients wait for nothing.
   */
  #writeAtOnce(segment: OwnSegment, room: string, kind: JournalEntryKind, bytes: Uint8Array, state: RoomState): void {
    const { clock } = this.#settings
    const open = segment.open!
    const records = this.#atOnce
    records.reset()
    addRecord(records, segment, room, kind, bytes)
    const startMs = clock.now()
    try {
      open.file.writeNow(records.bytes)
      this.#checkEpoch()
    } catch (error) {
      const group = new Group(segment, records)
      this.#atOnce = new RecordWriter()
      group.entries.push({ room, kind })
      state.group = group
      this.#writing = group
      void this.#finish(group, error)
      return
    }
    open.bytes += records.length
    this.#segments!.note(segment, room, kind)
    if (kind === 'end') this.#rooms.delete(room)
    const nowMs = clock.now()
    this.#noteTime(nowMs, nowMs - startMs)
    this.#segments!.removeUnneeded(nowMs)
  }

  #noteTime(nowMs: number, tookMs: number): void {
    this.#lostMs = Math.max(0, this.#lostMs - (nowMs - this.#lostAtMs) * lostShare) + tookMs
    this.#lostAtMs = nowMs
    if (this.#lostMs <= mostLostMs) return
    this.#lostMs = 0
    this.#slowUntilMs = nowMs + slowPauseMs
  }

  #openGroup(): Group {
    if (this.#group === undefined) {
      const writing = this.#writing
      const underWay = (segment: OwnSegment): number => (writing?.segment === segment ? writing.records.length : 0)
      this.#group = new Group(this.#segments!.next(underWay))
      for (const room of this.#owedEnds) {
        this.#group.add(room, 'end', nothing)
        this.#owedEnds.delete(room)
      }
      this.#schedule()
    }
    return this.#group
  }

  #oweEnd(room: string): void {
    this.#owedEnds.add(room)
    this.#rooms.delete(room)
  }

  #schedule(): void {
    if (this.#cancelGroup !== undefined || this.#writing !== undefined) return
    const { clock } = this.#settings
    // not at once: what rooms append in the same turn goes with it
    const delayMs = Math.max(0, this.#lastGroupAtMs + groupMs - clock.now())
    this.#cancelGroup = clock.schedule(delayMs, () => {
      this.#cancelGroup = undefined
      void this.#writeGroup()
    })
  }

  /** Never rejects. */
  async #writeGroup(): Promise<void> {
    const group = this.#group!
    this.#group = undefined
    this.#writing = group
    this.#lastGroupAtMs = this.#settings.clock.now()
    try {
      await this.#write(group)
    } catch (error) {
      return this.#finish(group, error)
    }
    this.#succeed(group)
    await this.#finish(group, undefined)
  }

  /** A group is written, or has failed with an error. Never rejects. */
  async #finish(group: Group, error: unknown): Promise<void> {
    let fault: RecordError | undefined
    if (error !== undefined) {
      fault = error instanceof RecordError ? error : new RecordError('journal_failed', failedText, { cause: error })
      await this.#fail(group, fault)
    }
    this.#writing = undefined
    for (const done of group.waiting) this.#call(done, fault)
    if (this.#group !== undefined) this.#schedule()
    else for (const idle of this.#onIdle.splice(0)) idle()
  }

  /** @throws as a rejection: the error of the file system; RecordError `storage_fenced` */
  async #write({ segment, records }: Group): Promise<void> {
    const { durable } = this.#settings
    const open = segment.open ?? (await this.#segments!.open(segment))
    await open.file.write(records.bytes)
    if (durable === 'disk') await open.file.sync()
    this.#checkEpoch()
    open.bytes += records.length
  }

  /**
   * Asked after each write: a process that takes the journal later than this answer reads what was written.
   * @throws RecordError `storage_fenced`
   */
  #checkEpoch(): void {
    if (this.#epoch!.isCurrent()) return
    throw new RecordError('storage_fenced', `another process has taken the journal in ${this.#settings.folder}`)
  }

  #succeed(group: Group): void {
    for (const { room, kind } of group.entries) {
      this.#segments!.note(group.segment, room, kind)
      const state = this.#rooms.get(room)
      if (state?.group !== group) continue
      state.group = undefined
      if (kind === 'end') this.#rooms.delete(room)
    }
    this.#segments!.removeUnneeded(this.#settings.clock.now())
  }

  /** All that is under way is lost, and with it what came after: each room begins anew with its next snapshot. */
  async #fail(group: Group, fault: RecordError): Promise<void> {
    const next = this.#group
    this.#group = undefined
    this.#cancelGroup?.()
    this.#cancelGroup = undefined
    if (next !== undefined) group.waiting.push(...next.waiting)
    if (fault.code === 'storage_fenced') this.#fence = fault
    this.#logger.error({ err: fault }, 'the journal cannot be written')
    for (const state of this.#rooms.values()) {
      state.group = undefined
      state.fault = fault
    }
    for (const { room, kind } of [...group.entries, ...(next?.entries ?? [])]) {
      if (kind === 'end') this.#owedEnds.add(room)
      else this.#owedEnds.delete(room)
    }
    for (const room of this.#owedEnds) this.#rooms.delete(room)
    this.#cutting = fault
    await this.#segments!.cutOff(group.segment)
    this.#cutting = undefined
  }

  #call(callback: (error?: unknown) => void, error?: unknown): void {
    guard(this.#logger, 'a callback of the journal failed', () => callback(error))
  }
}

/** What a journal keeps of a token. */
export function hashOfToken(token: Uint8Array): Uint8Array {
  // tokens are drawn at random: there are too many to try
  return createHash('sha256').update(token).digest()
}

export const nothing = new Uint8Array()
export const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
const openedOnce = 'a journal is opened once'
const failedText = 'the journal cannot be written: rooms go on, and what happens in them is not kept'

function notBegun(room: string): RecordError {
  return new RecordError('journal_failed', `the journal has no snapshot of ${room} that a record could follow`)
}
