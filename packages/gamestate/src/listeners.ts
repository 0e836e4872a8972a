/**
 * Functions to call when something happens. One that is added or removed while they are being called takes effect with the
 * next call: the one under way goes to those who were there when it began. Adding and removing cost the same however many there are.
 */
export class Listeners<Args extends readonly unknown[]> {
  #current = new Set<(...args: Args) => void>()
  /** The set that a call goes through just now: it is not changed, but copied first. */
  #called: ReadonlySet<(...args: Args) => void> | undefined

  /** @returns a function that takes this one out again; harmless when it is out */
  add(listener: (...args: Args) => void): () => void {
    // of its own, so that the same function may be added twice
    const own = (...args: Args): void => listener(...args)
    this.#changeable().add(own)
    return () => {
      if (this.#current.has(own)) this.#changeable().delete(own)
    }
  }

  /** Gives each to `call`, in the order in which they were added. */
  each(call: (listener: (...args: Args) => void) => void): void {
    const outer = this.#called
    this.#called = this.#current
    try {
      for (const listener of this.#current) call(listener)
    } finally {
      this.#called = outer
    }
  }

  #changeable(): Set<(...args: Args) => void> {
    if (this.#called === this.#current) this.#current = new Set(this.#current)
    return this.#current
  }
}
