import type { Clock, Logger } from '@tygase/gamestate'
import { decodeValue, encodeValue, guard, Listeners, TygaseError } from '@tygase/gamestate/internal'
import {
  type ChannelInfo,
  type ChannelKind,
  type ChannelScope,
  channelEvent,
  type Outcome,
} from '@tygase/protocol/internal'
import type { ChannelListener, ChannelOptions, Channels, ChannelsOptions, PublishRight } from '../channels.js'
import type { ClientLink, LinkRoom } from '../clients/client-link.js'
import type { SharedChannels } from '../cluster/cluster.js'
import { ServerError, type ServerErrorCode } from '../errors.js'
import { count, other, type Rows, settle } from '../option-rows.js'

/** Channels in one answer. */
const pageSize = 200
/** The most bytes that one of them takes in it: its name has up to 64 characters of up to three bytes. */
const bytesPerChannel = 256
/** Letters and digits of all scripts. */
const nameForm = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u
/** Deepest JSON value: an event carries no deeper one by default. */
const maxJsonDepth = 30

/** Why a request is not carried out. A client gets it as the refusal of its event, code on the server as an error. */
interface Fault {
  readonly kind: 'refused'
  readonly code: ServerErrorCode
  readonly message: string
}

interface Channel {
  readonly name: string
  readonly publishers: PublishRight
  readonly maxSubscribers: number
  /** True: the channel ends with its last subscriber. */
  readonly isPassing: boolean
  readonly subscribers: Set<ClientLink>
  readonly listeners: Listeners<Parameters<ChannelListener>>
  /** Ends the subscription at other servers; undefined for a channel of this one alone. */
  endSharing: (() => void) | undefined
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
  deliveriesPerSecondPerClient: count(
    'deliveriesPerSecondPerClient',
    5000,
    'messages/s',
    'The same, counted once for each subscriber that a message goes to. The last one within it may go to any number.',
    'channel_too_fast',
  ),
  listsPerSecondPerClient: count(
    'listsPerSecondPerClient',
    20,
    'answers/s',
    'Parts of the list of channels, of up to 200 each, that one client gets. Those of a second may come at once.',
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
  scope: other('scope', 'choice', '`cluster`: messages go to its subscribers at all servers of the cluster.', 'local', [
    'local',
    'cluster',
  ]),
}

/** What one client may still do. */
class Allowance {
  readonly #perSecond: number
  #tokens: number
  #filledMs: number

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#tokens = perSecond
    this.#filledMs = nowMs
  }

  /** Takes `count` tokens if there is one at least; missing ones are owed. @returns false if there is none */
  take(count: number, nowMs: number): boolean {
    if (this.#perSecond === Number.POSITIVE_INFINITY || count === 0) return true
    const grown = this.#tokens + ((nowMs - this.#filledMs) / 1000) * this.#perSecond
    this.#tokens = Math.min(this.#perSecond, grown)
    this.#filledMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens -= count
    return true
  }
}

/** A client, as the channels of one scope know it. */
interface Subscriber {
  readonly channels: Set<Channel>
  readonly publishes: Allowance
  readonly deliveries: Allowance
  readonly lists: Allowance
}

/** All channels of one scope, and their subscribers. */
export class ChannelTable implements Channels {
  readonly #scope: ChannelScope
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #options: Required<ChannelsOptions>
  readonly #shared: SharedChannels | undefined
  readonly #losses = new Listeners<Parameters<Parameters<Channels['onLost']>[0]>>()
  readonly #channels = new Map<string, Channel>()
  readonly #byClient = new Map<ClientLink, Subscriber>()
  /** Made once after a change. */
  #list: readonly ChannelInfo[] | undefined
  /** Encoded parts of the list, by their first channel and their length. */
  readonly #pages = new Map<number, Uint8Array>()
  #dropped = 0
  #lost = 0
  readonly #onDrop = (): void => void this.#dropped++

  /** @param shared what the channels of a server in a cluster go through @throws ServerError `invalid_argument` */
  constructor(
    scope: ChannelScope,
    clock: Clock,
    logger: Logger,
    options: ChannelsOptions = {},
    shared?: SharedChannels,
  ) {
    this.#scope = scope
    this.#logger = logger
    // reason: every row has a default
    this.#options = settle('channels', channelsOptionRows, options) as Required<ChannelsOptions>
    this.#clock = clock
    this.#shared = shared
    shared?.onLost((lost) => {
      this.#lost += lost.count
      this.#losses.each((listener) => guard(logger, 'a listener of onLost failed', () => listener(lost)))
    })
  }

  get dropped(): number {
    return this.#dropped
  }

  get lost(): number {
    return this.#lost
  }

  onLost(listener: Parameters<Channels['onLost']>[0]): () => void {
    if (typeof listener !== 'function') throw new ServerError('invalid_argument', 'a listener is a function')
    return this.#losses.add(listener)
  }

  list(): ChannelInfo[] {
    return [...this.#listed]
  }

  has(name: string): boolean {
    return this.#channels.has(name)
  }

  create(name: string, options: ChannelOptions = {}): void {
    // reason: every row has a default
    const settled = settle('channels.create', channelOptionRows, options) as Required<ChannelOptions>
    if (settled.scope === 'cluster' && this.#scope === 'room') {
      throw new ServerError('invalid_argument', 'a channel of a room is at one server: use server.channels')
    }
    throwFault(this.#create(name, settled, false))
  }

  delete(name: string): boolean {
    const channel = this.#channels.get(name)
    if (channel === undefined) return false
    this.#channels.delete(name)
    channel.endSharing?.()
    for (const link of channel.subscribers) this.#byClient.get(link)?.channels.delete(channel)
    this.#changed()
    return true
  }

  subscribe(name: string, listener: ChannelListener): () => void {
    const channel = this.#channelFor(name)
    if (typeof listener !== 'function') throw new ServerError('invalid_argument', 'a subscriber is a function')
    return channel.listeners.add(listener)
  }

  publish(name: string, text: string): number {
    return this.#publish(name, 'text', text)
  }

  publishJson(name: string, value: unknown): number {
    return this.#publish(name, 'json', value)
  }

  /**
   * A part of the list, for a client.
   * @param from number of channels that the client has already
   * @returns a refusal with `channel_too_fast`, or the list with the encoded part
   */
  listFor(link: ClientLink, from: unknown): Outcome {
    if (!this.#clientOf(link).lists.take(1, this.#clock.now())) return listsTooFast
    const start = typeof from === 'number' && Number.isSafeInteger(from) && from >= 0 ? from : 0
    const { length } = this.#listed
    const most = Math.floor(link.sendLimits.maxEventBytes / bytesPerChannel)
    return { kind: 'done', payload: this.#page(Math.min(start, length), Math.max(1, Math.min(pageSize, most))) }
  }

  /** A client creates a channel. The codes are `channel_denied`, `channel_limit`, `channel_exists`, `channel_invalid`. */
  createFor(link: ClientLink, name: unknown): Outcome {
    if (!this.#options.clientsMayCreate) return denied
    if (!isChannelName(name)) return nameInvalid
    return this.#subscriptionFault(link) ?? this.#create(name, usualOptions, true) ?? this.subscribeClient(link, name)
  }

  /** Does nothing for a client that is subscribed. The codes are `unknown_channel`, `channel_limit`, `channel_invalid`. */
  subscribeClient(link: ClientLink, name: unknown): Outcome {
    const channel = this.#channelOf(name)
    if ('code' in channel) return channel
    if (channel.subscribers.has(link)) return done
    const fault = this.#subscriptionFault(link)
    if (fault !== undefined) return fault
    if (channel.subscribers.size >= channel.maxSubscribers) {
      return faultOf('channel_limit', `the channel '${channel.name}' takes no more subscribers`)
    }
    channel.subscribers.add(link)
    this.#clientOf(link).channels.add(channel)
    this.#changed()
    return done
  }

  /** Does nothing for a client that is not subscribed. The codes are `unknown_channel`, `channel_invalid`. */
  unsubscribeClient(link: ClientLink, name: unknown): Outcome {
    const channel = this.#channelOf(name)
    if ('code' in channel) return channel
    this.#leave(link, channel)
    return done
  }

  /** The session of a client has ended. */
  leaveAll(link: ClientLink): void {
    for (const channel of this.#byClient.get(link)?.channels ?? []) this.#leave(link, channel)
    this.#byClient.delete(link)
  }

  /** The codes are `channel_denied`, `channel_too_fast`, `unknown_channel`, `channel_invalid`. @returns the number of clients that it is sent to */
  publishFrom(link: ClientLink, name: unknown, kind: unknown, data: unknown): Outcome {
    const channel = this.#channelOf(name)
    if ('code' in channel) return channel
    const { publishers, subscribers } = channel
    const isAllowed = publishers === 'all' || (publishers === 'subscribers' && subscribers.has(link))
    if (!isAllowed) return faultOf('channel_denied', `this client may not publish to '${channel.name}'`)
    const { publishes, deliveries } = this.#clientOf(link)
    const nowMs = this.#clock.now()
    if (!publishes.take(1, nowMs) || !deliveries.take(subscribers.size, nowMs)) return tooFast
    const fault = faultOfData(kind, data)
    if (fault !== undefined) return fault
    try {
      // reason: the check above
      const reached = this.#send(channel, kind as ChannelKind, data, link.id)
      return { kind: 'done', payload: encodeValue(reached) }
    } catch (error) {
      // with names and sender it is larger than what the client may send
      if (error instanceof TygaseError) return messageTooLarge
      throw error
    }
  }

  get #listed(): readonly ChannelInfo[] {
    this.#list ??= [...this.#channels.values()].map(({ name, subscribers }) => ({
      name,
      subscribers: subscribers.size,
    }))
    return this.#list
  }

  #page(start: number, length: number): Uint8Array {
    const make = (): Uint8Array => encodeValue(this.#listed.slice(start, start + length))
    // clients ask for whole pages; others are made anew, so that there are few to keep
    if (start % length !== 0 && start !== this.#listed.length) return make()
    const key = start * (pageSize + 1) + length
    const known = this.#pages.get(key)
    if (known !== undefined) return known
    const page = make()
    this.#pages.set(key, page)
    return page
  }

  #changed(): void {
    this.#list = undefined
    this.#pages.clear()
  }

  #clientOf(link: ClientLink): Subscriber {
    let client = this.#byClient.get(link)
    if (client === undefined) {
      const nowMs = this.#clock.now()
      const { publishesPerSecondPerClient, deliveriesPerSecondPerClient, listsPerSecondPerClient } = this.#options
      client = {
        channels: new Set(),
        publishes: new Allowance(publishesPerSecondPerClient, nowMs),
        deliveries: new Allowance(deliveriesPerSecondPerClient, nowMs),
        lists: new Allowance(listsPerSecondPerClient, nowMs),
      }
      this.#byClient.set(link, client)
    }
    return client
  }

  #create(
    name: string,
    { publishers, maxSubscribers, scope }: Required<ChannelOptions>,
    isPassing: boolean,
  ): Fault | undefined {
    if (!isChannelName(name)) return nameInvalid
    if (this.#channels.has(name)) return faultOf('channel_exists', `there is a channel '${name}' already`)
    const { maxChannels } = this.#options
    if (this.#channels.size >= maxChannels) return faultOf('channel_limit', `there are ${maxChannels} channels already`)
    const [subscribers, listeners] = [new Set<ClientLink>(), new Listeners<Parameters<ChannelListener>>()]
    const channel: Channel = {
      ...{ name, publishers, maxSubscribers, isPassing, subscribers, listeners },
      endSharing: undefined,
    }
    if (scope === 'cluster') {
      channel.endSharing = this.#shared?.subscribe(name, (message) => this.#receive(channel, message))
    }
    this.#channels.set(name, channel)
    this.#changed()
    return undefined
  }

  #publish(name: string, kind: ChannelKind, data: unknown): number {
    const channel = this.#channelFor(name)
    throwFault(faultOfData(kind, data))
    return this.#send(channel, kind, data, undefined)
  }

  /** @param data checked */
  #send(channel: Channel, kind: ChannelKind, data: unknown, from: string | undefined): number {
    const { name, subscribers, endSharing } = channel
    this.#queue(channel, kind, data, from)
    // before code of listeners runs, which may publish in turn
    if (endSharing !== undefined) this.#shared?.publish(name, encodeValue([kind, data, from ?? null]))
    this.#tell(channel, kind, data, from)
    return subscribers.size
  }

  /** A message of another server. */
  #receive(channel: Channel, message: Uint8Array): void {
    const { name } = channel
    guard(this.#logger, `a message of another server in '${name}' cannot be sent on`, () => {
      const [kind, data, from] = decodeValue(message) as [unknown, unknown, unknown]
      throwFault(faultOfData(kind, data))
      const sender = typeof from === 'string' ? from : undefined
      // reason: the check above
      this.#queue(channel, kind as ChannelKind, data, sender)
      this.#tell(channel, kind as ChannelKind, data, sender)
    })
  }

  /** Queues a message for each client that has subscribed. */
  #queue({ name, subscribers }: Channel, kind: ChannelKind, data: unknown, from: string | undefined): void {
    const event = {
      name: channelEvent,
      data: [this.#scope, name, kind, data, from ?? null],
      // a message has nothing to do with the state, so it need not wait for a version
      minVersion: 0,
      retries: Number.POSITIVE_INFINITY,
      onDrop: this.#onDrop,
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
  }

  /** Gives a message to the server's own code. */
  #tell({ name, listeners }: Channel, kind: ChannelKind, data: unknown, from: string | undefined): void {
    listeners.each((listener) =>
      guard(this.#logger, `a subscriber of '${name}' failed`, () => listener({ channel: name, kind, data, from })),
    )
  }

  #channelOf(name: unknown): Channel | Fault {
    const channel = typeof name === 'string' ? this.#channels.get(name) : undefined
    if (channel !== undefined) return channel
    return isChannelName(name) ? faultOf('unknown_channel', `there is no channel '${name}'`) : nameInvalid
  }

  /** @throws ServerError `unknown_channel`, `channel_invalid` */
  #channelFor(name: string): Channel {
    const channel = this.#channelOf(name)
    if ('code' in channel) throw new ServerError(channel.code, channel.message)
    return channel
  }

  #subscriptionFault(link: ClientLink): Fault | undefined {
    const count = this.#byClient.get(link)?.channels.size ?? 0
    return count < this.#options.maxSubscriptionsPerClient ? undefined : tooManySubscriptions
  }

  #leave(link: ClientLink, channel: Channel): void {
    if (!channel.subscribers.delete(link)) return
    this.#byClient.get(link)?.channels.delete(channel)
    if (channel.isPassing && channel.subscribers.size === 0) this.#channels.delete(channel.name)
    this.#changed()
  }
}

/** Shared by all clients: many refusals at once cost little. */
const denied = faultOf('channel_denied', 'clients may not create channels here')
const nameInvalid = faultOf('channel_invalid', 'a channel has a name of 1 to 64 letters, digits, ".", "_" and "-"')
const tooManySubscriptions = faultOf('channel_limit', 'this client is subscribed to as many channels as it may be')
const tooFast = faultOf('channel_too_fast', 'this client publishes faster than it may')
const listsTooFast = faultOf('channel_too_fast', 'this client asks for lists of channels faster than it may')
const messageTooLarge = faultOf('channel_invalid', 'the message is too large')
const kindInvalid = faultOf('channel_invalid', 'a message is text or json')
const textInvalid = faultOf('channel_invalid', 'a text is a string')
const jsonInvalid = faultOf('channel_invalid', 'not a JSON value')
const done: Outcome = Object.freeze({ kind: 'done' })

/** Options of a channel that a client creates. */
const usualOptions: Required<ChannelOptions> = {
  publishers: 'subscribers',
  maxSubscribers: Number.POSITIVE_INFINITY,
  scope: 'local',
}

function faultOf(code: ServerErrorCode, message: string): Fault {
  return { kind: 'refused', code, message }
}

/** @throws ServerError with the code of the fault */
function throwFault(fault: Fault | undefined): void {
  if (fault !== undefined) throw new ServerError(fault.code, fault.message)
}

function isChannelName(name: unknown): name is string {
  return typeof name === 'string' && nameForm.test(name)
}

/** @returns `channel_invalid` for data that is not of its kind */
function faultOfData(kind: unknown, data: unknown): Fault | undefined {
  if (kind !== 'text' && kind !== 'json') return kindInvalid
  if (kind === 'text' && typeof data !== 'string') return textInvalid
  return kind === 'json' && !isJson(data, 0) ? jsonInvalid : undefined
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
