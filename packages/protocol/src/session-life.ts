import type { Farewell } from './farewell.js'
import type { CloseInfo, SessionListener, SessionStatus } from './session-types.js'

/** Where a session stands between its beginning and its end, and who is told when that changes. */
export class SessionLife {
  readonly #listener: SessionListener
  #status: SessionStatus = 'connecting'
  #closeInfo: CloseInfo | undefined
  #graceAt = Number.POSITIVE_INFINITY
  #farewell: Farewell | undefined

  constructor(listener: SessionListener) {
    this.#listener = listener
  }

  get status(): SessionStatus {
    return this.#status
  }

  /** Why the session ends or ended; undefined while it lives. */
  get closeInfo(): CloseInfo | undefined {
    return this.#closeInfo
  }

  /** When a suspended session has waited long enough; Infinity for any other. */
  get graceAt(): number {
    return this.#graceAt
  }

  /** What the peer is still to be told; undefined unless the session is disconnecting. */
  get farewell(): Farewell | undefined {
    return this.#farewell
  }

  /** Whether packets and wishes still count. */
  get isLive(): boolean {
    return this.#status !== 'disconnecting' && this.#status !== 'closed'
  }

  connect(): void {
    this.#graceAt = Number.POSITIVE_INFINITY
    this.#turn('connected')
  }

  suspend(info: CloseInfo, graceAt: number): void {
    this.#graceAt = graceAt
    this.#turn('suspended', info)
  }

  /** @param farewell what the peer is told first, if it can be told anything */
  end(info: CloseInfo, farewell?: Farewell): void {
    this.#closeInfo = info
    this.#graceAt = Number.POSITIVE_INFINITY
    this.#farewell = farewell
    this.#turn(farewell === undefined ? 'closed' : 'disconnecting', info)
  }

  /** An attempt to begin or to resume has failed, and the session waits on for another transport. */
  waitOn(info: CloseInfo): void {
    this.#listener.onStatus?.(this.#status, info)
  }

  #turn(status: SessionStatus, info?: CloseInfo): void {
    if (this.#status === status) return
    this.#status = status
    this.#listener.onStatus?.(status, info)
  }
}
