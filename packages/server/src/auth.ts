import type { Clock, Logger } from '@tygase/gamestate'
import { RefusalError } from '@tygase/protocol/internal'
import { ServerError } from './errors.js'

/** The user behind a client, as the server's `auth` has found it. */
export interface Identity {
  /** The same text for each session of a user; data of the user is kept under it. 1 to 256 characters, no control characters. */
  readonly userId: string
  /** The name that other clients may see. */
  readonly name?: string
  /** Other facts that the token or the account vouches for. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** Time at which the identity expires, in ms of Unix time. The session ends then. Missing: it does not expire. */
  readonly expiresAtMs?: number
}

/** The request of a client that `auth` decides about. */
export interface AuthRequest {
  /** Path of the URL, at least `/`: `/arena/42`. */
  readonly path: string
  /** Query of the URL. */
  readonly query?: Readonly<Record<string, string>>
  /** Names in lower case. Undefined for a client in the server's own process. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>> | undefined
  /** IP address in normal form. Undefined for a client in the server's own process. */
  readonly address: string | undefined
  /** Aborts when the answer is no longer needed: the client has gone, or the time is over. */
  readonly signal: AbortSignal
  /** Time for the answer, in ms. */
  readonly timeoutMs: number
}

/**
 * Finds the user behind a client from the `credentials` of its `connect`. Throw a `RefusalError` to refuse the client: it gets the
 * code and the message, cut with an ellipsis where both have more than 200 characters. Any other error is logged as a fault of the server, and the client gets none of it.
 */
export type Auth = (credentials: unknown, request: AuthRequest) => Identity | Promise<Identity>

/** Source of the time of day: `now` is Unix time in ms. Unlike other clocks, it may be set back. */
export type WallClock = Pick<Clock, 'now'>

/** The time of day of the system. */
export const wallClock: WallClock = { now: () => Date.now() }

const maxUserIdLength = 256

/** True for a text that may be a `userId`. */
export function isUserId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= maxUserIdLength &&
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value)
  )
}

/** The time of day of the system, in UTC as in ISO 8601: for people, never for measuring. */
export function systemTime(): string {
  return new Date().toISOString()
}

/** The result of `within` for a promise that has not settled in time. */
export const tooLate = Symbol('too late')

/** @returns the value of `promise`, or `tooLate` if that takes longer than `timeoutMs`. Rejects as `promise` does. */
export function within<Value>(
  clock: Clock,
  timeoutMs: number,
  promise: Promise<Value>,
): Promise<Value | typeof tooLate> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(timeoutMs, () => resolve(tooLate))
    promise.then(resolve, reject).finally(cancel)
  })
}

export interface IdentifyOptions {
  clock: Clock
  logger: Logger
  /** Limit for the answer of `auth`. */
  timeoutMs: number
  /** Aborts if the client has gone. */
  gone: AbortSignal
}

/**
 * Calls `auth`, in time and with its errors sorted.
 * Rejects with the `RefusalError` of `auth`; ServerError `auth_timeout`; ServerError `auth_failed` for any other error, which
 * is logged unless the client has gone.
 */
export async function identify(
  auth: Auth,
  credentials: unknown,
  request: Omit<AuthRequest, 'signal' | 'timeoutMs'>,
  { clock, logger, timeoutMs, gone }: IdentifyOptions,
): Promise<Identity> {
  // a signal of its own: after the answer the client may go without any effect on `auth`
  const unwanted = new AbortController()
  const { signal } = unwanted
  const abort = (): void => unwanted.abort()
  gone.addEventListener('abort', abort)
  try {
    const answer = (async () => auth(credentials, { ...request, signal, timeoutMs }))()
    const identity = await within(clock, timeoutMs, answer)
    if (identity === tooLate) {
      abort()
      throw new ServerError('auth_timeout', 'authentication takes too long')
    }
    if (isUserId(identity?.userId)) return identity
    throw new TypeError('an identity has a userId of 1 to 256 characters')
  } catch (error) {
    if (error instanceof RefusalError || (error instanceof ServerError && error.code === 'auth_timeout')) throw error
    if (!gone.aborted) logger.error({ err: error }, 'auth failed')
    throw new ServerError('auth_failed', 'authentication failed')
  } finally {
    gone.removeEventListener('abort', abort)
  }
}
