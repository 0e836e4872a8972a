import type { Clock, Logger } from '@tygase/gamestate'
import { guard, Listeners } from '@tygase/gamestate/internal'
import { type ChannelInfo, type ChannelKind, type ChannelScope, channelEvent } from '@tygase/protocol/internal'
import type { ChannelListener, ChannelOptions, Channels, ChannelsOptions, PublishRight } from '../channels.js'
import type { ClientLink, LinkRoom } from '../clients/client-link.js'
import { TokenBuckets } from '../entrance/address-limits.js'
import { ServerError } from '../errors.js'
import { count, other, type Rows, settle } from '../options.js'

/** Channels in one answer: with the longest names they fit into the default limit of 64 KiB for the result of an event. */
const pageSize = 200
/** Letters and digits of all scripts. */
const nameForm = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u
/** Deepest JSON value: an event carries no deeper one by default. */
const maxJsonDepth = 30

interface Channel {
  readonly name: string
  readonly publishers: PublishRight
  readonly maxSubscribers: number
  /** True: the channel ends with its last subscriber. */
  readonly isPassing: boolean
  readonly subscribers: Set<ClientLink>
  readonly listeners: Listeners<Parameters<ChannelListener>>
}

/** The option `channels` of a server and of a kind of room. */
export const channelsOptionRows: Rows<keyof ChannelsOptions> = {
  clientsMayCreate: {
    ...other('clientsMayCreate', 'switch', 'True: a client may create channels, and is then subscribed.', false),
    code: 'channel_denied',
  },
  maxChannels: count('maxChannels', 1000, 'channels', 'Channels at a time.', 'channel_limit'),
  maxSubscriptionsPerClient: count(
    'maxSubscriptionsPerClient',
    100,
    'channels',
    'Channels that one client is subscribed to.',
    'channel_limit',
  ),
  publishesPerSecondPerClient: count(
    'publishesPerSecondPerClient',
    100,
    'messages/s',
    'Messages of one client in all channels of one room, or of the server. Those of a second may come at once.',
    'channel_too_fast',
  ),
}

/** Options of `channels.create`. */
export const channelOptionRows: Rows<keyof ChannelOptions> = {
  publishers: other('publishers', 'choice', 'Clients that may publish, besides code at the server.', 'subscribers', [
    'subscribers',
    'all',
    'none',
  ]),
  maxSubscribers: count(
    'maxSubscribers',
    Number.POSITIVE_INFINITY,
    'clients',
    'Subscribed clients at a time.',
    'channel_limit',
  ),
}

/** All channels of one scope, and their subscribers. */
export class ChannelTable implements Channels {
  readonly #scope: ChannelScope
  readonly #logger: Logger
  readonly #options: Required<ChannelsOptions>
  /** Messages that each client may publish now. */
  readonly #publishes: TokenBuckets
  readonly #channels = new Map<string, Channel>()
  readonly #byClient = new Map<ClientLink, Set<Channel>>()
  #dropped = 0

  /** @throws ServerError `invalid_argument` */
  constructor(scope: ChannelScope, clock: Clock, logger: Logger, options: ChannelsOptions = {}) {
    this.#scope = scope
    this.#logger = logger
    // reason: every row has a default
    this.#options = settle('channels', channelsOptionRows, options) as Required<ChannelsOptions>
    this.#publishes = new TokenBuckets(clock)
  }

  get dropped(): number {
    return this.#dropped
  }

  list(): ChannelInfo[] {
    return [...this.#channels.values()].map(({ name, subscribers }) => ({ name, subscribers: subscribers.size }))
  }

  /** A part of the list that fits into an answer. @param from number of channels that the client has already */
  page(from: unknown): ChannelInfo[] {
    const start = typeof from === 'number' && Number.isSafeInteger(from) && from >= 0 ? from : 0
    return this.list().slice(start, start + pageSize)
  }

  has(name: string): boolean {
    return this.#channels.has(name)
  }

  create(name: string, options: ChannelOptions = {}): void {
    this.#create(name, options, false)
  }

  delete(name: string): boolean {
    const channel = this.#channels.get(name)
    if (channel === undefined) return false
    this.#channels.delete(name)
    for (const link of channel.subscribers) this.#forget(link, channel)
    return true
  }

  subscribe(name: string, listener: ChannelListener): () => void {
    const channel = this.#channelOf(name)
    if (typeof listener !== 'function') throw new ServerError('invalid_argument', 'a subscriber is a function')
    return channel.listeners.add(listener)
  }

  publish(name: string, text: string): number {
    return this.#send(this.#channelOf(name), 'text', text, undefined)
  }

  publishJson(name: string, value: unknown): number {
    return this.#send(this.#channelOf(name), 'json', value, undefined)
  }

  /** A client creates a channel. @throws ServerError `channel_denied`, `channel_limit`, `channel_exists`, `channel_invalid` */
  createFor(link: ClientLink, name: unknown): void {
    if (!this.#options.clientsMayCreate) throw new ServerError('channel_denied', 'clients may not create channels here')
    checkChannelName(name)
    this.#checkSubscriptions(link)
    this.#create(name, {}, true)
    this.subscribeClient(link, name)
  }

  /** Does nothing for a client that is subscribed. @throws ServerError `unknown_channel`, `channel_limit` */
  subscribeClient(link: ClientLink, name: unknown): void {
    const channel = this.#channelOf(name)
    if (channel.subscribers.has(link)) return
    this.#checkSubscriptions(link)
    if (channel.subscribers.size >= channel.maxSubscribers) {
      throw new ServerError('channel_limit', `the channel '${channel.name}' takes no more subscribers`)
    }
    channel.subscribers.add(link)
    const channels = this.#byClient.get(link)
    if (channels === undefined) this.#byClient.set(link, new Set([channel]))
    else channels.add(channel)
  }

  /** Does nothing for a client that is not subscribed. @throws ServerError `unknown_channel` */
  unsubscribeClient(link: ClientLink, name: unknown): void {
    this.#leave(link, this.#channelOf(name))
  }

  /** The session of a client has ended. */
  leaveAll(link: ClientLink): void {
    for (const channel of [...(this.#byClient.get(link) ?? [])]) this.#leave(link, channel)
  }

  /** @returns the number of clients that it is sent to. @throws ServerError `channel_denied`, `channel_too_fast`, and as `publish` does */
  publishFrom(link: ClientLink, name: unknown, kind: unknown, data: unknown): number {
    const channel = this.#channelOf(name)
    const { publishers, subscribers } = channel
    const isAllowed = publishers === 'all' || (publishers === 'subscribers' && subscribers.has(link))
    if (!isAllowed) throw new ServerError('channel_denied', `this client may not publish to '${channel.name}'`)
    const burst = this.#options.publishesPerSecondPerClient
    if (burst !== Number.POSITIVE_INFINITY && !this.#publishes.take(link.id, { burst, perMinute: burst * 60 })) {
      throw new ServerError('channel_too_fast', `a client publishes at most ${burst} messages a second`)
    }
    return this.#send(channel, kind, data, link.id)
  }

  #create(name: string, options: ChannelOptions, isPassing: boolean): void {
    // reason: every row has a default
    const { publishers, maxSubscribers } = settle(
      'channels.create',
      channelOptionRows,
      options,
    ) as Required<ChannelOptions>
    checkChannelName(name)
    if (this.#channels.has(name)) throw new ServerError('channel_exists', `there is a channel '${name}' already`)
    const { maxChannels } = this.#options
    if (this.#channels.size >= maxChannels) {
      throw new ServerError('channel_limit', `there are ${maxChannels} channels already`)
    }
    const [subscribers, listeners] = [new Set<ClientLink>(), new Listeners<Parameters<ChannelListener>>()]
    this.#channels.set(name, { name, publishers, maxSubscribers, isPassing, subscribers, listeners })
  }

  #send(channel: Channel, kind: unknown, data: unknown, from: string | undefined): number {
    const { name, subscribers, listeners } = channel
    checkChannelData(kind, data)
    const event = {
      name: channelEvent,
      data: [this.#scope, name, kind, data, from ?? null],
      // a message has nothing to do with the state, so it need not wait for a version
      minVersion: 0,
      retries: Number.POSITIVE_INFINITY,
      onFail: () => void this.#dropped++,
    }
    const byRoom = new Map<LinkRoom, ClientLink[]>()
    for (const link of subscribers) {
      const links = byRoom.get(link.owner)
      if (links === undefined) byRoom.set(link.owner, [link])
      else links.push(link)
    }
    for (const [{ out, loop }, links] of byRoom) {
      out.send(links, event)
      for (const link of links) loop.writeSoon(link)
    }
    listeners.each((listener) =>
      guard(this.#logger, `a subscriber of '${name}' failed`, () => listener({ channel: name, kind, data, from })),
    )
    return subscribers.size
  }

  #channelOf(name: unknown): Channel {
    const channel = typeof name === 'string' ? this.#channels.get(name) : undefined
    if (channel !== undefined) return channel
    checkChannelName(name)
    throw new ServerError('unknown_channel', `there is no channel '${name}'`)
  }

  #checkSubscriptions(link: ClientLink): void {
    if ((this.#byClient.get(link)?.size ?? 0) < this.#options.maxSubscriptionsPerClient) return
    throw new ServerError('channel_limit', 'this client is subscribed to as many channels as it may be')
  }

  #leave(link: ClientLink, channel: Channel): void {
    channel.subscribers.delete(link)
    this.#forget(link, channel)
    if (channel.isPassing && channel.subscribers.size === 0) this.#channels.delete(channel.name)
  }

  #forget(link: ClientLink, channel: Channel): void {
    const channels = this.#byClient.get(link)
    channels?.delete(channel)
    if (channels?.size === 0) this.#byClient.delete(link)
  }
}

/** @throws ServerError `channel_invalid` */
function checkChannelName(name: unknown): asserts name is string {
  if (typeof name === 'string' && nameForm.test(name)) return
  throw new ServerError('channel_invalid', 'a channel has a name of 1 to 64 letters, digits, ".", "_" and "-"')
}

/** @throws ServerError `channel_invalid` if the data is not of its kind */
function checkChannelData(kind: unknown, data: unknown): asserts kind is ChannelKind {
  if (kind !== 'text' && kind !== 'json') throw new ServerError('channel_invalid', 'a message is text or json')
  if (kind === 'text' && typeof data !== 'string') throw new ServerError('channel_invalid', 'a text is a string')
  if (kind === 'json' && !isJson(data, 0)) throw new ServerError('channel_invalid', 'not a JSON value')
}

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth >= maxJsonDepth) return false
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  // a plain object, of this realm or another one
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false
  return Object.values(value).every((item) => isJson(item, depth + 1))
}
