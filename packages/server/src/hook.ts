import type { Logger } from '@tygase/gamestate'
import { ServerError } from './errors.js'
import { guard } from './guard.js'

/** A list of listeners for one thing that happens. One that throws is logged and does not keep the others from it. */
export class Hook<Args extends readonly unknown[]> {
  readonly #logger: Logger
  readonly #name: string
  #listeners: ReadonlySet<(...args: Args) => void> = new Set()

  constructor(name: string, logger: Logger) {
    this.#name = name
    this.#logger = logger
  }

  /** @returns a function that ends the subscription. @throws ServerError `invalid_argument` */
  subscribe(listener: (...args: Args) => void): () => void {
    if (typeof listener !== 'function') throw new ServerError('invalid_argument', `${this.#name} takes a function`)
    const own = (...args: Args): void => listener(...args)
    this.#listeners = new Set([...this.#listeners, own])
    return () => {
      this.#listeners = new Set([...this.#listeners].filter((other) => other !== own))
    }
  }

  tell(...args: Args): void {
    for (const listener of this.#listeners)
      guard(this.#logger, `a listener of ${this.#name} failed`, () => listener(...args))
  }
}
