import type { Clock, Logger } from '@tygase/gamestate'
import type { Engine } from '../engine.js'
import type { StampFault } from './stamps.js'

const sentences: Record<StampFault | 'secret', string> = {
  secret: 'refused what does not verify: another secret, or bytes that were changed on their way',
  time: 'refused a message whose time is too far away: the clocks of servers differ, or it was kept',
  again: 'refused a message that came before',
}

/** Counts what was refused, and knows whether writers with another secret are at work. */
export class Refusals {
  /** So many were refused. */
  count = 0
  readonly #engine: Engine
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #quietMs: number
  /** Since when nothing has come that does not verify, with the engine connected. */
  #quietSinceMs: number

  constructor(engine: Engine, clock: Clock, logger: Logger, quietMs: number) {
    this.#engine = engine
    this.#clock = clock
    this.#logger = logger
    this.#quietMs = quietMs
    this.#quietSinceMs = clock.now()
  }

  /** The line has only a count for a detail, so that the logger passes one in a second on. */
  refuse(fault: StampFault | 'secret'): void {
    this.count++
    if (fault === 'secret') this.waitAnew()
    this.#logger.warn({ refused: this.count }, sentences[fault])
  }

  /** The engine was gone, and with it what others have sent. */
  waitAnew(): void {
    this.#quietSinceMs = this.#clock.now()
  }

  /** Time until no other writer counts as being at work, in ms; 0: none is. */
  get quietInMs(): number {
    if (!this.#engine.isConnected) return this.#quietMs
    return Math.max(0, this.#quietSinceMs + this.#quietMs - this.#clock.now())
  }
}
