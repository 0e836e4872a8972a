import { ExplainedError } from '@tygase/gamestate/internal'

/** The codes of {@link RecordError}. */
const recordErrorCodes = [
  'divergence_failed',
  'journal_closed',
  'journal_damaged',
  'journal_failed',
  'journal_locked',
  'journal_version',
  'recording_damaged',
  'recording_failed',
  'recording_invalid',
  'storage_fenced',
  'invalid_argument',
] as const

/** The codes of {@link RecordError}. */
export type RecordErrorCode = (typeof recordErrorCodes)[number]

/** Raised by journals and recordings. */
export class RecordError extends ExplainedError<RecordErrorCode> {}
