import type { Clock } from '@tygase/gamestate'
import type { CloseInfo } from '@tygase/protocol'
import { ClientError } from './errors.js'

/** The time between `connect` and the first whole version. */
export class Opening {
  /** Settles when it is over. */
  readonly opened: Promise<void>
  #settle: { resolve(): void; reject(error: ClientError): void } | undefined
  readonly #cancelTimeout: () => void

  /** @param giveUp called when it has taken `timeoutMs` */
  constructor(clock: Clock, timeoutMs: number, giveUp: () => void) {
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#cancelTimeout = clock.schedule(timeoutMs, () => {
      this.#take()?.reject(
        new ClientError('connect_timeout', `no server has let this client in within ${timeoutMs} ms`),
      )
      giveUp()
    })
  }

  /** A version is there: the first one ends it. */
  succeed(): void {
    this.#take()?.resolve()
  }

  /** The session has ended; that means something only while this is not over. */
  closed(info: CloseInfo | undefined): void {
    const isTimeout = info?.code === 'handshake_timeout' && !info.byPeer
    const code = isTimeout ? 'connect_timeout' : 'connect_refused'
    this.#take()?.reject(new ClientError(code, info?.reason ?? 'the session has ended', { closeInfo: info }))
  }

  #take(): { resolve(): void; reject(error: ClientError): void } | undefined {
    const settle = this.#settle
    if (settle === undefined) return undefined
    this.#settle = undefined
    this.#cancelTimeout()
    return settle
  }
}
