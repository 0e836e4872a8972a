import type { Clock, Logger } from '@tygase/gamestate'
import { RefusalError } from '@tygase/protocol'
import type { Auth, AuthRequest, Identity } from '../auth.js'
import { isUserId } from '../auth.js'
import { ServerError } from '../errors.js'
import { tooLate, within } from './within.js'

export interface IdentifyOptions {
  clock: Clock
  logger: Logger
  /** How long it may take. */
  timeoutMs: number
  /** Aborts when the client has gone. */
  gone: AbortSignal
}

/**
 * Asks who a client is.
 * @param auth undefined where nobody asks: then nobody is known
 * Rejects with the `RefusalError` that `auth` throws; ServerError `auth_timeout`; `auth_failed` for whatever else goes wrong, which
 * is logged unless the client has gone.
 */
export async function identify(
  auth: Auth | undefined,
  credentials: unknown,
  request: Omit<AuthRequest, 'signal' | 'timeoutMs'>,
  { clock, logger, timeoutMs, gone }: IdentifyOptions,
): Promise<Identity | undefined> {
  if (auth === undefined) return undefined
  // its own, since one who has been answered may go without anything to be ended
  const unwanted = new AbortController()
  const { signal } = unwanted
  const end = (): void => unwanted.abort()
  gone.addEventListener('abort', end)
  try {
    const asked = (async () => auth(credentials, { ...request, signal, timeoutMs }))()
    const identity = await within(clock, timeoutMs, asked)
    if (identity === tooLate) {
      unwanted.abort()
      throw new ServerError('auth_timeout', 'it takes too long to find out who this client is')
    }
    if (isUserId(identity?.userId)) return identity
    throw new TypeError('an identity has a userId of 1 to 256 characters')
  } catch (error) {
    if (error instanceof RefusalError || (error instanceof ServerError && error.code === 'auth_timeout')) throw error
    if (!gone.aborted) logger.error({ err: error }, 'auth failed')
    throw new ServerError('auth_failed', 'it cannot be found out who this client is')
  } finally {
    gone.removeEventListener('abort', end)
  }
}
