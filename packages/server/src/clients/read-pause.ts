import type { Clock, Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import type { AcceptedTransport } from '../entrance/listener.js'

export interface ReadPauseOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly clientId: string
  /** True while events of the client wait: reading goes on when they have been taken. */
  hasWaiting(): boolean
}

/** Pauses of reading from one client. */
export class ReadPause {
  readonly #options: ReadPauseOptions
  #wasSlowed = false
  #cancel: (() => void) | undefined

  constructor(options: ReadPauseOptions) {
    this.#options = options
  }

  /** The client sends too fast: logged once. */
  noteSlowed(): void {
    const { logger, clientId } = this.#options
    if (!this.#wasSlowed) logger.info({ clientId }, 'a client sends faster than its limits allow and is slowed')
    this.#wasSlowed = true
  }

  /** Reads no more until `resume`. */
  pause(transport: AcceptedTransport): void {
    guard(this.#options.logger, 'a transport failed', () => transport.pause?.())
  }

  /** Reads no more until a time on the clock. */
  pauseUntil(transport: AcceptedTransport, atMs: number): void {
    this.noteSlowed()
    this.pause(transport)
    this.#resumeAt(transport, atMs)
  }

  /** No event waits any more. Reading goes on, unless a time is awaited. */
  resume(transport: AcceptedTransport): void {
    if (this.#cancel !== undefined) return
    guard(this.#options.logger, 'a transport failed', () => transport.resume?.())
  }

  /** The transport is gone. */
  end(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #resumeAt(transport: AcceptedTransport, atMs: number): void {
    const { clock, hasWaiting } = this.#options
    this.#cancel?.()
    this.#cancel = clock.schedule(Math.max(0, atMs - clock.now()), () => {
      this.#cancel = undefined
      // a timer may fire a little early
      if (clock.now() < atMs) this.#resumeAt(transport, atMs)
      else if (!hasWaiting()) this.resume(transport)
    })
  }
}
