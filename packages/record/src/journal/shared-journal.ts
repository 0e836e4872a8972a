import type { Clock, Logger } from '@tygase/gamestate'
import {
  defaultLogger,
  faultOfOptions,
  guard,
  guardedClock,
  type OptionRow,
  systemClock,
} from '@tygase/gamestate/internal'
import type { ClusterIdentity, JournalEntryKind, JournaledRoom, LeftRoom, SharedJournal } from '@tygase/server/internal'
import { RecordError } from '../errors.js'
import { FileJournal, hashOfToken, nothing } from './file-journal.js'
import type { Written } from './group.js'
import { type JournalFiles, type SharedFolder, sharedFolderOf } from './journal-files.js'
import { type IsAlive, LeftFolders, nameOf, serverIdForm } from './left-folders.js'
import { type JournalOptions, journalOptionRows, settleJournalOptions } from './open-journal.js'

/** Options of a journal that many processes share. */
export type SharedJournalOptions = Pick<JournalOptions, 'durable' | 'segmentBytes' | 'maxWaitingBytes' | 'clock'>

const optionNames = ['durable', 'segmentBytes', 'maxWaitingBytes', 'clock']

/** The options of `openSharedJournal`. */
export const sharedJournalOptionRows: readonly OptionRow[] = journalOptionRows.filter(({ name }) =>
  optionNames.includes(name),
)

/**
 * A journal for the servers of a cluster, for `save: { journal }`. Each start of a process writes a sub-folder of its own. A server
 * that takes over a room of a dead one goes on with what that has left, with its clients and all that these have sent. All processes
 * need the same folder: of one machine, or of a file system that is shared and consistent.
 *
 * Its methods reject, and report to rooms, with RecordError: `journal_failed` for what the file system refuses, with the cause;
 * `journal_closed` before a server joins a cluster with it, and after `close`; `storage_fenced` for a room that another server has.
 * @param folder is made if it is not there
 * @throws RecordError `invalid_argument`
 */
export function openSharedJournal(folder: string, options: SharedJournalOptions = {}): SharedJournal {
  const fault = faultOfOptions('openSharedJournal', sharedJournalOptionRows, options)
  if (fault !== undefined) throw new RecordError('invalid_argument', fault)
  const settings = settleJournalOptions(folder, options)
  const clock = guardedClock(options.clock ?? systemClock, defaultLogger)
  return new SharedFileJournal({ ...settings, folder, shared: sharedFolderOf(folder), clock })
}

/** Settled options of a shared journal. */
export interface SharedJournalSettings {
  readonly folder: string
  readonly shared: SharedFolder
  readonly durable: 'process' | 'disk'
  readonly isAtOnce: boolean
  readonly segmentBytes: number
  readonly maxWaitingBytes: number
  readonly clock: Clock
}

/** Between two looks whether this process may act again, or whether a server is dead. */
const lookMs = 20
/** A room that waits for longer to know which servers are dead is logged. */
const patienceMs = 10_000
/** Between two tries to mark a room in the folder of a dead server. */
const retryMs = 1000

/** A room that was begun in this process. */
interface RoomState {
  /** With its epoch, as it stands in the files. */
  readonly name: string
  readonly epoch: number
  /** Why nothing of it can be written; undefined if it can. */
  fault: RecordError | undefined
  /** True once its first snapshot is on its way. */
  hasBegun: boolean
  /** True once its first snapshot is written. */
  isKept: boolean
  /** Set while its end waits to be appended. */
  ending: Promise<void> | undefined
  /** True once its end is appended: it needs no right any more. */
  hasEnded: boolean
}

/** Work that is in the file, and does not count yet. */
interface Waiting {
  readonly room: string
  readonly state: RoomState
  readonly done: Written
}

/** This process as one server of a cluster. */
interface Membership extends ClusterIdentity {
  readonly file: FileJournal
}

/**
 * The journal of a process that shares a folder with others.
 *
 * A record counts as written if it is in the file, and this process may act for its room *after* that. Then any server that takes the
 * room over reads it. The right to act ends two thirds of a lease after the last renewal that was confirmed, and a server is taken for
 * dead only after a whole lease. So at the moment of the look no other server has begun to read, and the record is in the file already.
 * Before the write the look would say nothing: a process may stand still between the two for longer than the lease.
 *
 * Clocks that do not run as fast as each other, or a process that stands still between the look and what comes of it, are the
 * business of a second fence: the folder of a dead server is fenced before it is read, and each write looks for that as well.
 *
 * Invariants:
 * - Nothing is written for a room without an epoch, and nothing in the folder of another process but marks.
 * - Nothing counts as written while this process may not act, and callbacks keep their order meanwhile.
 * - The end of a room is written after the rooms of dead servers that it came from are marked: else they would be found again.
 */
export class SharedFileJournal implements SharedJournal {
  readonly #settings: SharedJournalSettings
  readonly #left: LeftFolders
  /** A server may join before it opens its journals. */
  #opened: Logger | undefined
  readonly #logger: Logger = {
    debug: (...line) => (this.#opened ?? defaultLogger).debug(...line),
    info: (...line) => (this.#opened ?? defaultLogger).info(...line),
    warn: (...line) => (this.#opened ?? defaultLogger).warn(...line),
    error: (...line) => (this.#opened ?? defaultLogger).error(...line),
  }
  #stage: 'open' | 'closing' | 'closed' = 'open'
  #member: Membership | undefined
  #joining: Promise<void> = Promise.resolve()
  readonly #rooms = new Map<string, RoomState>()
  #waiting: Waiting[] = []
  #cancelLook: (() => void) | undefined
  /** Ends and marks under way. */
  readonly #pending = new Set<Promise<void>>()
  #closing: Promise<void> | undefined

  constructor(settings: SharedJournalSettings) {
    this.#settings = settings
    const { shared, durable, clock } = settings
    this.#left = new LeftFolders({ folder: shared, isSynced: durable === 'disk', clock, logger: this.#logger })
  }

  async open(logger: Logger): Promise<readonly JournaledRoom[]> {
    if (this.#opened !== undefined) throw new RecordError('invalid_argument', 'a journal is opened once')
    const { folder, shared } = this.#settings
    this.#opened = logger
    try {
      await shared.makeFolder()
      await shared.list()
    } catch (cause) {
      throw new RecordError('journal_failed', `the journal in ${folder} cannot be opened`, { cause })
    }
    // rooms are found one by one, by servers that have claimed them
    return []
  }

  /** Before `open` or after it. Rejects with RecordError: `journal_closed`, `journal_failed`; `storage_fenced` for a server that was here before. */
  join(identity: ClusterIdentity): Promise<void> {
    const joined = this.#joining.then(() => this.#join(identity))
    this.#joining = joined.catch(() => {})
    return joined
  }

  async #join({ serverId, mayAct, epochOf }: ClusterIdentity): Promise<void> {
    if (!serverIdForm.test(serverId)) {
      throw new RecordError('invalid_argument', 'the id of a server is 1 to 64 letters, digits, "_" and "-"')
    }
    await this.#leave()
    if (this.#stage !== 'open') throw closed()
    const { folder, shared, durable, isAtOnce, segmentBytes, maxWaitingBytes, clock } = this.#settings
    const files = shared.filesOf(serverId)
    const file = new FileJournal({
      ...{ folder: `${folder}/${serverId}`, files, durable, isAtOnce, segmentBytes, maxWaitingBytes, clock },
      lock: () => ownFolder(files, serverId),
    })
    await file.open(this.#logger)
    if (durable === 'disk') await shared.syncFolder()
    this.#member = { serverId, mayAct, epochOf, file }
  }

  append(room: string, kind: JournalEntryKind, bytes: Uint8Array): void {
    const member = this.#member
    const known = this.#rooms.get(room)
    if (member === undefined) {
      if (kind !== 'end') this.#fail(room, known, closed())
      return
    }
    if (kind === 'end') return this.#end(member, room, known)
    // records are missing: only a snapshot goes on
    if (kind === 'record' && known?.fault !== undefined) return
    const epoch = this.#epochFor(member, room, known)
    if (epoch === undefined) return this.#fail(room, known, fenced(room))
    const isKnown = known?.epoch === epoch && known.fault === undefined && known.ending === undefined
    const state = isKnown ? known : newState(room, epoch)
    if (kind === 'snapshot' && !state.hasBegun) {
      const left = this.#left.epochOf(room)
      if (left !== undefined && left >= epoch) return this.#fail(room, known, fenced(room))
    }
    this.#rooms.set(room, state)
    member.file.append(state.name, kind, bytes)
    if (kind === 'snapshot' && !state.hasBegun) this.#begun(member, room, state, known)
  }

  isWritten(room: string): boolean {
    const state = this.#rooms.get(room)
    if (state === undefined) return true
    if (state.fault !== undefined || state.ending !== undefined || this.#member === undefined) return false
    return this.#member.file.isWritten(state.name) && this.#standing(this.#member, room, state) === 'own'
  }

  whenWritten(room: string, done: Written): void {
    const state = this.#rooms.get(room)
    const member = this.#member
    if (state?.ending !== undefined) return void state.ending.then(() => this.whenWritten(room, done))
    if (state === undefined || state.fault !== undefined || member === undefined) {
      queueMicrotask(() => this.#call(done, state?.fault))
      return
    }
    member.file.whenWritten(state.name, (error) => {
      if (error !== undefined) done(error)
      else this.#confirm({ room, state, done })
    })
  }

  get isFull(): boolean {
    return this.#member?.file.isFull === true
  }

  get waitingBytes(): number {
    return this.#member?.file.waitingBytes ?? 0
  }

  hashOf(token: Uint8Array): Uint8Array {
    return hashOfToken(token)
  }

  /** Rejects with RecordError `journal_failed` if the folder cannot be read; `journal_closed` if it is closed meanwhile. */
  async left(room: string, isAlive: IsAlive): Promise<LeftRoom | undefined> {
    const { clock } = this.#settings
    let warnAtMs = clock.now() + patienceMs
    while (!(await this.#lookAt(isAlive))) {
      if (clock.now() >= warnAtMs) {
        warnAtMs = Number.POSITIVE_INFINITY
        const sentence =
          'a room waits: the journal has a folder of a server that is unknown to the cluster, as one with another secret'
        this.#logger.warn({ room, folder: this.#settings.folder }, sentence)
      }
      await this.#pause(lookMs)
    }
    return this.#left.read(room)
  }

  /** Also removes what dead servers have left and nothing needs any more. Rejects as `left` does. */
  async orphans(isAlive: IsAlive): Promise<readonly string[]> {
    await this.#lookAt(isAlive)
    try {
      // a server that was alive when this one took its room may have died since
      for (const [room, { isKept, epoch, fault }] of this.#rooms) {
        if (isKept && fault === undefined) await this.#left.mark(room, epoch)
      }
      await this.#left.tidy()
    } catch (error) {
      this.#logger.warn({ err: failed(error) }, 'what dead servers have left could not be tidied away')
    }
    return this.#left.rooms.filter((room) => {
      const own = this.#rooms.get(room)
      return own === undefined || own.fault !== undefined || !own.hasBegun
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#stage = 'closing'
    await this.#joining
    await Promise.all(this.#pending)
    await this.#leave()
    this.#left.close()
    this.#stage = 'closed'
  }

  /** All that is appended is written; what does not count until now never does. */
  async #leave(): Promise<void> {
    const member = this.#member
    await member?.file.close()
    this.#member = undefined
    this.#cancelLook?.()
    this.#cancelLook = undefined
    for (const { room, done } of this.#waiting.splice(0)) this.#call(done, fenced(room))
    for (const [room, state] of this.#rooms) state.fault = this.#stage === 'open' ? fenced(room) : closed()
  }

  // --- rooms

  /** While this process may not act, a room goes on with the epoch that it has: nothing of it counts until it may. */
  #epochFor({ mayAct, epochOf }: Membership, room: string, known: RoomState | undefined): number | undefined {
    const epoch = epochOf(room)
    if (epoch !== undefined || mayAct()) return epoch
    return known?.fault === undefined ? known?.epoch : undefined
  }

  #fail(room: string, known: RoomState | undefined, fault: RecordError): void {
    if (known?.ending !== undefined) return
    this.#rooms.set(room, known ?? newState(room, 0))
    this.#rooms.get(room)!.fault = fault
  }

  /** The first snapshot of a room is appended. @param before what was kept of it with another epoch */
  #begun(member: Membership, room: string, state: RoomState, before: RoomState | undefined): void {
    const { file } = member
    state.hasBegun = true
    if (before?.hasBegun && !before.hasEnded && before.name !== state.name) file.append(before.name, 'end', nothing)
    file.whenWritten(state.name, (error) => {
      state.hasBegun = error === undefined
      state.isKept = error === undefined
      if (!state.isKept || !this.#left.isMarkable(room, state.epoch)) return
      this.#run(async () => {
        try {
          await this.#left.mark(room, state.epoch)
        } catch (error) {
          // the next look for orphans tries again, and the end of the room does
          this.#logger.warn({ err: failed(error), room }, 'a room could not be marked as taken')
        }
      })
    })
  }

  #end(member: Membership, room: string, state: RoomState | undefined): void {
    if (state === undefined || state.ending !== undefined) return
    if (!state.hasBegun || state.fault !== undefined) return void this.#rooms.delete(room)
    if (member.mayAct() && !this.#left.isMarkable(room, state.epoch)) return this.#appendEnd(member, room, state)
    state.ending = this.#run(() => this.#endLater(member, room, state)).then(() => {
      state.ending = undefined
    })
  }

  /** The end of a room is an act: it waits for the right to it, and for the marks. */
  async #endLater(member: Membership, room: string, state: RoomState): Promise<void> {
    for (;;) {
      let delayMs = lookMs
      if (member.mayAct()) {
        try {
          await this.#left.mark(room, state.epoch)
          break
        } catch (error) {
          this.#logger.warn({ err: failed(error), room }, 'a room that has ended could not be marked as taken')
          delayMs = retryMs
        }
      }
      if (this.#stage !== 'open' || this.#member !== member) {
        state.fault ??= closed()
        return
      }
      await this.#pause(delayMs)
    }
    if (this.#member === member) this.#appendEnd(member, room, state)
  }

  #appendEnd({ file }: Membership, room: string, state: RoomState): void {
    const now = this.#rooms.get(room)
    // a room of the same name has begun meanwhile, with the same epoch
    if (now !== state && now?.name === state.name) return
    state.hasEnded = true
    file.append(state.name, 'end', nothing)
    file.whenWritten(state.name, () => {
      if (this.#rooms.get(room) === state) this.#rooms.delete(room)
    })
  }

  // --- what counts

  /** Asked when the record is in the file. `later`: this process may not act. `lost`: the room is not its own any more. */
  #standing({ mayAct, epochOf }: Membership, room: string, state: RoomState): 'own' | 'later' | 'lost' {
    if (!mayAct()) return 'later'
    return state.hasEnded || epochOf(room) === state.epoch ? 'own' : 'lost'
  }

  #confirm(waiting: Waiting): void {
    this.#waiting.push(waiting)
    if (this.#cancelLook === undefined) this.#look()
  }

  #look(): void {
    this.#cancelLook = undefined
    while (this.#waiting.length > 0) {
      const { room, state, done } = this.#waiting[0]!
      const standing = this.#member === undefined ? 'lost' : this.#standing(this.#member, room, state)
      if (standing === 'later') {
        this.#cancelLook = this.#settings.clock.schedule(lookMs, () => this.#look())
        return
      }
      this.#waiting.shift()
      this.#call(done, standing === 'lost' ? fenced(room) : undefined)
    }
  }

  // --- others

  async #lookAt(isAlive: IsAlive): Promise<boolean> {
    if (this.#stage !== 'open') throw closed()
    try {
      return await this.#left.look(this.#member?.serverId, isAlive)
    } catch (error) {
      throw failed(error)
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#settings.clock.schedule(ms, resolve))
  }

  /** @param work rejects with nothing */
  #run(work: () => Promise<void>): Promise<void> {
    const running = work().finally(() => this.#pending.delete(running))
    this.#pending.add(running)
    return running
  }

  #call(callback: Written, error?: unknown): void {
    guard(this.#logger, 'a callback of the journal failed', () => callback(error))
  }
}

function newState(room: string, epoch: number): RoomState {
  const name = nameOf(room, epoch)
  return { name, epoch, fault: undefined, hasBegun: false, isKept: false, ending: undefined, hasEnded: false }
}

/** Each start of a process has a folder of its own: no process has to be waited for. */
async function ownFolder(
  files: JournalFiles,
  serverId: string,
): Promise<{ isAwaited: false; release(): Promise<void> }> {
  if ((await files.list()).length > 0) {
    throw new RecordError('storage_fenced', `the folder of the server ${serverId} is there already`)
  }
  return { isAwaited: false, release: async () => {} }
}

function closed(): RecordError {
  return new RecordError('journal_closed', 'the journal is closed, or its server has joined no cluster')
}

function fenced(room: string): RecordError {
  return new RecordError('storage_fenced', `another server has ${room}`)
}

function failed(cause: unknown): RecordError {
  if (cause instanceof RecordError) return cause
  return new RecordError('journal_failed', 'the folder of the shared journal cannot be used', { cause })
}
