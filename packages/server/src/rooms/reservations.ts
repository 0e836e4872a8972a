import type { Clock } from '@tygase/gamestate'
import { ServerError } from '../errors.js'

export interface Reservation {
  /** What the client presents: `connect(url, { ticket })`. Good for one place, once. */
  readonly ticket: string
  /** In ms of the server's clock. */
  readonly expiresAtMs: number
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** 132 bits: nobody guesses one. */
const secretLength = 22

/** Places that are kept free in a room, each for whoever presents its ticket in time. */
export class Reservations {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #expiries = new Map<string, number>()

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /** How many hold a place now. */
  get size(): number {
    if (this.#expiries.size === 0) return 0
    const nowMs = this.#clock.now()
    for (const [ticket, expiresAtMs] of this.#expiries) if (expiresAtMs <= nowMs) this.#expiries.delete(ticket)
    return this.#expiries.size
  }

  /** When the last one ends; undefined when there is none. */
  get lastExpiryMs(): number | undefined {
    return this.size === 0 ? undefined : Math.max(...this.#expiries.values())
  }

  add(forMs: number): Reservation {
    const secret = Array.from({ length: secretLength }, () => letters[Math.floor(this.#random() * letters.length)])
    const expiresAtMs = this.#clock.now() + forMs
    // with its own end in it, so that one that has come to it can be told from one that never was, and need not be kept for that
    const ticket = `${secret.join('')}.${Math.ceil(expiresAtMs).toString(36)}`
    this.#expiries.set(ticket, expiresAtMs)
    return { ticket, expiresAtMs }
  }

  /** Whether this is one of them, or was and its time is over since not long. */
  has(ticket: string): boolean {
    return this.#expiries.has(ticket)
  }

  /** Gives a place back. @returns whether it was still kept */
  cancel(ticket: string): boolean {
    return this.#expiries.delete(ticket)
  }

  /**
   * Uses a ticket up.
   * @returns a function that makes it good again, for as long as it was
   * @throws ServerError `ticket_expired`; `ticket_unknown` for one that was used or never given
   */
  take(ticket: string): () => void {
    const nowMs = this.#clock.now()
    const expiresAtMs = this.#expiries.get(ticket)
    if (expiresAtMs !== undefined && expiresAtMs > nowMs) {
      this.#expiries.delete(ticket)
      return () => void this.#expiries.set(ticket, expiresAtMs)
    }
    throw ticketError(ticket, nowMs)
  }
}

/** @returns ServerError `ticket_expired`, or `ticket_unknown` for one that was used or never given */
export function ticketError(ticket: string, nowMs: number): ServerError {
  const said = Number.parseInt(ticket.split('.')[1] ?? '', 36)
  if (said <= nowMs) return new ServerError('ticket_expired', 'the reservation has ended')
  return new ServerError('ticket_unknown', 'there is no such reservation')
}
