import { type Dispatch, decodeValue, encodeValue, guard } from '@tygase/gamestate/internal'
import { effectsEvent, type IncomingEvent, type ProtocolError } from '@tygase/protocol/internal'
import type { PredictionHost, RegisteredHandler } from '../prediction.js'

/** An effect that was handled ahead, with the handlers that had it. */
interface HandledEffect {
  readonly name: string
  readonly payload: Uint8Array
  readonly handlers: readonly RegisteredHandler[]
}

/** An effect comes with the outcome of its event, or soon after it. The server is asked for one that has not come by then. */
const soonMs = 100
/**
 * Over a network that loses packets an event goes into each one for so long: three or four copies. It may come late by that,
 * but one that comes not at all is a step of the player that never was.
 */
export const repeatMs = 70

const ahead = Object.freeze({ predicted: true })

/**
 * Runs the handlers of the effects of own events: at once, once, and `onRetract` for those that have not happened.
 *
 * No time says that an effect does not come any more: over a network that loses packets an event of the server may be sent again
 * and again, and all behind it wait for it. So the server is asked, and its answer comes in order behind the effects.
 */
export class OwnEffects {
  readonly #host: PredictionHost
  /** True for an own event that is still pending here: it may run again, although its outcome is known. */
  readonly #mayRun: (sequence: number) => boolean
  readonly #effects = new Effects<HandledEffect>()
  /** Own events with an outcome whose effects have not come: those that the server was asked for, and those for the next question. */
  #asked = new Set<number>()
  #doubted = new Set<number>()
  /** Effects whose handlers run when the computation is over. */
  #due: HandledEffect[] = []
  #isDelivering = false
  #hasEnded = false

  constructor(host: PredictionHost, mayRun: (sequence: number) => boolean) {
    this.#host = host
    this.#mayRun = mayRun
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
  isHandled({ name, origin }: IncomingEvent): boolean {
    if (name === effectsEvent) this.#answered()
    if (origin === undefined) return name === effectsEvent
    const { sequence, n } = origin
    return this.#effects.confirm(sequence, n, this.#host.isPending(sequence) || this.#mayRun(sequence))
  }

  /** The outcome of an own event is known. @param error undefined for an ack */
  settled(sequence: number, error: ProtocolError | undefined): void {
    if (!this.#effects.knows(sequence) && !this.#mayRun(sequence)) return
    // the server cannot be asked any more
    if (error?.code === 'session_closed') this.#effects.close(sequence)
    else if (error === undefined || error.code === 'event_timeout') this.#lookSoon(sequence)
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

  /** Looks whether all effects of an own event with an outcome have come. */
  #lookSoon(sequence: number): void {
    this.#host.clock.schedule(soonMs, () => {
      if (this.#hasEnded) return
      if (this.#mayRun(sequence)) this.#lookSoon(sequence)
      else if (this.#effects.isOpen(sequence)) this.#ask(sequence)
      else this.#effects.close(sequence)
    })
  }

  /** One question is under way at most. */
  #ask(sequence: number): void {
    this.#doubted.add(sequence)
    if (this.#asked.size > 0) return
    const asked = this.#doubted
    this.#asked = asked
    this.#doubted = new Set()
    const onFail = (): void => {
      if (this.#asked !== asked) return
      this.#asked = new Set()
      for (const each of asked) this.#lookSoon(each)
    }
    const { clock } = this.#host
    // all own events behind it wait for it: a lost copy must not hold them up
    const options = { retries: Number.POSITIVE_INFINITY, repeatUntilMs: clock.now() + repeatMs, onFail }
    try {
      this.#host.sender().send(effectsEvent, undefined, options, true)
    } catch {
      // its queue is full
      onFail()
    }
  }

  /** The effects of those that it was asked for have come, or there are none. */
  #answered(): void {
    const asked = this.#asked
    this.#asked = new Set()
    for (const sequence of asked) this.retract(sequence)
    // all others go along
    const [next] = this.#doubted
    if (next !== undefined) this.#ask(next)
  }
}

function isFor(to: Dispatch['to'], clientId: string): boolean {
  if (typeof to === 'object' && 'except' in to) return ![to.except].flat().includes(clientId)
  return to === 'all' || [to].flat().includes(clientId)
}

/**
 * Sees to it that each effect of an own event is handled once. An effect is known by the sequence of the event and the number
 * of the dispatch in its run: a rule that runs again dispatches the same ones again.
 *
 * Invariant: an effect is handled ahead, or handled when the server's event comes, or neither, but not both. One that was
 * handled ahead is either confirmed or retracted, once.
 *
 * @typeParam E what is kept of an effect that was handled ahead, for its retraction
 */
export class Effects<E> {
  /** For each own event its effects by the number of the dispatch in its run. Undefined: the server has confirmed it. */
  readonly #events = new Map<number, Map<number, E | undefined>>()

  /** Whether an effect of this event has been handled. */
  knows(sequence: number): boolean {
    return this.#events.has(sequence)
  }

  /** @returns whether the effect has been handled already, or handling is under way */
  has(sequence: number, n: number): boolean {
    return this.#events.get(sequence)?.has(n) === true
  }

  /** Whether one that was handled ahead is neither confirmed nor retracted. */
  isOpen(sequence: number): boolean {
    return [...(this.#events.get(sequence)?.values() ?? [])].some((effect) => effect !== undefined)
  }

  /** An effect is handled ahead of the server; undefined: the server's. */
  handle(sequence: number, n: number, effect: E | undefined): void {
    const effects = this.#events.get(sequence) ?? new Map<number, E | undefined>()
    this.#events.set(sequence, effects.set(n, effect))
  }

  /**
   * The server's event has come.
   * @param isPending whether the own event may still run again
   * @returns whether it was handled ahead: then it must not be handled again
   */
  confirm(sequence: number, n: number, isPending: boolean): boolean {
    const wasAhead = this.#events.get(sequence)?.get(n) !== undefined
    if (isPending || this.knows(sequence)) this.handle(sequence, n, undefined)
    return wasAhead
  }

  /** No further effect of this event comes, neither ahead nor from the server. @returns those that have not happened */
  close(sequence: number): readonly E[] {
    const effects = [...(this.#events.get(sequence)?.values() ?? [])]
    this.#events.delete(sequence)
    return effects.filter((effect) => effect !== undefined)
  }
}
