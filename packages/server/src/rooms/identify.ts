import type { Clock, Logger } from '@tygase/gamestate'
import { RefusalError } from '@tygase/protocol'
import type { Auth, AuthRequest, Identity } from '../auth/auth.js'
import { isUserId } from '../auth/user-id.js'
import { ServerError } from '../errors.js'
import { tooLate, within } from './within.js'

export interface IdentifyOptions {
  clock: Clock
  logger: Logger
  /** How long it may take. */
  timeoutMs: number
}

/**
 * Asks who a client is.
 * @param auth undefined where nobody asks: then nobody is known
 * Rejects with the `RefusalError` that `auth` throws; ServerError `auth_timeout`; `auth_failed` for whatever else goes wrong, which is logged.
 */
export async function identify(
  auth: Auth | undefined,
  credentials: unknown,
  request: AuthRequest,
  { clock, logger, timeoutMs }: IdentifyOptions,
): Promise<Identity | undefined> {
  if (auth === undefined) return undefined
  try {
    const asked = (async () => auth(credentials, request))()
    const identity = await within(clock, timeoutMs, asked)
    if (identity === tooLate) throw new ServerError('auth_timeout', 'it takes too long to find out who this client is')
    if (isUserId(identity?.userId)) return identity
    throw new TypeError('an identity has a userId of 1 to 256 characters')
  } catch (error) {
    if (error instanceof RefusalError || (error instanceof ServerError && error.code === 'auth_timeout')) throw error
    logger.error({ err: error }, 'auth failed')
    throw new ServerError('auth_failed', 'it cannot be found out who this client is')
  }
}
