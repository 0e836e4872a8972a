/**
 * Who may publish besides code on the server: clients that have subscribed, all clients, or none.
 */
export type PublishRight = 'subscribers' | 'all' | 'nobody'

export interface ChannelOptions {
  /** Default `subscribers`. */
  publishers?: PublishRight
  /** Clients that may be subscribed at a time; one more is refused with `channel_limit`. From 1, default no limit. */
  maxSubscribers?: number
}

export interface ChannelsOptions {
  /**
   * Clients may make channels, of the usual options: whoever makes one is subscribed to it, and it goes with its last
   * subscriber. Default false: then they are refused with `channel_denied`.
   */
  clientsMayCreate?: boolean
  /** Channels at a time; one more is refused with `channel_limit`. From 1, default 1,000. */
  maxChannels?: number
  /** Channels that one client may be subscribed to at a time. From 1, default 100. */
  maxSubscriptionsPerClient?: number
  /**
   * Messages that one client may publish, in all channels of one server or room together: a second's worth at once, and then as many
   * in a second; one more is refused with `channel_too_fast`. In a room, those in its channels and in its server's are counted apart.
   * Each goes to all subscribers, so that a client's own limits bound little here. From 1, default 100; Infinity: no limit but those.
   */
  publishesPerSecondPerClient?: number
}
