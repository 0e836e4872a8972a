/** The event by which a client says what it wants of channels: `[action, scope, channel, …]`. */
export const channelsEvent = '$channels'

/** The event that brings a message to a subscriber: `[scope, channel, kind, data, from]`. */
export const channelEvent = '$channel'

/** The event that tells a client who is in its room: a `MembersNews`. */
export const membersEvent = '$members'

/** Whose channels: those of the client's room, or of its server where there are no rooms; or those of all rooms together. */
export type ChannelScope = 'room' | 'server'

/** What was published: a text, or a value of JSON. A JSON value that is a string is not the same as a text. */
export type ChannelKind = 'text' | 'json'

/** What a subscriber gets. */
export interface ChannelMessage {
  readonly channel: string
  readonly kind: ChannelKind
  /** A string when `kind` is text. */
  readonly data: unknown
  /** The client that has published it; undefined when it was code on the server. */
  readonly from: string | undefined
}

/** What is known of a channel without being subscribed to it. */
export interface ChannelInfo {
  readonly name: string
  /** Clients that have subscribed. */
  readonly subscribers: number
}

/** Somebody in a room, as all who are in it may know. */
export interface MemberInfo {
  readonly clientId: string
  /** Who it is, where the server asks for that; undefined otherwise, as the name. */
  readonly userId?: string
  readonly name?: string
  /** In ms of the server's clock. */
  readonly joinedAtMs: number
  /** Smoothed round-trip time; undefined until measured. */
  readonly rttMs?: number
}

/** What has become of the members of a room. Parts that are left out have not changed. */
export interface MembersNews {
  /** What was told before is over: for one who has just come. */
  readonly reset?: boolean
  readonly joined?: readonly MemberInfo[]
  readonly left?: string
  /** New round-trip times, by client id. */
  readonly rttMs?: Readonly<Record<string, number>>
}

/** The most that may be presented: with a path and a resume it fits into a hello. */
export const maxPresentedBytes = 8 * 1024

/** What a client presents in its hello besides its path, as a payload. Nothing at all is no bytes. */
export interface Presented {
  /** For whoever asks who a client is. */
  readonly credentials?: unknown
  /** Of a reservation. */
  readonly ticket?: string
}
