import type { CloseInfo, SessionListener, SessionStatus } from './session-types.js'

/** Where a session stands between its beginning and its end, and who is told when that changes. */
export class SessionLife {
  readonly #listener: SessionListener
  #status: SessionStatus = 'connecting'
  #closeInfo: CloseInfo | undefined
  #graceAt = Number.POSITIVE_INFINITY

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

  end(status: 'disconnecting' | 'closed', info: CloseInfo): void {
    this.#closeInfo = info
    this.#graceAt = Number.POSITIVE_INFINITY
    this.#turn(status, info)
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
