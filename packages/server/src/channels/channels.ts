import type { ChannelInfo } from '@tygase/protocol'
import type { ChannelListener } from './channel.js'
import type { ChannelOptions } from './channel-options.js'
import type { ChannelTable } from './channel-table.js'

/**
 * Named channels beside the state: what is published goes at once to all who have subscribed, without waiting for the tick.
 * This is the side of code on the server; a client has `connection.channels`.
 */
export class Channels {
  readonly #table: ChannelTable

  /** For servers and rooms. */
  constructor(table: ChannelTable) {
    this.#table = table
  }

  /** Messages that did not get to a subscriber, as too many waited for it already or its session ended. */
  get dropped(): number {
    return this.#table.dropped
  }

  /** The channels there are, in the order of their making. */
  list(): ChannelInfo[] {
    return this.#table.list()
  }

  has(name: string): boolean {
    return this.#table.has(name)
  }

  /** @throws ServerError `channel_invalid` for a name, `channel_exists`, `channel_limit`, `invalid_argument` */
  create(name: string, options: ChannelOptions = {}): void {
    this.#table.create(name, options)
  }

  /** Takes a channel away; its subscribers hear no more of it. @returns whether it was there */
  delete(name: string): boolean {
    return this.#table.delete(name)
  }

  /**
   * Calls `listener` with each message, whoever has published it. One that throws is logged.
   * @returns a function that ends it
   * @throws ServerError `unknown_channel`, `invalid_argument`
   */
  subscribe(name: string, listener: ChannelListener): () => void {
    return this.#table.listen(name, listener)
  }

  /**
   * Publishes a text. What waits for a client that is slow or away is bounded by `limits.maxQueuedEvents` and
   * `limits.maxQueuedBytes`; what no longer fits is dropped for that client alone.
   * @returns how many clients it goes to
   * @throws ServerError `unknown_channel`, `channel_invalid`; ProtocolError `event_too_large`, `payload_limit`
   */
  publish(name: string, text: string): number {
    return this.#table.publish(name, 'text', text)
  }

  /** As `publish`, for a value that JSON has. */
  publishJson(name: string, value: unknown): number {
    return this.#table.publish(name, 'json', value)
  }
}
