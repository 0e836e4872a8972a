import type { Logger } from '@tygase/gamestate'
import {
  type ChannelInfo,
  type ChannelKind,
  type ChannelMessage,
  type ChannelScope,
  channelsEvent,
} from '@tygase/protocol'
import { ClientError } from '../errors.js'

/** Called with each message of a channel. One that throws is logged. */
export type ChannelHandler = (message: ChannelMessage) => void

/** Sends an event at once and waits for the answer. */
type Request = (name: string, data: unknown) => Promise<unknown>

/**
 * Named channels beside the state: what is published goes at once to all who have subscribed. Subscriptions belong to the
 * session: they outlive its transport and end with it.
 *
 * What the server refuses rejects with a `RefusalError`: `unknown_channel`, `channel_exists`, `channel_denied`,
 * `channel_limit`, `channel_too_fast`, `channel_invalid`. All methods reject with a ClientError `connection_closed` or
 * `request_timeout` where no answer comes.
 */
export class Channels {
  readonly #scope: ChannelScope
  readonly #request: Request
  readonly #logger: Logger
  readonly #handlers = new Map<string, ChannelHandler>()

  /** For connections. */
  constructor(scope: ChannelScope, request: Request, logger: Logger) {
    this.#scope = scope
    this.#request = request
    this.#logger = logger
  }

  /** The channels there are, in the order of their making. */
  async list(): Promise<ChannelInfo[]> {
    const all: ChannelInfo[] = []
    for (;;) {
      const page = (await this.#ask('list', all.length)) as ChannelInfo[]
      if (page.length === 0) return all
      all.push(...page)
    }
  }

  /** Makes a channel, where clients may, and subscribes to it: it goes with its last subscriber. */
  async create(name: string, handler: ChannelHandler): Promise<void> {
    await this.#listen('create', name, handler)
  }

  /** Subscribes; where this client has subscribed already, `handler` replaces the one that was there. */
  async subscribe(name: string, handler: ChannelHandler): Promise<void> {
    await this.#listen('subscribe', name, handler)
  }

  /** Ends the subscription. `handler` is not called from now on. Does nothing where there is none. */
  async unsubscribe(name: string): Promise<void> {
    this.#handlers.delete(name)
    await this.#ask('unsubscribe', name)
  }

  /** Publishes a text. @returns how many clients it goes to, this one included when it has subscribed */
  async publish(name: string, text: string): Promise<number> {
    return this.#publish(name, 'text', text)
  }

  /** As `publish`, for a value that JSON has. */
  async publishJson(name: string, value: unknown): Promise<number> {
    return this.#publish(name, 'json', value)
  }

  /** For connections: a message of this scope has come. One without a handler is of a subscription that has just ended. */
  take(message: ChannelMessage): void {
    try {
      this.#handlers.get(message.channel)?.(message)
    } catch (error) {
      this.#logger.error({ err: error, channel: message.channel }, 'a handler of a channel failed')
    }
  }

  async #listen(action: 'create' | 'subscribe', name: string, handler: ChannelHandler): Promise<void> {
    if (typeof handler !== 'function')
      throw new ClientError('invalid_argument', 'the handler of a channel is a function')
    const before = this.#handlers.get(name)
    // before the answer: what is published right behind it may come with it
    this.#handlers.set(name, handler)
    try {
      await this.#ask(action, name)
    } catch (error) {
      if (this.#handlers.get(name) === handler) {
        if (before === undefined) this.#handlers.delete(name)
        else this.#handlers.set(name, before)
      }
      throw error
    }
  }

  async #publish(name: string, kind: ChannelKind, data: unknown): Promise<number> {
    return (await this.#ask('publish', name, kind, data)) as number
  }

  #ask(action: string, ...rest: unknown[]): Promise<unknown> {
    return this.#request(channelsEvent, [action, this.#scope, ...rest])
  }
}
