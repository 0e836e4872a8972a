import { ExplainedError } from '@tygase/gamestate/internal'

/** The codes of {@link StorageError}. */
const storageErrorCodes = [
  'storage_closed',
  'storage_failed',
  'storage_fenced',
  'storage_key_invalid',
  'storage_value_invalid',
  'invalid_argument',
] as const

/** The codes of {@link StorageError}. */
export type StorageErrorCode = (typeof storageErrorCodes)[number]

/** Raised by storages. */
export class StorageError extends ExplainedError<StorageErrorCode> {}
