import type { Clock, Logger } from '@tygase/gamestate'
import type { ProtocolError, SessionLimits } from '@tygase/protocol'
import { ClientError } from './errors.js'

export interface ConnectOptions {
  /**
   * Says who this client is, to a server that asks: a token, or whatever the server's `auth` takes. A plain value, of 8 KiB at
   * most with the ticket. It travels in the first packet and is not logged.
   */
  credentials?: unknown
  /** Of a reservation that the server has made for this client: good for one place in its room. */
  ticket?: string
  /** How long `connect` tries before it rejects with `connect_timeout`. Default 5,000. */
  timeoutMs?: number
  /** Default: real time. */
  clock?: Clock
  /** From 0 to below 1, and not the same for two clients. Default: the runtime's own; nothing secret depends on it. */
  random?: () => number
  /** Default: silent. */
  logger?: Logger
  limits?: Partial<SessionLimits>
  /**
   * Whether a connection that has lost its transport tries to resume, for as long as the server keeps the session.
   * Otherwise it closes with `transport_lost`. Default true.
   */
  reconnect?: boolean
  /** Events that are dispatched one after the other go out together, once in so many ms at most. Default 50. */
  flushIntervalMs?: number
  /** How many versions the replica keeps: enough to draw a little in the past. From 1, default 16. */
  maxVersions?: number
}

/** The numbers among the options, with their defaults. @throws ClientError `invalid_argument` naming the one out of range */
export function checkCounts(options: ConnectOptions): ConnectCounts {
  const { timeoutMs = 5000, flushIntervalMs = 50, maxVersions = 16 } = options
  for (const [name, value, least] of [
    ['timeoutMs', timeoutMs, 0],
    ['flushIntervalMs', flushIntervalMs, 0],
    ['maxVersions', maxVersions, 1],
  ] as const) {
    if (!(value >= least)) throw new ClientError('invalid_argument', `${name} is a number from ${least}, not ${value}`)
  }
  return { timeoutMs, flushIntervalMs, maxVersions }
}

export type ConnectCounts = Required<Pick<ConnectOptions, 'timeoutMs' | 'flushIntervalMs' | 'maxVersions'>>

export interface DispatchOptions {
  /** How often it may be sent again while no ack has come, 0 to Infinity. Default 0. */
  retries?: number
  /** The handler at the server has run; `result` is what it returned. Of this and `onFail` exactly one is called, once. */
  onAck?: (result: unknown) => void
  onFail?: (error: ProtocolError) => void
}

export interface RequestOptions {
  /** How long to wait for the answer. Default 5,000. */
  timeoutMs?: number
  /** As of `DispatchOptions`. Default Infinity: until the answer is there or the session ends. */
  retries?: number
}

export interface WaitOptions {
  /** Default 1,000. */
  timeoutMs?: number
}

export interface DisconnectOptions {
  /** Asks the server to shut down, which only the host client may. Default false. */
  shutdownServer?: boolean
}
