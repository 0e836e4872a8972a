/** What became of something that is opened. The same object until it changes. */
export type SharedSnapshot<Value> =
  | { readonly phase: 'opening' }
  | { readonly phase: 'open'; readonly value: Value }
  | { readonly phase: 'failed'; readonly error: unknown }

const opening = Object.freeze({ phase: 'opening' })

/**
 * One thing for several users, such as a connection: it is opened for the first one, and closed after the last one.
 *
 * A user that comes within the same turn in which the last one goes finds it open: in development React mounts each effect
 * twice, and an element that takes the place of another one mounts right after it.
 *
 * Methods are bound: `subscribe` and `snapshot` go into `useSyncExternalStore` as they are.
 */
export class Shared<Value> {
  readonly #open: (signal: AbortSignal) => Promise<Value>
  readonly #close: (value: Value) => void
  readonly #listeners = new Set<() => void>()
  #users = 0
  #snapshot: SharedSnapshot<Value> = opening
  /** Of the attempt that counts; undefined while nothing is open. */
  #attempt: AbortController | undefined

  /**
   * @param open gives up when the signal aborts
   * @param close called once for each value that was opened
   */
  constructor(open: (signal: AbortSignal) => Promise<Value>, close: (value: Value) => void) {
    this.#open = open
    this.#close = close
  }

  readonly snapshot = (): SharedSnapshot<Value> => this.#snapshot

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** One more user. @returns a function that ends the use; a second call does nothing */
  readonly retain = (): (() => void) => {
    this.#users++
    if (this.#attempt === undefined) this.#begin()
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      this.#users--
      queueMicrotask(() => {
        if (this.#users === 0) this.#end()
      })
    }
  }

  /** Closes what is open, or gives it up, and opens it anew. Does nothing without a user. */
  readonly retry = (): void => {
    if (this.#users === 0) return
    this.#end()
    this.#begin()
  }

  #begin(): void {
    const attempt = new AbortController()
    this.#attempt = attempt
    const settle = (snapshot: SharedSnapshot<Value>): void => {
      if (this.#attempt === attempt) this.#set(snapshot)
      else if (snapshot.phase === 'open') this.#close(snapshot.value)
    }
    // what it throws at once is its failure, too
    new Promise<Value>((resolve) => resolve(this.#open(attempt.signal))).then(
      (value) => settle({ phase: 'open', value }),
      (error: unknown) => settle({ phase: 'failed', error }),
    )
  }

  #end(): void {
    if (this.#attempt === undefined) return
    const attempt = this.#attempt
    const before = this.#snapshot
    this.#attempt = undefined
    this.#set(opening)
    attempt.abort()
    if (before.phase === 'open') this.#close(before.value)
  }

  #set(snapshot: SharedSnapshot<Value>): void {
    if (snapshot === this.#snapshot) return
    this.#snapshot = snapshot
    for (const listener of [...this.#listeners]) listener()
  }
}
