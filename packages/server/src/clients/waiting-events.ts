import type { Clock, Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import type { IncomingEvent } from '@tygase/protocol/internal'
import type { AcceptedTransport } from '../entrance/listener.js'

/** Events that wait for the budget are tried again after this time. */
const pauseMs = 20

/** What waiting events need of the link of their client. */
export interface WaitingOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** The transport of now. */
  transport(): AcceptedTransport | undefined
  /** False once what has come counts no more. */
  mayGoOn(): boolean
  /** False while the budget of the transport is overdrawn. */
  mayWork(transport: AcceptedTransport | undefined, bytes: number): boolean
  take(event: IncomingEvent): void
  /** None waits any more: packets may be read again. */
  onEmpty(): void
  /** Called after each turn. */
  onTurn(): void
}

/**
 * Events of one client that wait because the budget of its transport is overdrawn: a packet has thousands of them, and each may
 * take long. Meanwhile no packet is read.
 */
export class WaitingEvents {
  readonly #options: WaitingOptions
  readonly #events: IncomingEvent[] = []
  /** The transport that they have come over, and whose budget pays for them also when it has closed. */
  #payer: AcceptedTransport | undefined

  constructor(options: WaitingOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#events.length
  }

  /** @returns true for the first that waits: the transport is to be paused */
  push(event: IncomingEvent): boolean {
    if (this.#events.push(event) > 1) return false
    this.#payer = this.#options.transport()
    this.#takeLater()
    return true
  }

  forget(): void {
    this.#events.length = 0
    this.#payer = undefined
  }

  #takeLater(): void {
    const { clock, logger, onTurn } = this.#options
    clock.schedule(pauseMs, () => {
      guard(logger, 'a session failed', () => this.#take())
      onTurn()
    })
  }

  #take(): void {
    const { clock, transport, mayGoOn, mayWork, take, onEmpty } = this.#options
    while (this.#events.length > 0 && mayGoOn()) {
      const payer = transport() ?? this.#payer
      if (!mayWork(payer, this.#events[0]!.payload.length)) return this.#takeLater()
      const startMs = clock.now()
      take(this.#events.shift()!)
      payer?.charge?.(clock.now() - startMs)
    }
    this.forget()
    onEmpty()
  }
}
