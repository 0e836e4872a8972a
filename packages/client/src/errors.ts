import { TygaseError } from '@tygase/gamestate'
import type { CloseInfo, Refusal } from '@tygase/protocol/internal'

/** The codes of {@link ClientError}. */
export type ClientErrorCode =
  | 'connect_timeout'
  | 'connect_refused'
  | 'connection_closed'
  | 'request_timeout'
  | 'wait_timeout'
  | 'not_host_client'
  | 'rooms_not_listed'
  | 'invalid_argument'

/** The error of `connect`, of connections and of `listRooms`. */
export class ClientError extends TygaseError<ClientErrorCode> {
  /** With `connect_refused`, `connect_timeout` and `connection_closed`: how the session ended, if it did. */
  readonly closeInfo: CloseInfo | undefined

  constructor(
    code: ClientErrorCode,
    message: string,
    options?: { cause?: unknown; closeInfo?: CloseInfo | undefined },
  ) {
    super(code, message, options)
    this.closeInfo = options?.closeInfo
  }

  /**
   * The server's refusal, if the session ended with the close code `refused`. Its code is one of the library
   * (`room_full`, `game_outdated`, `server_outdated` …) or the game's own, from `ctx.reject` in `onJoin`. Undefined if the
   * server gave no code.
   */
  get refusal(): Refusal | undefined {
    if (this.closeInfo?.code !== 'refused') return undefined
    const [code = '', ...message] = this.closeInfo.reason.split(': ')
    const hasCode = message.length > 0 && /^[a-z][a-z0-9_]{0,63}$/.test(code)
    return hasCode ? { code, message: message.join(': ') } : undefined
  }
}

export function invalidArgument(message: string): ClientError {
  return new ClientError('invalid_argument', message)
}

/** @returns the error of a call on a connection that is closed */
export function closedError(closeInfo: CloseInfo | undefined): ClientError {
  const reason = closeInfo?.reason ?? 'the session has ended'
  return new ClientError('connection_closed', `the connection is closed: ${reason}`, { closeInfo })
}
