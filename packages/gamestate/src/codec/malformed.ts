import { GameStateError } from '../errors.js'

/** The error for bytes that are no delta, or no delta of this base. */
export function malformed(message: string): GameStateError {
  return new GameStateError('invalid_delta', message)
}
