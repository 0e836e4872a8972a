import { TygaseError } from '@tygase/gamestate'
import type { CloseInfo } from '@tygase/protocol'

/** The codes of {@link ClientError}. */
export const clientErrorCodes = [
  'connect_timeout',
  'connect_refused',
  'connection_closed',
  'request_timeout',
  'wait_timeout',
  'not_host_client',
  'rooms_not_listed',
  'invalid_argument',
] as const

export type ClientErrorCode = (typeof clientErrorCodes)[number]

/** Raised by `connect` and by a connection. */
export class ClientError extends TygaseError<ClientErrorCode> {
  /** With `connect_refused` and `connection_closed`: why, as the session has it. */
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
   * With the close code `refused`: the code that says why in a word, of a room (`room_full`) or of the game's own, and the words
   * for people. Undefined where the server gives none.
   */
  get refusal(): { readonly code: string; readonly message: string } | undefined {
    if (this.closeInfo?.code !== 'refused') return undefined
    const { code, message } =
      /^(?<code>[a-z][a-z0-9_]{0,63}): (?<message>.*)$/su.exec(this.closeInfo.reason)?.groups ?? {}
    return code === undefined || message === undefined ? undefined : { code, message }
  }
}
