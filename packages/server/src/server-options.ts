import type { RequestListener } from 'node:http'
import type { TlsOptions } from 'node:tls'
import type { AnyGame, Clock, EventWire, Logger, Recipients } from '@tygase/gamestate'
import type { ProtocolError, SessionLimits } from '@tygase/protocol'
import type { ChannelsOptions } from './channels/channel-options.js'
import { checkCounts } from './check-counts.js'
import type { AccessLogTarget } from './entrance/access-log.js'
import type { BlockList } from './entrance/block-list.js'
import type { AllowedOrigins } from './entrance/origins.js'
import type { TrustProxy } from './entrance/trusted-proxies.js'
import { ServerError } from './errors.js'
import type { JoinQueueOptions } from './join-queue.js'
import type { ServerConnection } from './server-connection.js'

export interface ServerOptions<G extends AnyGame = AnyGame> {
  /** Where events of clients go and whose ticks drive the server: a `GameStateMachine`. Default: none, events go to handlers alone. */
  eventWire?: EventWire & { readonly game?: G }
  /** The rules, for names, schemas and precision. Default: those of the event wire. */
  game?: G
  /** Default: real time. */
  clock?: Clock
  /** From 0 to below 1. Resume tokens are drawn from it, so only tests pass one of their own. Default: of the runtime's cryptography. */
  random?: () => number
  /** Default: silent. */
  logger?: Logger
  limits?: Partial<SessionLimits>
  /** State and events go out on every n-th tick. A whole number from 1, default 1. */
  sendEveryTicks?: number
  /** When the host client's session ends, the session connected longest becomes host. Default true. */
  handOverHost?: boolean
  /** A client with more unsent bytes than this in its transport is skipped until they have left. Default 64 KiB. */
  maxBufferedBytes?: number
  /** A client that has been skipped for so long without a break is closed with `too_slow`. Default 10,000. */
  slowTimeoutMs?: number
  /** Clients that are let in at once or between two ticks on which state goes out; the others wait. Default 32. */
  maxJoinsPerTick?: number
  /** So many bytes of welcomes and snapshots end it as well, after one client at least. Default 4 MiB. */
  maxJoinBytesPerTick?: number
  /** Sessions at a time, suspended ones included; one more is refused with `server_full`. Default 1,000. */
  maxSessions?: number
  /**
   * Sessions at a time from one address, suspended ones included; one more is refused with `too_many_sessions`. An IPv6 network
   * of 64 bits counts as one address. Default 100, and no limit for this machine's own; a number that is given holds for all.
   */
  maxSessionsPerAddress?: number
  /**
   * Sockets and transports that have not said hello yet. One more makes the one go that has waited longest, with
   * `server_full`. Default 256.
   */
  maxHandshakes?: number
  /** The same for each address, with `too_many_sessions`. Default 32, and no limit for this machine's own addresses. */
  maxHandshakesPerAddress?: number
  /** Addresses from which nobody is let in; may be changed at any time. Default: none. */
  blockList?: BlockList
  /** What clients may do with channels. */
  channels?: ChannelsOptions
  /** Gets an entry for each client that comes, goes or is turned away; must not be the `logger`. Default: off. */
  accessLog?: AccessLogTarget
}

/** The numbers among the options, with their defaults. @throws ServerError `invalid_argument` naming the one out of range */
export function checkOptions(options: ServerOptions): Record<CountOption, number> {
  const counts = {
    sendEveryTicks: options.sendEveryTicks ?? 1,
    maxBufferedBytes: options.maxBufferedBytes ?? 64 * 1024,
    slowTimeoutMs: options.slowTimeoutMs ?? 10_000,
    maxJoinsPerTick: options.maxJoinsPerTick ?? 32,
    maxJoinBytesPerTick: options.maxJoinBytesPerTick ?? 4 * 1024 * 1024,
    maxSessions: options.maxSessions ?? 1000,
    maxHandshakes: options.maxHandshakes ?? 256,
  }
  const { maxSessionsPerAddress = 1, maxHandshakesPerAddress = 1 } = options
  checkCounts({ ...counts, maxSessionsPerAddress, maxHandshakesPerAddress })
  return counts
}

/** @throws ServerError `invalid_argument` */
export function checkPort(port: number | false): void {
  if (port === false || (Number.isInteger(port) && port >= 0 && port <= 65_535)) return
  throw new ServerError('invalid_argument', `a port is from 0 to 65535 or false, not ${port}`)
}

/** How many come in at a time. */
export function joinPace(counts: Record<CountOption, number>): JoinQueueOptions {
  const { maxSessions, maxJoinsPerTick, maxJoinBytesPerTick } = counts
  return { maxWaiting: maxSessions, maxJoinsPerTurn: maxJoinsPerTick, maxJoinBytesPerTurn: maxJoinBytesPerTick }
}

type CountOption =
  | 'sendEveryTicks'
  | 'maxBufferedBytes'
  | 'slowTimeoutMs'
  | 'maxJoinsPerTick'
  | 'maxJoinBytesPerTick'
  | 'maxSessions'
  | 'maxHandshakes'

/** Handles one event of clients; what it returns, or its promise resolves to, goes back to the sender. */
export type ServerEventHandler<Data> = (data: Data, connection: ServerConnection) => unknown

export interface RunOptions {
  /** 0 to 65535, where 0 takes any that is free; `false` does not listen, for play in process. Default 0. */
  port?: number | false
  /** The address to listen at. Default `localhost`: this machine alone. */
  hostname?: string
  /** Answers HTTP requests on the same port. Default: 426, as there is nothing but WebSocket here. */
  requestListener?: RequestListener
  /** Clients of another path are refused with `unknown_path`. Default: any path will do. */
  path?: string
  /** Certificate, key and whatever else `node:tls` takes: clients connect by `wss:` then. Default: no encryption. */
  tls?: TlsOptions
  /** Web pages of other origins are refused with HTTP 403. Default: those of any origin may connect. */
  allowedOrigins?: AllowedOrigins
  /**
   * Whose `X-Forwarded-For` says where a client is: the last n proxies, or proxies at these addresses and networks. Default
   * false: a client is where its socket is.
   */
  trustProxy?: TrustProxy
}

export interface ShutdownOptions {
  /** For people at the clients. */
  reason?: string
  /** How long transports may take to send what waits and to close. Default 500. */
  drainMs?: number
  /** Ends all sessions for good. Default false: they wait out their grace time for this server object to run again. */
  endSessions?: boolean
}

export interface ServerDispatchOptions {
  /** Who gets it. Default `'all'`. */
  targetClient?: Recipients
  /** How often it may be sent again to a client that has not acked it, 0 to Infinity. Default 0. */
  retries?: number
  /** Called once for each client whose handler has run, with what the handler returned. */
  onAck?: (connection: ServerConnection, result: unknown) => void
  /** Called once for each client where it did not come to that. */
  onFail?: (connection: ServerConnection, error: ProtocolError) => void
}
