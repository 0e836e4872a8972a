import type { Clock } from '@tygase/gamestate'
import type { CloseInfo, SessionStatus } from '@tygase/protocol/internal'
import { ClientError } from './errors.js'

/** News of an attempt to reach the server: its transport opened, could not be opened, or closed before the welcome. */
export type Attempt =
  | { readonly kind: 'open' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'closed'; readonly reason: string }

/** The latest stage of the attempt to connect: a sentence for the error, and the error below it. */
interface Progress {
  readonly words: string
  readonly cause?: unknown
}

/**
 * The time from the call of `connect` until the join of this client has run and its state is here.
 *
 * Invariant: `opened` settles exactly once; after that no timer and no listener is left.
 */
export class Opening {
  /** Resolves when the client has joined. */
  readonly opened: Promise<void>
  readonly #timeoutMs: number
  readonly #giveUp: (reason: string) => void
  readonly #ends: (() => void)[] = []
  #settle: { resolve(): void; reject(error: unknown): void } | undefined
  #progress: Progress = { words: 'no answer to the attempt to connect' }
  #closeWords: string | undefined
  /** A refusal that may pass: the client tries again until the time is over. */
  #refusal: CloseInfo | undefined

  /** @param giveUp ends the session; called after a timeout and when `signal` aborts */
  constructor(clock: Clock, timeoutMs: number, signal: AbortSignal | undefined, giveUp: (reason: string) => void) {
    this.#timeoutMs = timeoutMs
    this.#giveUp = giveUp
    this.opened = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#ends.push(clock.schedule(timeoutMs, () => this.#timeOut()))
    if (signal === undefined) return
    const abort = (): void => {
      if (this.#fail(reasonOfAbort(signal))) giveUp('the client gave up connecting')
    }
    signal.addEventListener('abort', abort)
    this.#ends.push(() => signal.removeEventListener('abort', abort))
  }

  /** The client has joined, and the version with its join is here. */
  succeed(): void {
    this.#take()?.resolve()
  }

  onAttempt(attempt: Attempt): void {
    if (attempt.kind === 'failed') {
      const { error } = attempt
      this.#progress = { words: error instanceof Error ? error.message : String(error), cause: error }
    } else if (attempt.kind === 'closed') {
      this.#closeWords = `the connection closed before the welcome: ${attempt.reason}`
      this.#progress = { words: this.#closeWords }
    } else {
      // a server that closes each connection is open now and then
      this.#progress = { words: this.#closeWords ?? 'the connection opened, but the server sent no welcome' }
    }
  }

  onStatus(status: SessionStatus, info: CloseInfo | undefined): void {
    if (status === 'connected')
      this.#progress = { words: 'the server sent its welcome, but the join of this client has not run' }
    if (status === 'connecting') this.#refusal = info
    if (status === 'suspended') this.#progress = { words: `the connection was lost: ${info?.reason ?? ''}` }
    if (status === 'closed') this.#close(info)
  }

  #close(info: CloseInfo | undefined): void {
    if (info?.code === 'handshake_timeout' && !info.byPeer) this.#fail(this.#timeoutError(info))
    else this.#fail(refusedError(info))
  }

  #timeOut(): void {
    const refusal = this.#refusal
    this.#fail(refusal?.byPeer ? refusedError(refusal) : this.#timeoutError(refusal))
    this.#giveUp('could not connect in time')
  }

  #timeoutError(closeInfo: CloseInfo | undefined): ClientError {
    const { words, cause } = this.#progress
    const message = `could not connect within ${this.#timeoutMs} ms: ${words}`
    return new ClientError('connect_timeout', message, { cause, closeInfo })
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
  return signal.reason ?? new DOMException('the caller gave up', 'AbortError')
}

function refusedError(closeInfo: CloseInfo | undefined): ClientError {
  const reason = closeInfo?.reason ?? 'the session has ended'
  const what = closeInfo?.byPeer === false ? 'the connection failed' : 'the server refused this client'
  return new ClientError('connect_refused', `${what}: ${reason}`, { closeInfo })
}
