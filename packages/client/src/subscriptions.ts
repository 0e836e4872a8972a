import type { Clock, Logger } from '@tygase/gamestate'
import { atOnce, guard, Listeners } from '@tygase/gamestate/internal'
import { checkFunction, checkKeys } from './checks.js'
import { ClientError } from './errors.js'

/** Options of `connection.subscribe` with a selector. */
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

  /** @param news names the news in the log: `a listener of ${news} failed` */
  constructor(logger: Logger, news: string) {
    this.#logger = logger
    this.#news = news
  }

  get size(): number {
    return this.#listeners.size
  }

  /** @returns a function that ends the subscription; a second call does nothing. @throws ClientError `invalid_argument` */
  add(listener: (...args: Args) => unknown, immediate?: Args | false): () => void {
    checkFunction('a listener', listener)
    const off = this.#listeners.add(listener)
    if (immediate) this.call(() => listener(...immediate))
    return off
  }

  notify(...args: Args): void {
    this.#listeners.each((listener) => this.call(() => listener(...args)))
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
  checkFunction('a selector', selector)
  checkFunction('a listener', listener)
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

/** Listeners to subscribe to, and the state that they have heard of last. */
interface Watched<State> {
  readonly subscriptions: Subscriptions<[State]>
  readonly current: State
}

/**
 * The two forms of `connection.subscribe`: a listener and options, or a selector, a listener and options.
 * @param watch gives the confirmed or the predicted states
 * @throws as `connection.subscribe`
 */
export function subscribe<State, Value>(
  first: (state: State) => Value,
  second: ((value: Value, previous: Value) => unknown) | SelectOptions<never> | undefined,
  options: SelectOptions<Value>,
  watch: (isPredicted: boolean) => Watched<State>,
): () => void {
  const isSelected = typeof second === 'function'
  const given: SelectOptions<Value> | SelectOptions<never> = isSelected ? options : (second ?? {})
  checkKeys('subscribe', given, isSelected ? ['equal', 'immediate', 'predicted'] : ['immediate', 'predicted'])
  const { subscriptions, current } = watch(given.predicted === true)
  if (isSelected) return subscribeSelected(subscriptions, current, first, second, options)
  return subscriptions.add(first, given.immediate === true && [current])
}

/** The source of the values that `waitUntil` looks at. */
export interface WaitSource<Value> {
  readonly clock: Clock
  /** News after which there may be another value, or no more. */
  readonly news: readonly { add(listener: () => void): () => void }[]
  current(): Value
  /** Why no more values come; undefined while they may. */
  ended(): ClientError | undefined
}

/**
 * @returns the first value, the current one included, for which `predicate` is true
 * @throws as a rejection: ClientError `wait_timeout`; the error of `ended`; an error of the predicate
 */
export function waitUntil<Value>(
  source: WaitSource<Value>,
  predicate: (value: Value) => boolean,
  timeoutMs: number,
): Promise<Value> {
  const ends: (() => void)[] = []
  let isOver = false
  const found = new Promise<Value>((resolve, reject) => {
    const look = (): void => {
      if (isOver) return
      try {
        const value = source.current()
        isOver = atOnce('the predicate', predicate(value))
        if (isOver) return resolve(value)
        const error = source.ended()
        isOver = error !== undefined
        if (isOver) reject(error)
      } catch (error) {
        isOver = true
        reject(error)
      }
    }
    look()
    if (isOver) return
    for (const news of source.news) ends.push(news.add(look))
    const timeout = `no state met the condition within ${timeoutMs} ms`
    ends.push(source.clock.schedule(timeoutMs, () => reject(new ClientError('wait_timeout', timeout))))
  })
  return found.finally(() => {
    for (const end of ends) end()
  })
}
