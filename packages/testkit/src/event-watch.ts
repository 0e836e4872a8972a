import type { Recipients } from '@tygase/gamestate/internal'
import { EventLedger, type SentEvent } from './event-ledger.js'

/** The books of one session, both ways. */
export interface SessionBooks {
  readonly toServer: EventLedger
  readonly toClient: EventLedger
}

/** Keeps the books of all sessions, by client id; each is opened by whoever speaks of it first. */
export class EventWatch {
  readonly #books = new Map<string, SessionBooks>()
  readonly #report: (error: unknown) => void
  #handled = 0

  /** @param report told of outcomes that cannot be, which come to light in callbacks where nobody would catch an error */
  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /** How many handlers have run. */
  get handled(): number {
    return this.#handled
  }

  /** Events that wait for their outcome, of all books that are open. */
  get waiting(): number {
    let waiting = 0
    for (const { toServer, toClient } of this.#books.values()) waiting += toServer.waiting + toClient.waiting
    return waiting
  }

  of(clientId: string): SessionBooks {
    let books = this.#books.get(clientId)
    if (books === undefined) {
      const count = (): void => {
        this.#handled++
      }
      books = {
        toServer: new EventLedger(`from client '${clientId}'`, count),
        toClient: new EventLedger(`to client '${clientId}'`, count),
      }
      this.#books.set(clientId, books)
    }
    return books
  }

  /** @throws SimulationError `event_misdelivered` */
  verify(): void {
    for (const { toServer, toClient } of this.#books.values()) {
      toServer.verify()
      toClient.verify()
    }
  }

  /** Both sides of the session have gone; its books were verified. */
  close(clientId: string): void {
    this.#books.delete(clientId)
  }

  settle(ledger: EventLedger, event: SentEvent, failure: string | undefined): void {
    try {
      ledger.settle(event, failure)
    } catch (error) {
      this.#report(error)
    }
  }
}

/** @returns those of `clientIds` whom `to` names */
export function recipientsAmong(clientIds: Iterable<string>, to: Recipients): string[] {
  const all = [...clientIds]
  if (to === 'all') return all
  if (typeof to === 'object' && 'except' in to) {
    const except = new Set(typeof to.except === 'string' ? [to.except] : to.except)
    return all.filter((clientId) => !except.has(clientId))
  }
  const named = new Set(typeof to === 'string' ? [to] : to)
  return all.filter((clientId) => named.has(clientId))
}
