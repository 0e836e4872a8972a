import type { Clock } from '@tygase/gamestate'
import type { MeteredPhase, TickMeter } from '@tygase/gamestate/internal'
import type { Journal } from './journal/journal.js'

/** What metrics hear from a server, while it works. No call may throw. */
export interface Meter extends Omit<TickMeter, 'enter'> {
  /** Another kind of work begins. @returns the one of before, for `leave` */
  enter(phase: MeteredPhase): MeteredPhase
  /** So many ticks were left out. */
  dropped(ticks: number): void
  /** An event or a client was refused. @param reason of a client: it may begin with a code of its own */
  refused(code: string, reason?: string): void
  /** The server has begun to serve, or has ended. */
  turned(isRunning: boolean): void
}

/** Peers that wait at a step on their way in. */
interface Waiting {
  readonly size: number
}

/** What metrics read from a server. */
export interface MeteredServer {
  /** The clock of the server. */
  readonly clock: Clock
  /** Sessions of all rooms. */
  readonly table: { readonly sessions: number }
  /** Sockets and transports without a hello. */
  readonly handshakes: Waiting
  /** Clients that wait for `auth`, for their room or for their turn. */
  readonly arrivals: Waiting
  readonly journals: () => readonly Journal[]
}

/** The place of metrics in a server. Without them it is empty, and the server measures nothing. */
export class Metering {
  /** Undefined without metrics. */
  meter: Meter | undefined = undefined
  #server: MeteredServer | undefined
  #isRunning = false

  /** @throws TypeError before the server is made */
  get server(): MeteredServer {
    if (this.#server === undefined) throw new TypeError('the server is not made yet')
    return this.#server
  }

  set server(server: MeteredServer) {
    this.#server = server
  }

  /** True while the server serves. */
  get isRunning(): boolean {
    return this.#isRunning
  }

  /** The server has begun to serve, or has ended. */
  turn(isRunning: boolean): void {
    this.#isRunning = isRunning
    this.meter?.turned(isRunning)
  }
}

/** The member of `Server` that has its metering: for packages of this repository. */
export const meteringOf: unique symbol = Symbol('metering')
