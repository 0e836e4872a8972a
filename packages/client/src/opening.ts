import type { Clock } from '@tygase/gamestate'
import type { CloseInfo, SessionStatus } from '@tygase/protocol'
import { ClientError } from './errors.js'

/** The time between `connect` and the first whole version. */
export class Opening {
  /** Settles when it is over. */
  readonly opened: Promise<void>
  #settle: { resolve(): void; reject(error: ClientError): void } | undefined
  readonly #cancelTimeout: () => void
  #refusal: CloseInfo | undefined

  /** @param giveUp called when it has taken `timeoutMs` */
  constructor(clock: Clock, timeoutMs: number, giveUp: () => void) {
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#cancelTimeout = clock.schedule(timeoutMs, () => {
      const refusal = this.#refusal
      const reason = `no server has let this client in within ${timeoutMs} ms`
      const error = refusal ? refusedError(refusal) : new ClientError('connect_timeout', reason)
      this.#take()?.reject(error)
      giveUp()
    })
  }

  /** A version is there: the first one ends it. */
  succeed(): void {
    this.#take()?.resolve()
  }

  /** What becomes of the session means something only while this is not over. */
  onStatus(status: SessionStatus, info: CloseInfo | undefined): void {
    // the server said no for now and is asked again: that is the reason if there is no other answer in time
    if (status === 'connecting') this.#refusal = info
    if (status === 'closed') this.#closed(info)
  }

  #closed(info: CloseInfo | undefined): void {
    const isTimeout = info?.code === 'handshake_timeout' && !info.byPeer
    this.#take()?.reject(refusedError(info, isTimeout ? 'connect_timeout' : 'connect_refused'))
  }

  #take(): { resolve(): void; reject(error: ClientError): void } | undefined {
    const settle = this.#settle
    if (settle === undefined) return undefined
    this.#settle = undefined
    this.#cancelTimeout()
    return settle
  }
}

function refusedError(
  info: CloseInfo | undefined,
  code: 'connect_timeout' | 'connect_refused' = 'connect_refused',
): ClientError {
  return new ClientError(code, info?.reason ?? 'the session has ended', { closeInfo: info })
}
