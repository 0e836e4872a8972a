import type { Logger } from '@tygase/gamestate'
import type { JournaledRoom } from '@tygase/server/internal'
import { VirtualClock } from '@tygase/testkit/internal'
import { FileJournal, type JournalSettings } from '../../src/journal/file-journal.js'
import { fileNameOf } from '../../src/journal/segment.js'
import { FakeFiles } from './fake-files.js'

/** Lines of a log, with the codes of their errors. */
export class Lines implements Logger {
  readonly all: { readonly level: string; readonly message: string; readonly code: string | undefined }[] = []
  readonly debug = this.#level('debug')
  readonly info = this.#level('info')
  readonly warn = this.#level('warn')
  readonly error = this.#level('error')

  get codes(): string[] {
    return this.all.flatMap(({ code }) => code ?? [])
  }

  #level(level: string) {
    return (details: object, message: string): void => {
      this.all.push({ level, message, code: (details as { err?: { code?: string } }).err?.code })
    }
  }
}

/** A journal of a process, on files that survive it. */
export class JournalStage {
  readonly clock = new VirtualClock()
  readonly log = new Lines()
  readonly journal: FileJournal
  readonly files: FakeFiles
  found: readonly JournaledRoom[] = []

  private constructor(files: FakeFiles, settings: Partial<JournalSettings>) {
    this.files = files
    this.journal = new FileJournal({
      folder: 'journal',
      files,
      durable: 'process',
      isAtOnce: true,
      segmentBytes: 64 * 1024,
      maxWaitingBytes: 64 * 1024,
      lock: async () => ({ isAwaited: false, release: async () => {} }),
      clock: this.clock,
      ...settings,
    })
  }

  static async open(files = new FakeFiles(), settings: Partial<JournalSettings> = {}): Promise<JournalStage> {
    const stage = new JournalStage(files, settings)
    stage.found = await stage.journal.open(stage.log)
    return stage
  }

  snapshot(room: string, text: string): void {
    this.journal.append(room, 'snapshot', bytesOf(text))
  }

  record(room: string, text: string): void {
    this.journal.append(room, 'record', bytesOf(text))
  }

  end(room: string): void {
    this.journal.append(room, 'end', new Uint8Array())
  }

  /** What `whenWritten` says: `written`, or a code; `waits` if it has not said anything yet. */
  asked(room: string): { outcome: string } {
    const answer = { outcome: 'waits' }
    this.journal.whenWritten(room, (error) => {
      answer.outcome = error === undefined ? 'written' : (error as { code: string }).code
    })
    return answer
  }

  /** Time goes on until nothing is left to do. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 30; turn++) {
      this.clock.advance(10)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  /** What the next process finds. */
  async next(files = this.files.copy()): Promise<JournalStage> {
    return JournalStage.open(files)
  }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Rooms with their snapshots and records as texts. */
export function textsOf(rooms: readonly JournaledRoom[]): Record<string, string[]> {
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
  return Object.fromEntries(rooms.map(({ room, snapshot, records }) => [room, [text(snapshot), ...records.map(text)]]))
}

/** The file that a first process begins with. */
export const firstSegment = fileNameOf({ epoch: 1, number: 1 })

/** A journal with three rooms, all of it written. */
export async function written(settings: Partial<JournalSettings> = {}): Promise<JournalStage> {
  const stage = await JournalStage.open(new FakeFiles(), settings)
  stage.snapshot('arena/1', 'a')
  stage.snapshot('arena/2', 'b')
  stage.record('arena/1', 'a1')
  stage.record('arena/2', 'b1')
  stage.snapshot('arena/3', 'c')
  await stage.settle()
  stage.record('arena/1', 'a2')
  stage.end('arena/3')
  await stage.settle()
  return stage
}
