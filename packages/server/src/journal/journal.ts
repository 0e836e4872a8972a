import type { Logger } from '@tygase/gamestate'

/** What an earlier process has left of a room. */
export interface JournaledRoom {
  /** Kind and id: `arena/42`. */
  readonly room: string
  readonly snapshot: Uint8Array
  /** All that was written for the room after the snapshot, in order. */
  readonly records: readonly Uint8Array[]
}

/** `snapshot`: what came before for this room may go. `end`: the room is over. */
export type JournalEntryKind = 'snapshot' | 'record' | 'end'

/**
 * Keeps what happens in rooms beyond the process. The content of the bytes is the server's.
 *
 * If a record of a room cannot be written, the room is broken in the journal: its further records fail as well, until a snapshot of it
 * is written. Other rooms go on.
 */
export interface Journal {
  /**
   * Reads what an earlier process has left. Called once before rooms are made; each room that goes on then begins with a snapshot.
   * Rejects with a coded error if the journal cannot be used.
   * @param onWait called once if another process still has the journal, with what that has written so far
   */
  open(logger: Logger, onWait?: (left: readonly JournaledRoom[]) => void): Promise<readonly JournaledRoom[]>
  /** Keeps the order of calls, copies the bytes, and throws nothing. */
  append(room: string, kind: JournalEntryKind, bytes: Uint8Array): void
  /** True if all that was appended for the room is written; false also while the room is broken. */
  isWritten(room: string): boolean
  /**
   * Calls `done` when all that was appended for the room until now is written: later, never within the call, and in the order of the
   * calls. With an error if it cannot be written: `journal_failed`, or `storage_fenced` once another process has the journal.
   */
  whenWritten(room: string, done: (error?: unknown) => void): void
  /** True while so much waits to be written that rooms are to make no ticks. */
  readonly isFull: boolean
  /** Bytes that wait to be written; left out by one that cannot know. */
  readonly waitingBytes?: number
  /** True while another process waits for the journal; left out by one that cannot know. */
  readonly isAwaited?: boolean
  /**
   * Another process goes on with the rooms soon: each of them is written down whole from here on, so that the process need not read
   * what was written until now. Left out by a journal to which that makes no difference.
   */
  handOver?(): void
  /** What a snapshot has in place of a token, which no file may hold. */
  hashOf(token: Uint8Array): Uint8Array
  /** Resolves when the last appends are written, and the next process may open it. */
  close(): Promise<void>
}
