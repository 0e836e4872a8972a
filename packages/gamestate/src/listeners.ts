/**
 * Functions to call when something happens. One that is added or removed while they are being called takes effect with the
 * next call: the call under way goes to those that were there when it began. Adding and removing take constant time.
 */
export class Listeners<Args extends readonly unknown[]> {
  #current = new Set<(...args: Args) => unknown>()
  /** The set that a call is going through. It is not changed: a change makes a copy first. */
  #called: ReadonlySet<(...args: Args) => unknown> | undefined

  /** @returns a function that removes this one; harmless if it has been removed */
  add(listener: (...args: Args) => unknown): () => void {
    // a function of its own, so that the same listener may be added twice
    const own = (...args: Args): unknown => listener(...args)
    this.#changeable().add(own)
    return () => {
      if (this.#current.has(own)) this.#changeable().delete(own)
    }
  }

  /** Gives each to `call`, in the order in which they were added. */
  each(call: (listener: (...args: Args) => unknown) => void): void {
    const outer = this.#called
    this.#called = this.#current
    try {
      for (const listener of this.#current) call(listener)
    } finally {
      this.#called = outer
    }
  }

  #changeable(): Set<(...args: Args) => unknown> {
    if (this.#called === this.#current) this.#current = new Set(this.#current)
    return this.#current
  }
}
