import type { Clock, Logger } from '@tygase/gamestate'
import { atOnce, guard, Listeners } from '@tygase/gamestate/internal'
import { ClientError } from './errors.js'

export interface SelectOptions<Value> {
  /** True if two selected values count as the same. Default `Object.is`. */
  equal?: (a: Value, b: Value) => boolean
  /** True: calls the listener at once with the current value, as `value` and as `previous`. Default false. */
  immediate?: boolean
  /** True: looks at the predicted state. Default false. */
  predicted?: boolean
}

/**
 * Listeners of one kind of news. A listener that throws, or whose promise rejects, is logged and harms no other one.
 * Listeners that are added or removed during a call take effect with the next one.
 */
export class Subscriptions<Args extends readonly unknown[]> {
  readonly #logger: Logger
  readonly #news: string
  readonly #listeners = new Listeners<Args>()
  /** How many there are. A field, because it is read with each version; only `add` and the function that it returns change it. */
  size = 0

  /** @param news names the news in the log: `a listener of ${news} failed` */
  constructor(logger: Logger, news: string) {
    this.#logger = logger
    this.#news = news
  }

  /** @returns a function that ends the subscription; a second call does nothing. @throws ClientError `invalid_argument` */
  add(listener: (...args: Args) => unknown): () => void {
    if (typeof listener !== 'function') throw new ClientError('invalid_argument', 'a listener is a function')
    const off = this.#listeners.add((...args) => this.call(() => listener(...args)))
    this.size++
    let isOn = true
    return () => {
      if (isOn) this.size--
      isOn = false
      off()
    }
  }

  notify(...args: Args): void {
    this.#listeners.each((listener) => listener(...args))
  }

  /** Runs a caller's code that belongs to these news; an error is logged. */
  call(work: () => unknown): void {
    guard(this.#logger, `a listener of ${this.#news} failed`, work)
  }
}

/**
 * Calls `listener` when the value that `selector` takes from the news has changed.
 * @param current the value to begin with is taken from it
 * @throws ClientError `invalid_argument`; an error of the selector for `current`
 */
export function subscribeSelected<News, Value>(
  subscriptions: Subscriptions<[News]>,
  current: News,
  selector: (news: News) => Value,
  listener: (value: Value, previous: Value) => unknown,
  { equal = Object.is, immediate = false }: SelectOptions<Value> = {},
): () => void {
  if (typeof selector !== 'function' || typeof listener !== 'function') {
    throw new ClientError('invalid_argument', 'a selector and a listener are functions')
  }
  const select = (news: News): Value => atOnce('the selector', selector(news))
  let selected = select(current)
  const off = subscriptions.add((news) => {
    const value = select(news)
    if (atOnce('equal', equal(value, selected))) return
    const previous = selected
    selected = value
    return listener(value, previous)
  })
  if (immediate) subscriptions.call(() => listener(selected, selected))
  return off
}

/** The source of the values that `waitUntil` looks at. */
export interface WaitSource<Value> {
  readonly clock: Clock
  current(): Value
  /** Calls back with each later value. @returns a function that ends it */
  onChange(listener: (value: Value) => void): () => void
  /** Calls back when no more values come; at once if none come already. @returns a function that ends it */
  onEnd(listener: (error: ClientError) => void): () => void
}

/**
 * @returns the first value, the current one included, for which `predicate` is true
 * @throws as a rejection: ClientError `wait_timeout`; the error of `onEnd`; an error of the predicate
 */
export function waitUntil<Value>(
  source: WaitSource<Value>,
  predicate: (value: Value) => boolean,
  timeoutMs: number,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const ends: (() => void)[] = []
    let isOver = false
    const finish = (settle: () => void): void => {
      if (isOver) return
      isOver = true
      for (const end of ends) end()
      settle()
    }
    const fail = (error: unknown): void => finish(() => reject(error))
    const look = (value: Value): void => {
      if (isOver) return
      try {
        if (atOnce('the predicate', predicate(value))) finish(() => resolve(value))
      } catch (error) {
        fail(error)
      }
    }
    look(source.current())
    if (isOver) return
    ends.push(source.onChange(look), source.onEnd(fail))
    const timeout = `no state met the condition within ${timeoutMs} ms`
    ends.push(source.clock.schedule(timeoutMs, () => fail(new ClientError('wait_timeout', timeout))))
    // the source may have ended at once
    if (isOver) for (const end of ends) end()
  })
}
