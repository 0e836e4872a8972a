/** The effects of one own event, by the number of the dispatch in its run. */
interface EffectsOf<E> {
  /** Handled ahead of the server, and not confirmed. */
  readonly ahead: Map<number, E>
  /** Handled for good, whether ahead or when the server's event came. */
  readonly confirmed: Set<number>
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
  readonly #events = new Map<number, EffectsOf<E>>()

  /** Whether an effect of this event has been handled. */
  knows(sequence: number): boolean {
    return this.#events.has(sequence)
  }

  /** @returns whether the effect has been handled already, or handling is under way */
  has(sequence: number, n: number): boolean {
    const effects = this.#events.get(sequence)
    return effects !== undefined && (effects.ahead.has(n) || effects.confirmed.has(n))
  }

  /** An effect is handled ahead of the server. */
  handle(sequence: number, n: number, effect: E): void {
    this.#of(sequence).ahead.set(n, effect)
  }

  /**
   * The server's event has come.
   * @param isPending whether the own event may still run again
   * @returns whether it was handled ahead: then it must not be handled again
   */
  confirm(sequence: number, n: number, isPending: boolean): boolean {
    const known = this.#events.get(sequence)
    const wasAhead = known?.ahead.delete(n) ?? false
    if (known !== undefined || isPending) this.#of(sequence).confirmed.add(n)
    return wasAhead
  }

  /** No further effect of this event comes, neither ahead nor from the server. @returns those that have not happened */
  close(sequence: number): readonly E[] {
    const effects = this.#events.get(sequence)
    this.#events.delete(sequence)
    return effects === undefined ? [] : [...effects.ahead.values()]
  }

  #of(sequence: number): EffectsOf<E> {
    let effects = this.#events.get(sequence)
    if (effects === undefined) {
      effects = { ahead: new Map(), confirmed: new Set() }
      this.#events.set(sequence, effects)
    }
    return effects
  }
}
