import type { Clock, Logger } from '@tygase/gamestate'
import { type ChannelInfo, type ChannelKind, type ChannelScope, channelEvent } from '@tygase/protocol'
import { checkCounts } from '../check-counts.js'
import { TokenBuckets } from '../entrance/address-limits.js'
import { ServerError } from '../errors.js'
import { sendToAll } from '../event-dispatch.js'
import { guard } from '../guard.js'
import type { OwnedConnection } from '../owned-connection.js'
import { Channel, type ChannelListener, type WriteSoon } from './channel.js'
import type { ChannelOptions, ChannelsOptions } from './channel-options.js'
import { checkChannelData, checkChannelName } from './check-channel.js'

/** With the longest of names these fit into the result of an event, of which the default limit is 64 KiB. */
const pageSize = 200

/** All channels of one scope, and the clients in them. */
export class ChannelTable {
  readonly #scope: ChannelScope
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #clientsMayCreate: boolean
  readonly #maxChannels: number
  readonly #maxPerClient: number
  readonly #publishesPerSecond: number
  /** What clients may publish, by their ids. */
  readonly #publishes: TokenBuckets
  readonly #channels = new Map<string, Channel>()
  readonly #byClient = new Map<OwnedConnection, Set<Channel>>()
  #dropped = 0

  /** @throws ServerError `invalid_argument` */
  constructor(scope: ChannelScope, clock: Clock, logger: Logger, options: ChannelsOptions = {}) {
    const { clientsMayCreate = false, maxChannels = 1000, maxSubscriptionsPerClient = 100 } = options
    const { publishesPerSecondPerClient = 100 } = options
    checkCounts({ maxChannels, maxSubscriptionsPerClient, publishesPerSecondPerClient })
    this.#scope = scope
    this.#clock = clock
    this.#logger = logger
    this.#clientsMayCreate = clientsMayCreate
    this.#maxChannels = maxChannels
    this.#maxPerClient = maxSubscriptionsPerClient
    this.#publishesPerSecond = publishesPerSecondPerClient
    this.#publishes = new TokenBuckets(clock)
  }

  /** Messages that did not get to a subscriber, as too many waited for it already or its session ended. */
  get dropped(): number {
    return this.#dropped
  }

  /** In the order of their making. */
  list(): ChannelInfo[] {
    return [...this.#channels.values()].map(({ name, subscribers }) => ({ name, subscribers: subscribers.size }))
  }

  /** For a client: so many as fit into an answer. @param from how many it has been told already */
  page(from: unknown): ChannelInfo[] {
    const start = typeof from === 'number' && Number.isSafeInteger(from) && from >= 0 ? from : 0
    return this.list().slice(start, start + pageSize)
  }

  has(name: string): boolean {
    return this.#channels.has(name)
  }

  create(name: string, options: ChannelOptions = {}, isPassing = false): void {
    const { publishers = 'subscribers', maxSubscribers = Number.POSITIVE_INFINITY } = options
    checkChannelName(name)
    checkCounts({ maxSubscribers })
    if (this.#channels.has(name)) throw new ServerError('channel_exists', `there is a channel '${name}' already`)
    if (this.#channels.size >= this.#maxChannels) {
      throw new ServerError('channel_limit', `there are ${this.#maxChannels} channels already`)
    }
    this.#channels.set(name, new Channel(name, publishers, maxSubscribers, isPassing))
  }

  /** @returns whether it was there */
  delete(name: string): boolean {
    const channel = this.#channels.get(name)
    if (channel === undefined) return false
    this.#channels.delete(name)
    for (const connection of channel.subscribers.keys()) this.#forget(connection, channel)
    return true
  }

  listen(name: string, listener: ChannelListener): () => void {
    const channel = this.#channelOf(name)
    if (typeof listener !== 'function') throw new ServerError('invalid_argument', 'a subscriber is a function')
    return channel.listeners.add(listener)
  }

  /** A client makes a channel. */
  createFor(connection: OwnedConnection, name: unknown, writeSoon: WriteSoon): void {
    if (!this.#clientsMayCreate) throw new ServerError('channel_denied', 'clients make no channels here')
    checkChannelName(name)
    if (this.#countOf(connection) >= this.#maxPerClient) throw tooManySubscriptions()
    this.create(name, {}, true)
    this.subscribe(connection, name, writeSoon)
  }

  /** Does nothing for a client that has subscribed already. */
  subscribe(connection: OwnedConnection, name: unknown, writeSoon: WriteSoon): void {
    const channel = this.#channelOf(name)
    if (channel.subscribers.has(connection)) return
    if (this.#countOf(connection) >= this.#maxPerClient) throw tooManySubscriptions()
    if (channel.subscribers.size >= channel.maxSubscribers) {
      throw new ServerError('channel_limit', `the channel '${channel.name}' takes no more subscribers`)
    }
    channel.subscribers.set(connection, writeSoon)
    const channels = this.#byClient.get(connection)
    if (channels === undefined) this.#byClient.set(connection, new Set([channel]))
    else channels.add(channel)
  }

  /** Does nothing for a client that has not subscribed. */
  unsubscribe(connection: OwnedConnection, name: unknown): void {
    this.#leave(connection, this.#channelOf(name))
  }

  /** A client's session has ended. */
  leaveAll(connection: OwnedConnection): void {
    for (const channel of [...(this.#byClient.get(connection) ?? [])]) this.#leave(connection, channel)
  }

  /** @returns how many clients it goes to. @throws ServerError `channel_denied`, `channel_too_fast` besides those of `publish` */
  publishFrom(connection: OwnedConnection, name: unknown, kind: unknown, data: unknown): number {
    const channel = this.#channelOf(name)
    if (!channel.takesFrom(connection)) {
      throw new ServerError('channel_denied', `this client may not publish to '${channel.name}'`)
    }
    const burst = this.#publishesPerSecond
    if (burst !== Number.POSITIVE_INFINITY) {
      const isSlow = this.#publishes.take(connection.clientId, { burst, perMinute: burst * 60 })
      if (!isSlow) throw new ServerError('channel_too_fast', `a client publishes at most ${burst} messages a second`)
    }
    return this.#send(channel, kind, data, connection.clientId)
  }

  /** @returns how many clients it goes to. @throws ServerError `unknown_channel`, `channel_invalid`; ProtocolError for what is too large */
  publish(name: string, kind: ChannelKind, data: unknown): number {
    return this.#send(this.#channelOf(name), kind, data, undefined)
  }

  #send(channel: Channel, kind: unknown, data: unknown, from: string | undefined): number {
    const { name, subscribers, listeners } = channel
    checkChannelData(kind, data)
    const connections = [...subscribers.keys()]
    const dispatch = {
      name: channelEvent,
      data: [this.#scope, name, kind, data, from ?? null],
      // what is said in a channel has nothing to do with the state, so it need not wait for a version
      minVersion: 0,
      now: this.#clock.now(),
      retries: Number.POSITIVE_INFINITY,
      onFail: () => void this.#dropped++,
    }
    sendToAll(connections, dispatch, this.#logger)
    for (const [connection, writeSoon] of subscribers) writeSoon(connection)
    listeners.each((listener) =>
      guard(this.#logger, `a subscriber of '${name}' failed`, () => listener({ channel: name, kind, data, from })),
    )
    return connections.length
  }

  #channelOf(name: unknown): Channel {
    const channel = typeof name === 'string' ? this.#channels.get(name) : undefined
    if (channel !== undefined) return channel
    checkChannelName(name)
    throw new ServerError('unknown_channel', `there is no channel '${name}'`)
  }

  #countOf(connection: OwnedConnection): number {
    return this.#byClient.get(connection)?.size ?? 0
  }

  #leave(connection: OwnedConnection, channel: Channel): void {
    channel.subscribers.delete(connection)
    this.#forget(connection, channel)
    if (channel.isPassing && channel.subscribers.size === 0) this.#channels.delete(channel.name)
  }

  #forget(connection: OwnedConnection, channel: Channel): void {
    const channels = this.#byClient.get(connection)
    channels?.delete(channel)
    if (channels?.size === 0) this.#byClient.delete(connection)
  }
}

function tooManySubscriptions(): ServerError {
  return new ServerError('channel_limit', 'this client is subscribed to as many channels as it may be')
}
