import { GameStateError } from '../errors.js'
import { forbiddenKey } from '../values/plain.js'

/** The error for bytes that are no delta, or no delta of this base. */
export function malformed(message: string): GameStateError {
  return new GameStateError('invalid_delta', message)
}

/** Passes on a key that came from a peer. @throws GameStateError `invalid_delta` for one that no object may have */
export function checkKey(key: string): string {
  if (key === forbiddenKey) throw malformed(`the key ${forbiddenKey} is not allowed`)
  return key
}
