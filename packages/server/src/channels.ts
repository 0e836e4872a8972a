import type { ChannelInfo, ChannelMessage } from '@tygase/protocol/internal'

/** Clients that may publish in a channel: its subscribers, all clients, or none but the server's own code. */
export type PublishRight = 'subscribers' | 'all' | 'none'

/** Options of one channel. */
export interface ChannelOptions {
  /** Default `subscribers`. */
  publishers?: PublishRight
  /** Most subscribed clients at a time, at this server; one more is refused with `channel_limit`. From 1, default no limit. */
  maxSubscribers?: number
  /**
   * `cluster`: messages also go to the subscribers of the channel at all other servers of the cluster that have made it so. Only for
   * the channels of a server; one without a cluster is alone. Default `local`.
   */
  scope?: 'local' | 'cluster'
}

/** Rights and limits of clients in channels. */
export interface ChannelsOptions {
  /**
   * True: a client may create channels. It is then subscribed, and the channel ends with its last subscriber. Default false:
   * such a request is refused with `channel_denied`.
   */
  clientsMayCreate?: boolean
  /** Most channels at a time; one more is refused with `channel_limit`. From 1, default 1,000. */
  maxChannels?: number
  /** Most channels that one client may be subscribed to. From 1, default 100. */
  maxSubscriptionsPerClient?: number
  /**
   * Messages that one client may publish per second, in all channels of one room (or of the server) together; one more is
   * refused with `channel_too_fast`. Each message goes to all subscribers, so the client's own limits bound little here.
   * From 1, default 100; Infinity: no limit.
   */
  publishesPerSecondPerClient?: number
  /**
   * The same, counted once for each subscriber: what a message costs the server. A message within the limit goes to all
   * subscribers, and the next one waits until that is made up for. From 1, default 5,000; Infinity: no limit.
   */
  deliveriesPerSecondPerClient?: number
  /**
   * Answers to `list` per second, of up to 200 channels each; one more is refused with `channel_too_fast`. From 1, default 20;
   * Infinity: no limit.
   */
  listsPerSecondPerClient?: number
}

/** Called with each message of a channel. */
export type ChannelListener = (message: ChannelMessage) => void

/**
 * Named channels beside the state. A message goes to all subscribers at once, without waiting for the tick. This is the side
 * of the server's own code; a client has `connection.channels`.
 */
export interface Channels {
  /** Messages that did not reach a subscriber, because its queue was full or its session ended. */
  readonly dropped: number
  /** Messages of other servers of a cluster that did not reach this one, for it was gone for too long. */
  readonly lost: number
  /** All channels, oldest first, each with its subscribers at this server. */
  list(): ChannelInfo[]
  /** True if there is a channel of this name. */
  has(name: string): boolean
  /** @throws ServerError `channel_invalid` for a name, `channel_exists`, `channel_limit`, `invalid_argument` */
  create(name: string, options?: ChannelOptions): void
  /** Ends a channel and its subscriptions. @returns true if the channel was there */
  delete(name: string): boolean
  /**
   * Calls `listener` with each message, of clients and of the server. A listener that throws is logged.
   * @returns a function that ends the subscription
   * @throws ServerError `unknown_channel`, `invalid_argument`
   */
  subscribe(name: string, listener: ChannelListener): () => void
  /**
   * Calls `listener` whenever `lost` has grown. A listener that throws is logged.
   * @returns a function that removes it
   */
  onLost(listener: (lost: { readonly channel: string; readonly count: number }) => void): () => void
  /**
   * Publishes a text. Messages that wait for a slow or suspended client are bounded by `limits.maxQueuedEvents` and
   * `limits.maxQueuedBytes`; beyond that they are dropped for that client alone.
   * @returns the number of clients of this server that it is sent to
   * @throws ServerError `unknown_channel`, `channel_invalid`; ClusterError `engine_too_large`; GameStateError `value_limit`, `value_too_large`; ProtocolError `event_too_large`
   */
  publish(name: string, text: string): number
  /** As `publish`, for a JSON value. */
  publishJson(name: string, value: unknown): number
}
