import type { ClientLink } from '../clients/client-link.js'

/**
 * The turns of handlers in a room with a journal: one begins once it is written that it does, and events of its client that come
 * meanwhile wait behind it.
 */
export class HandlerTurns {
  /** Events whose handlers have begun, as it is written, and that have no outcome. */
  readonly #begun = new Map<ClientLink, Set<number>>()
  /** Events whose handlers wait for the journal: the first one of each client that waits. */
  readonly #unbegun = new Map<ClientLink, number>()
  /** The events behind them. */
  readonly #waiting = new Map<ClientLink, (() => void)[]>()
  /** True from when the room is about to go on elsewhere: no handler begins here any more. */
  #isLeaving = false

  /** True for an event whose handler has begun: it must not begin again. */
  hasBegun(link: ClientLink, sequence: number): boolean {
    return this.#begun.get(link)?.has(sequence) === true
  }

  /** It is written down that the handler of an event begins. */
  note(link: ClientLink, sequence: number): void {
    const begun = this.#begun.get(link)
    if (begun === undefined) this.#begun.set(link, new Set([sequence]))
    else begun.add(sequence)
  }

  /** Calls a handler in its turn. @param pass does work once all before is written, at once or later */
  take(link: ClientLink, sequence: number, call: () => void, pass: (work: () => void) => void): void {
    let isDone = false
    pass(() => {
      isDone = true
      if (this.#isLeaving) return
      this.#unbegun.delete(link)
      call()
      this.#goOn(link)
    })
    if (isDone) return
    this.#waiting.set(link, [])
    this.#unbegun.set(link, sequence)
  }

  /** An event has its outcome. */
  end(link: ClientLink, sequence: number): void {
    this.#begun.get(link)?.delete(sequence)
  }

  /** A session has ended. */
  forget(link: ClientLink): void {
    this.#begun.delete(link)
    this.#waiting.delete(link)
    this.#unbegun.delete(link)
  }

  /** True if an event of the client has to wait for one before it. */
  holdsBack(link: ClientLink): boolean {
    return this.#waiting.has(link)
  }

  /** @param take takes the event, later */
  holdBack(link: ClientLink, take: () => void): void {
    this.#waiting.get(link)?.push(take)
  }

  /** The room is about to go on elsewhere. */
  leave(): void {
    this.#isLeaving = true
    // they have not begun, although that is written
    for (const [link, sequence] of this.#unbegun) this.#begun.get(link)?.delete(sequence)
  }

  /** The call of a handler has come to its turn, and those behind it follow, up to the next that has to wait. */
  #goOn(link: ClientLink): void {
    const waiting = this.#waiting.get(link)
    if (waiting === undefined) return
    this.#waiting.delete(link)
    while (waiting.length > 0) {
      waiting.shift()!()
      const again = this.#waiting.get(link)
      if (again === undefined) continue
      again.push(...waiting)
      return
    }
  }
}
