import type { Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import {
  type ChannelInfo,
  type ChannelKind,
  type ChannelMessage,
  type ChannelScope,
  channelsEvent,
} from '@tygase/protocol/internal'
import { checkFunction } from './checks.js'
import type { EventSender } from './events.js'

/** Takes the messages of a channel. */
type ChannelHandler = (message: ChannelMessage) => unknown

/**
 * Named channels beside the state: a message that is published goes at once to all subscribers. Subscriptions belong to
 * the session: they outlive its transport and end with it.
 *
 * The server refuses with a `RefusalError`: `unknown_channel`, `channel_exists`, `channel_denied`, `channel_limit`,
 * `channel_too_fast`, `channel_invalid`. Without an answer, all methods reject with a ClientError: `connection_closed` or
 * `request_timeout`.
 */
export class Channels {
  readonly #scope: ChannelScope
  readonly #sender: EventSender
  readonly #logger: Logger
  readonly #handlers = new Map<string, ChannelHandler>()

  /** For connections. */
  constructor(scope: ChannelScope, sender: EventSender, logger: Logger) {
    this.#scope = scope
    this.#sender = sender
    this.#logger = logger
    bindMethods(this, Channels)
  }

  /** @returns all channels, the oldest first */
  async list(): Promise<ChannelInfo[]> {
    const all: ChannelInfo[] = []
    for (;;) {
      const page = (await this.#ask('list', all.length)) as ChannelInfo[]
      if (page.length === 0) return all
      all.push(...page)
    }
  }

  /** Makes a channel, if the server lets clients do so, and subscribes to it. The channel ends with its last subscriber. */
  async create(name: string, handler: (message: ChannelMessage) => unknown): Promise<void> {
    await this.#listen('create', name, handler)
  }

  /** Subscribes to a channel. If this client is subscribed already, `handler` replaces the one before. */
  async subscribe(name: string, handler: (message: ChannelMessage) => unknown): Promise<void> {
    await this.#listen('subscribe', name, handler)
  }

  /** Ends the subscription: its handler is not called from now on. Does nothing without a subscription. */
  async unsubscribe(name: string): Promise<void> {
    this.#handlers.delete(name)
    await this.#ask('unsubscribe', name)
  }

  /** Publishes a text. @returns the number of subscribers that get it, this client included if it is subscribed */
  async publish(name: string, text: string): Promise<number> {
    return this.#publish(name, 'text', text)
  }

  /** Publishes a value that JSON can hold. @returns as `publish` */
  async publishJson(name: string, value: unknown): Promise<number> {
    return this.#publish(name, 'json', value)
  }

  /** For connections: takes a message of this scope. A message without a handler belongs to a subscription that has just ended. */
  take(message: ChannelMessage): void {
    const { channel } = message
    guard(this.#logger, 'a handler of a channel failed', () => this.#handlers.get(channel)?.(message), { channel })
  }

  async #listen(action: 'create' | 'subscribe', name: string, handler: ChannelHandler): Promise<void> {
    checkFunction('the handler of a channel', handler)
    const before = this.#handlers.get(name)
    // set before the answer: the first message may arrive together with it
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
    return this.#sender.request(channelsEvent, [action, this.#scope, ...rest])
  }
}

/** Takes the data of a `$channel` event. Data that no server of ours would send is ignored. */
export function takeMessage(data: unknown, ofRoom: Channels, ofServer: Channels): void {
  if (!Array.isArray(data)) return
  const [scope, channel, kind, content, from] = data as unknown[]
  if ((scope !== 'room' && scope !== 'server') || typeof channel !== 'string') return
  if ((kind !== 'text' && kind !== 'json') || (kind === 'text' && typeof content !== 'string')) return
  if (from !== null && typeof from !== 'string') return
  const channels = scope === 'room' ? ofRoom : ofServer
  channels.take({ channel, kind, data: content, from: from ?? undefined })
}

/** Binds the methods of an object, so that they may be passed around. @param type its class */
export function bindMethods(object: object, type: { readonly prototype: object }): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(type.prototype))) {
    if (typeof value !== 'function' || name === 'constructor') continue
    Object.defineProperty(object, name, { value: value.bind(object), configurable: true, writable: true })
  }
}
