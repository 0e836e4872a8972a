import type { Clock, Logger } from '@tygase/gamestate'
import { RefusalError } from '@tygase/protocol'
import { type Auth, type AuthRequest, type Identity, isUserId } from '../auth.js'
import { ServerError } from '../errors.js'

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
