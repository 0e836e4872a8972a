import { Listeners, type Logger } from '@tygase/gamestate'
import { ServerError } from './errors.js'
import { guard } from './guard.js'

/** A list of listeners for one thing that happens. One that throws is logged and does not keep the others from it. */
export class Hook<Args extends readonly unknown[]> {
  readonly #logger: Logger
  readonly #name: string
  readonly #listeners = new Listeners<Args>()

  constructor(name: string, logger: Logger) {
    this.#name = name
    this.#logger = logger
  }

  /** @returns a function that ends the subscription. @throws ServerError `invalid_argument` */
  subscribe(listener: (...args: Args) => void): () => void {
    if (typeof listener !== 'function') throw new ServerError('invalid_argument', `${this.#name} takes a function`)
    return this.#listeners.add(listener)
  }

  tell(...args: Args): void {
    this.#listeners.each((listener) => {
      guard(this.#logger, `a listener of ${this.#name} failed`, () => listener(...args))
    })
  }
}
