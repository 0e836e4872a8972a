import type { IncomingHttpHeaders, RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import type { AnyGame, Clock, Logger } from '@tygase/gamestate'
import type { CloseCode, Transport } from '@tygase/protocol'
import type { ClientAddress, TrustProxy } from './address.js'
import type { ConnectionBudget } from './budget.js'
import type { AllowedOrigins, RoomSource } from './http-answers.js'
import type { Refusal } from './pending-list.js'
/** A transport that a server accepts. An unknown property may be left out: it is then neither limited nor logged. */
export interface AcceptedTransport extends Transport {
  /** Where the client is; undefined in the same process. */
  readonly clientAddress?: ClientAddress | undefined
  /** Bytes that the connection below has carried so far, heads included. Default: the session counts its packets. */
  readonly bytesRead?: number | undefined
  /** The same of bytes to the client. */
  readonly bytesWritten?: number | undefined
  /**
   * Counts time that was spent for the client elsewhere, in rules of its events, and bytes that it has caused: it is read later. A transport with this method
   * keeps to a `budget` of its own, from `openBudget` of the door; to all others the server applies one, packet by packet.
   */
  charge?(ms: number, bytes?: number): void
  /** Asked before each event of a packet, of so many bytes: false if the budget is overdrawn, so that the event should wait. */
  mayWork?(bytes?: number): boolean
  /** Set by the owner; called if the budget is overdrawn, and nothing is read before `untilMs` on the server's clock. */
  onPause?: ((untilMs: number) => void) | undefined
  /**
   * True while packets of one read are handed to `onBytes`, after which `onReadEnd` is called: answers wait for it, so that
   * they leave together. Left out by a transport that does not know.
   */
  readonly isReading?: boolean
  /** Set by the owner; called after the last packet of a read. */
  onReadEnd?: (() => void) | undefined
}

/** The request that opened a transport. */
export interface UpgradeRequest {
  /** Path and query. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** A request for a WebSocket that another process of this machine has accepted. */
export interface HandedRequest {
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** Bytes that were read behind it. */
  readonly head: Uint8Array
}

/** Hands an accepted socket, of which nothing more is read here, to another process of this machine. Throws nothing. */
export type SocketGiver = (socket: Socket, request: HandedRequest) => void

/**
 * Accepts transports of one kind and hands them to a server: `run({ listeners: [...] })`. A new kind of transport is a
 * `Listener` and a `Transport`, and nothing else changes.
 */
export interface Listener {
  /**
   * Begins to listen, and calls `door.accept` for each transport from then on.
   * @returns the address, for `server.port` and the log
   * @throws (as a rejection) if it cannot listen; then it holds no port and no timer
   */
  listen(door: ListenerDoor): Promise<ListeningAddress>
  /**
   * Accepts no more transports, and resolves when the port is free and every connection has closed. Sessions close their
   * transports themselves; a connection that is still open after `drainMs` is cut.
   */
  close(drainMs: number): Promise<void>
  /**
   * Leaves the port to the next process: accepts no more transports, and those that are there stay. `close` follows. Left out by a
   * listener that does so in `close`.
   */
  leavePort?(): void
  /** Goes on with a socket that another process has accepted at the same port. Left out by a listener that has no sockets. */
  adopt?(socket: Socket, request: HandedRequest): void
  /** Uses another certificate for new connections. Missing if the transport has none. @throws ServerError `tls_invalid` */
  setSecureContext?(options: SecureContextOptions): void
}

/** Where a listener listens. */
export interface ListeningAddress {
  /** For the log: `ws://localhost:8080`. */
  readonly url: string
  readonly hostname?: string
  readonly port?: number
}

/** The side of a server that listeners see: limits before the hello, the block list, and `accept`. */
export interface ListenerDoor {
  readonly clock: Clock
  readonly logger: Logger
  /** Largest packet that a client may send. */
  readonly maxPacketBytes: number
  /** Time for the request that opens a transport, and again for the hello on it. */
  readonly handshakeTimeoutMs: number
  /** Longest time that a closed connection stays open while its peer neither reads nor answers. */
  readonly drainMs: number
  /**
   * Counts a peer that has not sent its request yet, bounded in number and time.
   * @param host undefined for the address of a proxy, which many clients share
   * @param drop called at most once, if the peer must go
   * @returns a function that ends the counting
   */
  addPending(host: string | undefined, drop: (refusal: Refusal) => void): () => void
  /** True if the block list has this address. The peer is then counted and logged, and the listener cuts it. */
  isBlocked(address: ClientAddress): boolean
  /**
   * Charges a new connection to its address. The listener cuts it if the address has used up its budget: it is logged then.
   * @param host as for `addPending`
   * @param isEncrypted true if a handshake of TLS follows, whose keys cost ten times as much. Default: false.
   */
  mayConnect(address: ClientAddress, host: string | undefined, isEncrypted?: boolean): boolean
  /** The budget of a new connection, which counts for its address and in all as well. Close it with the connection. */
  openBudget(address: ClientAddress | undefined): ConnectionBudget
  /** Logs a peer that the listener refuses. */
  refused(address: ClientAddress, code: CloseCode | 'origin', reason: string): void
  /**
   * Asks for the process of this machine that has the room of a path, if it is another one. It takes a short time at most.
   * @param url path and query of a request
   * @returns undefined, or a promise of it, if this process goes on with the client itself. Rejects with nothing
   */
  giverFor?(url: string): Promise<SocketGiver | undefined> | undefined
  /** The mount that takes the WebSockets of a path, if one does. It is asked before `allowedOrigins`. @param url path and query of a request */
  mountOf?(url: string): Mount | undefined
  /** Hands over a transport. The server sets `onBytes` and `onClose` within this call. */
  accept(transport: AcceptedTransport, request: UpgradeRequest): void
}

/** Why a mount takes no WebSocket: the HTTP answer to its upgrade. */
export interface MountRefusal {
  readonly status: 401 | 403 | 429 | 503
  readonly code: string
  readonly message: string
}

/** The running server, as a mount sees it. */
export interface MountOpening {
  /** Path of the mount, with that of `run` before it. */
  readonly path: string
  /** The access log of the server; undefined if it has none. */
  readonly log: { acted(address: ClientAddress | undefined, details: object): void } | undefined
}

/**
 * Takes all WebSockets below a path of a server's port, which are no clients of its rooms then. It decides alone who may come in:
 * `allowedOrigins` and `auth` are those of the game. The block list and the budgets of addresses hold for it as well.
 */
export interface Mount {
  /** Behind the path of `run`: `/inspect/live`. */
  readonly path: string
  /** The server runs. What it throws, or a promise that rejects, is logged. */
  open(opening: MountOpening): unknown
  /**
   * Asked before the answer to an upgrade.
   * @param client address of the other end, as `trustProxy` has it
   * @param isEncrypted true if the port has TLS
   * @returns undefined if the WebSocket may be opened
   */
  refusalOf(request: UpgradeRequest, client: ClientAddress, isEncrypted: boolean): MountRefusal | undefined
  /** Takes over a transport. Transports of other listeners have not been looked at: `refusalOf` has to be asked for them. */
  accept(transport: AcceptedTransport, request: UpgradeRequest): void
  /** The server stops: no transport is left open when the promise resolves. */
  close(reason: string): Promise<void>
}

/** A server, as a page in which it is played by hand has to know it. */
export interface PlayedServer<S = unknown> {
  readonly server: S
  /** The path to connect to: that of the one game, or the one before the paths of rooms, without a slash at its end. */
  readonly path: string
  /** True for a server with one game. */
  readonly isSingle: boolean
  /** The games as they are now. `hasAuth`: clients are asked who they are. */
  kinds(): readonly { readonly name: string; readonly game: AnyGame; readonly hasAuth: boolean }[]
}

/** Options of the WebSocket listener: those of `run` that are about its port. */
export interface WebSocketListenOptions {
  /** 0 to 65535; 0 takes a free port. */
  port: number
  hostname: string
  /** Answers HTTP requests. Default: the list of rooms, and 426 with a text for people. */
  requestListener?: RequestListener | undefined
  /** Rooms for the default answer. */
  rooms?: RoomSource | undefined
  /** For the default answer in development: a page for browsers on this machine. Default: none. */
  played?: PlayedServer | undefined
  /** Path before the paths of rooms, for the default answer: with `/games`, the list is at `/games/rooms`. Default: none. */
  path?: string | undefined
  /** Certificate, key, and any other option of `node:tls`. Default: no encryption. */
  tls?: TlsOptions | undefined
  allowedOrigins?: AllowedOrigins | undefined
  trustProxy?: TrustProxy | undefined
}
