import type { Clock } from '@tygase/gamestate'
import type { CloseInfo, SessionStatus } from '@tygase/protocol/internal'
import { ClientError } from './errors.js'

/** The reason of a client that did not connect in time, or whose `signal` has aborted. */
export const gaveUp = 'the caller gave up'

/**
 * The time from the call of `connect` until the join of this client has run and its state is here.
 *
 * Invariant: `opened` settles exactly once; after that no timer and no listener is left.
 */
export class Opening {
  /** Resolves when the client has joined. */
  readonly opened: Promise<void>
  readonly #timeoutMs: number
  readonly #giveUp: () => void
  readonly #ends: (() => void)[] = []
  #settle: { resolve(): void; reject(error: unknown): void } | undefined
  /** The latest stage: a sentence for the error, and the error below it. */
  #words = 'no answer to the attempt to connect'
  #cause: unknown
  #closeWords: string | undefined
  /** A refusal that may pass: the client tries again until the time is over. */
  #refusal: CloseInfo | undefined

  /** @param giveUp ends the session; called after a timeout and when `signal` aborts */
  constructor(clock: Clock, timeoutMs: number, signal: AbortSignal | undefined, giveUp: () => void) {
    this.#timeoutMs = timeoutMs
    this.#giveUp = giveUp
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#ends.push(clock.schedule(timeoutMs, () => this.#timeOut()))
    if (signal === undefined) return
    const abort = (): void => {
      if (this.#fail(reasonOfAbort(signal))) giveUp()
    }
    signal.addEventListener('abort', abort)
    this.#ends.push(() => signal.removeEventListener('abort', abort))
  }

  /** The client has joined, and the version with its join is here. */
  succeed(): void {
    this.#take()?.resolve()
  }

  /** @param error as of `SessionLinkListener` */
  onAttempt(error?: unknown): void {
    if (typeof error === 'string') this.#closeWords = `the connection closed before the welcome: ${error}`
    if (typeof error === 'object') this.#reach(String((error as Error | null)?.message ?? error), error)
    // a server that closes each connection is open now and then
    else this.#reach(this.#closeWords ?? 'the connection opened, but the server sent no welcome')
  }

  onStatus(status: SessionStatus, info: CloseInfo | undefined): void {
    if (status === 'connected') this.#reach('the server sent its welcome, but the join has not run')
    if (status === 'connecting') this.#refusal = info
    if (status === 'suspended') this.#reach(`the connection was lost: ${info?.reason ?? ''}`)
    if (status === 'closed') this.#close(info)
  }

  #reach(words: string, cause?: unknown): void {
    this.#words = words
    this.#cause = cause
  }

  #close(info: CloseInfo | undefined): void {
    if (info?.code === 'handshake_timeout' && !info.byPeer) this.#fail(this.#timeoutError(info))
    else this.#fail(refusedError(info))
  }

  #timeOut(): void {
    const refusal = this.#refusal
    this.#fail(refusal?.byPeer ? refusedError(refusal) : this.#timeoutError(refusal))
    this.#giveUp()
  }

  #timeoutError(closeInfo: CloseInfo | undefined): ClientError {
    const message = `could not connect within ${this.#timeoutMs} ms: ${this.#words}`
    return new ClientError('connect_timeout', message, { cause: this.#cause, closeInfo })
  }

  /** @returns whether it was not settled before */
  #fail(error: unknown): boolean {
    const settle = this.#take()
    settle?.reject(error)
    return settle !== undefined
  }

  #take(): { resolve(): void; reject(error: unknown): void } | undefined {
    const settle = this.#settle
    this.#settle = undefined
    for (const end of this.#ends.splice(0)) end()
    return settle
  }
}

/** @returns the reason of a signal that has aborted. Signals of older browsers have none. */
export function reasonOfAbort(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException(gaveUp, 'AbortError')
}

function refusedError(closeInfo: CloseInfo | undefined): ClientError {
  const reason = closeInfo?.reason ?? 'the session has ended'
  const what = closeInfo?.byPeer === false ? 'the connection failed' : 'the server refused this client'
  return new ClientError('connect_refused', `${what}: ${reason}`, { closeInfo })
}
