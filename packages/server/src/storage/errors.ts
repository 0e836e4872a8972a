import { TygaseError } from '@tygase/gamestate'

/** The codes of {@link StorageError}. */
export const storageErrorCodes = [
  'storage_closed',
  'storage_failed',
  'storage_key_invalid',
  'storage_value_invalid',
  'saved_state_invalid',
  'saved_state_too_new',
  'saved_state_not_migrated',
  'invalid_argument',
] as const

export type StorageErrorCode = (typeof storageErrorCodes)[number]

/** Raised by storages, and by what saves and restores states. */
export class StorageError extends TygaseError<StorageErrorCode> {}
