import type { EventInput } from '@tygase/gamestate/internal'
import type { SessionLedger } from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'

/** The events of one client, ascending. */
interface Queued {
  /** By sequence, as below. */
  readonly unwritten: Map<number, EventInput>
  readonly written: Map<number, EventInput>
}

/**
 * Events of clients that wait for their tick, and whose handlers have not begun: those of rules alone. They are written with their
 * tick, or sooner, if something comes of an event behind them: to another process they would look like events that were left out.
 */
export class QueuedEvents {
  readonly #byLink = new Map<ClientLink, Queued>()

  /** An event is queued, behind all of its client that were. */
  add(link: ClientLink, input: EventInput & { readonly sequence: number }): void {
    let queued = this.#byLink.get(link)
    if (queued === undefined) {
      queued = { unwritten: new Map(), written: new Map() }
      this.#byLink.set(link, queued)
    }
    queued.unwritten.set(input.sequence, input)
  }

  /** An event waits no longer. */
  remove(link: ClientLink, sequence: number): void {
    const queued = this.#byLink.get(link)
    if (queued?.unwritten.delete(sequence) === false) queued.written.delete(sequence)
  }

  removeAll(link: ClientLink): void {
    this.#byLink.delete(link)
  }

  /** @returns the events of a client before one, without those that are written; they count as written from here on */
  takeBefore(link: ClientLink, sequence: number): EventInput[] {
    const queued = this.#byLink.get(link)
    const taken: EventInput[] = []
    for (const [each, input] of queued?.unwritten ?? []) {
      if (each >= sequence) break
      queued!.unwritten.delete(each)
      queued!.written.set(each, input)
      taken.push(input)
    }
    return taken
  }

  /**
   * The ledger of a client is written, and not what was written before.
   * @returns the events that are queued and have no outcome in it, which are to be written with it
   */
  takeAwaited(link: ClientLink, { awaited, receivedThrough }: SessionLedger): EventInput[] {
    const queued = this.#byLink.get(link)
    if (queued === undefined) return []
    const { unwritten, written } = queued
    const all = new Map([...written, ...unwritten])
    written.clear()
    unwritten.clear()
    for (const sequence of awaited) {
      const input = all.get(sequence)
      if (input !== undefined) written.set(sequence, input)
    }
    // the client sends these again, unless more comes of events behind them
    for (const [sequence, input] of all) if (sequence > receivedThrough) unwritten.set(sequence, input)
    return [...written.values()]
  }
}
