import { type Dispatch, decodeValue, encodeValue, guard } from '@tygase/gamestate/internal'
import type { IncomingEvent, ProtocolError } from '@tygase/protocol/internal'
import type { PredictionHost, RegisteredHandler } from '../prediction.js'
import { Effects } from './effects.js'

/** An effect that was handled ahead, with the handlers that had it. */
interface HandledEffect {
  readonly name: string
  readonly payload: Uint8Array
  readonly handlers: readonly RegisteredHandler[]
}

/**
 * How long after its ack an effect may come: in the same packet, or right after it if that is full. On a lossy transport it may
 * get lost and come again, at least once in a second, and on a bad network several times in a row. Only periods in which packets
 * come count.
 */
const effectWait = { reliable: { ms: 250, periods: 1 }, lossy: { ms: 1000, periods: 12 } } as const
/** Until the round-trip time is measured. */
const firstRttMs = 100

const ahead = Object.freeze({ predicted: true })

/** Runs the handlers of the effects of own events: at once, once, and `onRetract` for those that have not happened. */
export class OwnEffects {
  readonly #host: PredictionHost
  readonly #effects = new Effects<HandledEffect>()
  /** Effects whose handlers run when the computation is over. */
  #due: HandledEffect[] = []
  #isDelivering = false
  #hasEnded = false

  constructor(host: PredictionHost) {
    this.#host = host
  }

  /** An own event has dispatched an event in a predicted tick. `deliver` runs its handlers, once for all runs of the tick. */
  take({ name, data, to, origin }: Dispatch): void {
    const { game, connection, handlersOf } = this.#host
    if (origin === undefined || game.serverEvents[name]?.predict !== true) return
    if (!isFor(to, connection.clientId) || this.#effects.has(origin.sequence, origin.n)) return
    const handlers = handlersOf(name)
    // without a handler the server's event waits for one
    if (handlers.length === 0) return
    let payload: Uint8Array
    try {
      payload = encodeValue(data)
    } catch {
      // the server cannot send it, and says so
      return
    }
    const effect = { name, payload, handlers }
    this.#effects.handle(origin.sequence, origin.n, effect)
    this.#due.push(effect)
  }

  /** Runs the handlers of effects that were taken. They may call the connection again. */
  deliver(): void {
    if (this.#isDelivering) return
    this.#isDelivering = true
    const { logger } = this.#host
    for (let effect = this.#due.shift(); effect !== undefined; effect = this.#due.shift()) {
      const { name, payload, handlers } = effect
      const data = decodeValue(payload)
      for (const { handler } of handlers) {
        guard(logger, 'a handler failed', () => handler(data, ahead), { event: name })
      }
    }
    this.#isDelivering = false
  }

  /** @returns true for an event of the server that was handled ahead: it is not handled again */
  isHandled({ origin }: IncomingEvent): boolean {
    if (origin === undefined) return false
    return this.#effects.confirm(origin.sequence, origin.n, this.#host.isPending(origin.sequence))
  }

  /** The outcome of an own event is known. @param error undefined for an ack */
  settled(sequence: number, error: ProtocolError | undefined): void {
    if (!this.#effects.knows(sequence)) return
    // the server cannot be asked any more
    if (error?.code === 'session_closed') this.#effects.close(sequence)
    else if (error === undefined || error.code === 'event_timeout') this.#retractLater(sequence, 0)
    else this.retract(sequence)
  }

  /** No further effect of this own event comes from the server. */
  retract(sequence: number): void {
    if (this.#hasEnded) return
    const { logger, handlersOf } = this.#host
    for (const effect of this.#effects.close(sequence)) {
      const { name, payload, handlers } = effect
      // its handlers have not run yet
      if (this.#due.includes(effect)) {
        this.#due = this.#due.filter((each) => each !== effect)
        continue
      }
      const data = decodeValue(payload)
      const current = handlersOf(name)
      for (const registered of handlers) {
        const { onRetract } = registered
        // a handler that was taken off wants no news
        if (onRetract === undefined || !current.includes(registered)) continue
        guard(logger, 'onRetract failed', () => onRetract(data), { event: name })
      }
    }
  }

  /** The connection is closed: what has happened will not be known. */
  end(): void {
    this.#hasEnded = true
    this.#due = []
  }

  /** @param periods that have passed since the outcome of this own event */
  #retractLater(sequence: number, periods: number): void {
    const { clock, link, connection } = this.#host
    const wait = effectWait[link.isReliable ? 'reliable' : 'lossy']
    if (periods >= wait.periods) return this.retract(sequence)
    const { packetsIn } = connection.stats
    clock.schedule(Math.max(wait.ms, 2 * (connection.rttMs ?? firstRttMs)), () => {
      if (this.#hasEnded || !this.#effects.knows(sequence)) return
      this.#retractLater(sequence, connection.stats.packetsIn > packetsIn ? periods + 1 : periods)
    })
  }
}

function isFor(to: Dispatch['to'], clientId: string): boolean {
  if (typeof to === 'string') return to === 'all' || to === clientId
  if ('except' in to) return typeof to.except === 'string' ? to.except !== clientId : !to.except.includes(clientId)
  return to.includes(clientId)
}
