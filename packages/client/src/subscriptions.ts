import { type Immutable, Listeners, type Logger } from '@tygase/gamestate'
import { ClientError } from './errors.js'

export interface SelectOptions<Value> {
  /** Whether two selected values count as the same. Default `Object.is`. */
  equal?: (a: Value, b: Value) => boolean
  /** Calls the listener at once with the value of now (and as `previous` the same). Default false. */
  immediate?: boolean
}

type Listener<State> = (state: Immutable<State>) => void

/**
 * Who wants to know of new versions. Listeners that are added or removed while listeners are being called take effect with
 * the next version: the call under way goes to those who were there when it began. One that throws is logged.
 */
export class Subscriptions<State> {
  readonly #logger: Logger
  readonly #listeners = new Listeners<[Immutable<State>]>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** @returns a function that ends the subscription; harmless when it has ended. @throws ClientError `invalid_argument` */
  add(listener: Listener<State>): () => void {
    if (typeof listener !== 'function') throw new ClientError('invalid_argument', 'a listener is a function')
    return this.#listeners.add(listener)
  }

  /** Tells `listener` when what `selector` picks has changed. @throws what the selector throws on the state of now */
  addSelected<Value>(
    state: Immutable<State>,
    selector: (state: Immutable<State>) => Value,
    listener: (value: Value, previous: Value) => void,
    options: SelectOptions<Value> = {},
  ): () => void {
    const { equal = Object.is, immediate = false } = options
    if (typeof selector !== 'function' || typeof listener !== 'function') {
      throw new ClientError('invalid_argument', 'a selector and a listener are functions')
    }
    let selected = selector(state)
    if (immediate) listener(selected, selected)
    return this.add((next) => {
      const value = selector(next)
      if (equal(value, selected)) return
      const previous = selected
      selected = value
      listener(value, previous)
    })
  }

  notify(state: Immutable<State>): void {
    this.#listeners.each((listener) => {
      try {
        listener(state)
      } catch (error) {
        this.#logger.error({ err: error }, 'a subscriber failed')
      }
    })
  }
}
