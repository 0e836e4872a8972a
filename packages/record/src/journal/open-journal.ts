import type { Clock } from '@tygase/gamestate'
import { defaultLogger, faultOfOptions, guardedClock, type OptionRow, systemClock } from '@tygase/gamestate/internal'
import type { Journal } from '@tygase/server/internal'
import { RecordError } from '../errors.js'
import { FileJournal, type JournalSettings } from './file-journal.js'
import { filesOf } from './journal-files.js'
import { FolderLock } from './ownership.js'

/** Options of a journal. */
export interface JournalOptions {
  /**
   * What a record has to survive before clients hear of it. `process`: the end of the process, also by `kill -9`; a machine that
   * loses its power may lose the last seconds. `disk`: that too, since each group of records is waited for until it is on the
   * disk. Default `process`.
   */
  durable?: 'process' | 'disk'
  /** A segment that has reached this size is followed by the next one. */
  segmentBytes?: number
  /** Rooms wait with their ticks while so much waits to be written. */
  maxWaitingBytes?: number
  /** Time that an earlier process may take to end, in ms. */
  waitMs?: number
  /** True: takes the journal from an earlier process that has not ended in that time. Default: rejects with `journal_locked`. */
  takeOver?: boolean
  /** Default: real time. */
  clock?: Clock
}

/** The options of `openJournal`. */
export const journalOptionRows: readonly OptionRow[] = [
  {
    name: 'durable',
    default: 'process',
    unit: '',
    min: 0,
    meaning:
      'What a record survives before clients hear of it: the end of the `process`, or a loss of power, by the `disk`.',
  },
  {
    name: 'segmentBytes',
    default: 64 * 1024 * 1024,
    unit: 'bytes',
    min: 1024,
    max: 2 ** 30,
    meaning: 'A segment that has reached this size is followed by the next one.',
  },
  {
    name: 'maxWaitingBytes',
    default: 16 * 1024 * 1024,
    unit: 'bytes',
    min: 1,
    max: 2 ** 30,
    meaning: 'Rooms wait with their ticks while so much waits to be written.',
    code: 'journal_failed',
  },
  {
    name: 'waitMs',
    default: 30_000,
    unit: 'ms',
    min: 0,
    meaning: 'Time that an earlier process may take to end.',
    code: 'journal_locked',
  },
  {
    name: 'takeOver',
    default: false,
    unit: '',
    min: 0,
    meaning: 'Takes the journal from an earlier process that has not ended in that time.',
    code: 'storage_fenced',
  },
  { name: 'clock', default: undefined, unit: '', min: 0, meaning: 'Time and timers. Default: real time.' },
]

/**
 * A journal in files of a folder, for `save: { journal }` of a server: rooms that are kept in it, with their clients and all
 * that these have sent, go on in the next process that opens the folder. Nothing is opened before the server runs. One process
 * has the folder at a time: the next one waits for its end. A folder of a disk of this machine; only its owner can read it.
 *
 * Its methods reject, and report to rooms, with RecordError: `journal_failed` for what the file system refuses, with the cause;
 * `journal_locked`; `journal_version` for files of another format; `storage_fenced` once another process has the journal.
 * @param folder is made if it is not there
 * @throws RecordError `invalid_argument`
 */
export function openJournal(folder: string, options: JournalOptions = {}): Journal {
  const fault = faultOfOptions('openJournal', journalOptionRows, options)
  if (fault !== undefined) throw invalidArgument(fault)
  const settings = settleJournalOptions(folder, options)
  const { waitMs = 30_000, takeOver = false } = options
  const clock = guardedClock(options.clock ?? systemClock, defaultLogger)
  const lock = (onWait: () => void): Promise<FolderLock> => FolderLock.take(folder, { waitMs, takeOver, clock, onWait })
  return new FileJournal({ ...settings, folder, files: filesOf(folder), lock, clock })
}

/**
 * The options of how files are written.
 * @throws RecordError `invalid_argument`
 */
export function settleJournalOptions(
  folder: string,
  { durable = 'process', segmentBytes = 64 * 1024 * 1024, maxWaitingBytes = 16 * 1024 * 1024 }: JournalOptions,
): Pick<JournalSettings, 'durable' | 'isAtOnce' | 'segmentBytes' | 'maxWaitingBytes'> {
  if (typeof folder !== 'string' || folder === '') throw invalidArgument('a journal has the name of a folder')
  if (durable !== 'process' && durable !== 'disk') {
    throw invalidArgument(`durable is 'process' or 'disk', not ${String(durable)}`)
  }
  return { durable, isAtOnce: durable === 'process', segmentBytes, maxWaitingBytes }
}

function invalidArgument(message: string): RecordError {
  return new RecordError('invalid_argument', message)
}
