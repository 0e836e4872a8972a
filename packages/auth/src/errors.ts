import { ExplainedError } from '@tygase/gamestate/internal'

/** The codes of {@link AuthError}. */
const authErrorCodes = [
  'key_invalid',
  'hash_malformed',
  'name_invalid',
  'name_taken',
  'unknown_user',
  'password_invalid',
  'invalid_argument',
] as const

/** The codes of {@link AuthError}. */
export type AuthErrorCode = (typeof authErrorCodes)[number]

/** Raised for mistakes of the program that keeps tokens and accounts. Clients are refused by a `RefusalError`. */
export class AuthError extends ExplainedError<AuthErrorCode> {}

/** The codes of the `RefusalError` that a refused client gets. */
const refusalErrorCodes = [
  'token_missing',
  'token_invalid',
  'token_expired',
  'credentials_invalid',
  'login_failed',
  'too_many_attempts',
  'login_busy',
] as const

/** The codes with which a client is refused. */
export type RefusalErrorCode = (typeof refusalErrorCodes)[number]
