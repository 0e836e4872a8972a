import type { Clock, Logger } from '@tygase/gamestate'
import { ProtocolError, RefusalError } from '@tygase/protocol'
import { decodePayload, encodePayload } from '@tygase/protocol/payload'
import type { DispatchOptions, RequestOptions } from './connect-options.js'
import { ClientError } from './errors.js'
import type { SessionLink } from './session-link.js'

/** Sends events over a link, and keeps what is called back from harming it. */
export class EventSender {
  readonly #link: SessionLink
  readonly #clock: Clock
  readonly #logger: Logger

  constructor(link: SessionLink, clock: Clock, logger: Logger) {
    this.#link = link
    this.#clock = clock
    this.#logger = logger
  }

  /** What using a closed connection throws. */
  closedError(): ClientError {
    const { closeInfo } = this.#link.session
    return new ClientError('connection_closed', `the connection is closed: ${closeInfo?.reason ?? ''}`, { closeInfo })
  }

  /**
   * @param isUrgent does not wait for the flush interval
   * @throws ClientError `connection_closed`; ProtocolError `payload_invalid`, `payload_limit`, `event_too_large`, `queue_full`,
   * `invalid_argument`
   */
  send(name: string, data: unknown, options: DispatchOptions, isUrgent: boolean): void {
    const { retries = 0, onAck, onFail } = options
    const { session } = this.#link
    const payload = encodePayload(data, session.sendLimits)
    const { status } = session
    if (status === 'closed' || status === 'disconnecting') throw this.closedError()
    const guarded = (work: () => void): void => {
      try {
        work()
      } catch (error) {
        this.#logger.error({ err: error, event: name }, 'what was to be called after an event failed')
      }
    }
    const back = {
      onAck: (result: Uint8Array | undefined) => {
        let value: unknown
        try {
          value = result && decodePayload(result, session.receiveLimits)
        } catch (cause) {
          // a mistake of the server's, which ends the session; whoever waits for the event is told
          const reason = `the result of '${name}' cannot be read`
          guarded(() => onFail?.(new ProtocolError('payload_malformed', reason, { cause })))
          return void this.#link.close('malformed', reason)
        }
        guarded(() => onAck?.(value))
      },
      onFail: (error: ProtocolError) => guarded(() => onFail?.(error)),
    }
    this.#link.send(name, payload, { retries, ...back }, isUrgent)
  }

  /**
   * Sends an event at once. @returns what the handler returned
   * @throws as a rejection: RefusalError; ClientError `request_timeout`, `connection_closed`; else as `send`
   */
  request(name: string, data: unknown, options: RequestOptions = {}): Promise<unknown> {
    const { timeoutMs = 5000, retries = Number.POSITIVE_INFINITY } = options
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.schedule(timeoutMs, () =>
        reject(new ClientError('request_timeout', `no answer to '${name}' within ${timeoutMs} ms`)),
      )
      const onAck = (result: unknown): void => {
        cancel()
        resolve(result)
      }
      const onFail = (error: ProtocolError): void => {
        cancel()
        if (error.refusal) reject(new RefusalError(error.refusal.code, error.refusal.message))
        else reject(error.code === 'session_closed' ? this.closedError() : error)
      }
      try {
        this.send(name, data, { retries, onAck, onFail }, true)
      } catch (error) {
        cancel()
        reject(error)
      }
    })
  }
}
