/** The page of a code is at this address with the code behind it. `npm run addresses` writes it. */
export const errorPages: string = 'ERRORS.md#'

/**
 * The base of every error that TyGaSe throws or reports. Programs use `code`, people read `message`.
 * Each package has one subclass with codes of its own; `ERRORS.md` explains every code.
 */
export class TygaseError<Code extends string = string> extends Error {
  /** Stable, lower-case with underscores: part of the public interface, unlike the message. */
  readonly code: Code

  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

/** An error of a server or a tool, which names its page. Errors that web pages load do without: each byte counts there. */
export class ExplainedError<Code extends string = string> extends TygaseError<Code> {
  /** Where its code is explained: an address once the project has one, else the place in `ERRORS.md`. */
  readonly page: string = errorPages + this.code
}

/** The codes of {@link GameStateError}. */
export const gameStateErrorCodes = [
  'invalid_value',
  'value_limit',
  'value_too_large',
  'invalid_game',
  'invalid_argument',
  'invalid_delta',
  'maps_not_loaded',
  'arrays_not_loaded',
  'bytes_truncated',
  'bytes_malformed',
  'row_missing',
  'transaction_over',
  'version_not_newer',
  'event_unknown',
  'event_invalid',
  'join_invalid',
  'handler_failed',
  'event_queue_full',
  'not_predicted',
] as const

export type GameStateErrorCode = (typeof gameStateErrorCodes)[number]

/** An error of a state, a store, a machine, a game or the codec. */
export class GameStateError extends TygaseError<GameStateErrorCode> {}
