import {
  createServer as createHttpServer,
  type Server as HttpServer,
  IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { SecureContextOptions, TlsOptions } from 'node:tls'
import { guard, guarded, settle } from '@tygase/gamestate/internal'
import { type WebSocket, WebSocketServer } from 'ws'
import { ServerError } from '../errors.js'
import { addressOf, type ClientAddress, formatAddress, setRequestAddress, TrustedProxies } from './address.js'
import { ClosingSockets } from './closing-sockets.js'
import { httpAnswers, originCheck } from './http-answers.js'
import type {
  HandedRequest,
  Listener,
  ListenerDoor,
  ListeningAddress,
  MountRefusal,
  SocketGiver,
  WebSocketListenOptions,
} from './listener.js'
import { canStopReading, stopReadingAt } from './parsed-socket.js'
import { Playground } from './playground.js'
import { RequestSockets, setLingering } from './request-sockets.js'
import { WebSocketTransport } from './web-socket-transport.js'

/** Closing sockets are cut by `ClosingSockets`; `ws` would cut them after a fixed time, also while the peer reads. */
const closeTimeoutMs = 2 ** 31 - 1
/** Node's own limit for the head of a request. A longer handshake time does not lengthen it. */
const maxHeadersTimeoutMs = 60_000
/** Node's own time for which it keeps a connection without a request. Its answers name it, and clients leave themselves a second less. */
const maxKeepAliveMs = 5000
/** By so much that time is shorter than the one after which an idle connection is cut, so that no request meets the cut. */
const keepAliveMarginMs = 1000
/** How often Node looks for requests that take too long. Its default of 30 s would let them live too long. */
const checkIntervalMs = 1000
/** Connections that wait to be accepted, as many as the system allows: all clients come at once after a restart. */
const backlog = 65_535
/** A hello has at most 16 KiB; as much again for the frames that carry it. */
const maxHelloBytes = 32 * 1024

/** Makes a WebSocket of a request that was looked at. */
type AcceptUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => void

/** A port that answers HTTP and accepts WebSockets. */
export class WebSocketListener implements Listener {
  readonly #options: WebSocketListenOptions
  #http: HttpServer | HttpsServer | undefined
  #sockets: PendingSockets | undefined
  #door: ListenerDoor | undefined
  #accept: AcceptUpgrade | undefined
  /** Resolves when the port is free and every connection has closed; undefined while it accepts. */
  #closing: Promise<void> | undefined

  constructor(options: WebSocketListenOptions) {
    this.#options = options
  }

  /** @throws (as a rejection) ServerError `port_in_use` naming the port; `listen_failed` with the cause; `tls_invalid`; `invalid_argument` */
  async listen(door: ListenerDoor): Promise<ListeningAddress> {
    const { port, hostname, tls } = this.#options
    const http = this.#open(door)
    await new Promise<void>((resolve, reject) => {
      http.once('error', (cause: NodeJS.ErrnoException) => {
        const place = formatAddress({ host: hostname, port })
        if (cause.code === 'EADDRINUSE') reject(new ServerError('port_in_use', `port ${port} is in use`, { cause }))
        else reject(new ServerError('listen_failed', `cannot listen at ${place}: ${cause.message}`, { cause }))
      })
      http.listen({ port, host: hostname, backlog }, resolve)
    })
    http.on('error', (error) => door.logger.error({ err: error }, 'the listener failed'))
    this.#http = http
    const address = http.address()
    const bound = typeof address === 'object' && address !== null ? address.port : port
    const url = `${tls === undefined ? 'ws' : 'wss'}://${formatAddress({ host: hostname, port: bound })}`
    return { url, hostname, port: bound }
  }

  setSecureContext(options: SecureContextOptions): void {
    const http = this.#http
    if (http === undefined || !('setSecureContext' in http)) {
      throw new ServerError('tls_invalid', 'the server was not started with TLS')
    }
    withCertificate(() => http.setSecureContext(options))
  }

  leavePort(): void {
    const http = this.#http
    if (http !== undefined) this.#closing ??= new Promise<void>((resolve) => http.close(() => resolve()))
  }

  adopt(socket: Socket, { url, headers, head }: HandedRequest): void {
    // a 'close' follows each error
    socket.on('error', () => {})
    if (this.#door === undefined || this.#closing !== undefined) return void socket.destroy()
    const request = Object.assign(new IncomingMessage(socket), { method: 'GET', url, headers })
    // the rule may be newer than the one where the socket was accepted
    if (this.#door.isBlocked(this.#sockets!.clientOf(request))) return void socket.destroy()
    this.#sockets?.adopt(socket)
    this.#accept?.(request, socket, Buffer.from(head))
  }

  async close(drainMs: number): Promise<void> {
    this.leavePort()
    if (this.#closing === undefined) return
    const cancel = this.#door?.clock.schedule(drainMs, () => this.#sockets?.cutAll())
    await this.#closing
    // those of other processes are none of the port's own
    await this.#sockets?.allClosed()
    cancel?.()
    this.#closing = undefined
    this.#http = undefined
  }

  #open(door: ListenerDoor): HttpServer | HttpsServer {
    const { requestListener, rooms, played, path = '', tls, allowedOrigins, trustProxy } = this.#options
    const { clock, logger, maxPacketBytes, handshakeTimeoutMs, drainMs } = door
    const allowsOrigin = originCheck(allowedOrigins)
    const sockets = new PendingSockets(door, new TrustedProxies(trustProxy), tls !== undefined)
    const browsers = played && new Playground(played, logger)
    const answer = requestListener ?? httpAnswers({ rooms, path, allowedOrigins, browsers, clock, logger })
    const budget = (host: string | undefined) => door.openBudget(host === undefined ? host : { host, port: undefined })
    const requests = new RequestSockets({ clock, logger, idleTimeoutMs: handshakeTimeoutMs, budget })
    const closing = new ClosingSockets(clock, drainMs)
    const webSockets = new WebSocketServer(webSocketOptions(maxPacketBytes))
    const http = createServer(tls, handshakeTimeoutMs)
    // before Node's own listener, which begins to read
    http.prependListener('connection', guarded(logger, 'a connection failed', sockets.add.bind(sockets)))
    // and after it, when it has made a parser
    const watch = (socket: Socket): void => requests.watch(socket, sockets.hostOf(socket))
    http.on(tls === undefined ? 'connection' : 'secureConnection', guarded(logger, 'a connection failed', watch))
    const take = (request: IncomingMessage, response: ServerResponse): void => {
      sockets.remove(request.socket)
      const client = sockets.clientOf(request)
      if (door.isBlocked(client)) {
        response.writeHead(403, { connection: 'close' }).end()
        return
      }
      setRequestAddress(request, client)
      const host = sockets.hostOf(request.socket)
      setLingering(request.socket, (socket) => requests.linger(socket, host))
      const fail = (error: unknown): void => {
        logger.error({ err: error }, 'requestListener failed')
        if (response.headersSent) response.destroy()
        else response.writeHead(500, { connection: 'close' }).end()
      }
      requests.take(request, response, host, () =>
        settle(
          (): unknown => answer(request, response),
          () => {},
          fail,
        ),
      )
    }
    http.on('request', guarded(logger, 'a request failed', take))
    const accept: AcceptUpgrade = (request, socket, head) => {
      const startMs = clock.now()
      const client = sockets.clientOf(request)
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        sockets.remove(socket)
        const budget = door.openBudget(client)
        const transport = new WebSocketTransport({
          ...{ socket: webSocket, stream: socket, clientAddress: client },
          ...{ closing, clock, budget, logger },
        })
        limitHello(webSocket, socket, head.length, () =>
          transport.expel('packet_too_large', 'more bytes than a hello can have'),
        )
        door.accept(transport, { url: request.url ?? '/', headers: request.headers })
        // many connections that come and go cost their address as much as packets do
        transport.charge(clock.now() - startMs)
      })
    }
    const upgrade = (request: IncomingMessage, socket: Socket, head: Buffer): void => {
      // a 'close' follows each error
      socket.on('error', () => {})
      // the answer to an earlier request would come between the frames
      if (!requests.release(socket)) return void socket.destroy()
      const client = sockets.clientOf(request)
      if (door.isBlocked(client))
        return refuse(socket, { status: 403, code: 'blocked', message: 'the address is blocked' })
      const { url = '/', headers } = request
      const mount = door.mountOf?.(url)
      if (mount !== undefined) {
        const refusal = mount.refusalOf({ url, headers }, client, tls !== undefined)
        return refusal === undefined ? accept(request, socket, head) : refuse(socket, refusal)
      }
      const { origin } = headers
      let isAllowed = false
      guard(logger, 'allowedOrigins failed', () => {
        isAllowed = allowsOrigin(origin)
      })
      if (!isAllowed) {
        door.refused(client, 'origin', `origin ${origin?.slice(0, 200) ?? 'not given'}`)
        return refuse(socket, { status: 403, code: 'origin_refused', message: 'pages of this origin may not connect' })
      }
      const asking = tls === undefined && canStopReading(socket) ? door.giverFor?.(url) : undefined
      if (asking === undefined) return accept(request, socket, head)
      const goOn = (give: SocketGiver | undefined): void => {
        if (socket.destroyed) return
        if (give === undefined) return accept(request, socket, head)
        sockets.letGo(socket)
        give(socket, { url, headers, head: Buffer.concat([head, ...stopReadingAt(socket)]) })
      }
      asking.then(guarded(logger, 'an upgrade failed', goOn))
    }
    http.on('upgrade', guarded(logger, 'an upgrade failed', upgrade))
    this.#door = door
    this.#sockets = sockets
    this.#accept = accept
    return http
  }
}

/** Sockets between their connection and their first whole request. Blocked ones are cut before they are read. */
class PendingSockets {
  readonly #door: ListenerDoor
  readonly #proxies: TrustedProxies
  readonly #isEncrypted: boolean
  /** By both ends of the connection, because TLS wraps the socket in another object. */
  readonly #leave = new Map<string, () => void>()
  readonly #sockets = new Set<Socket>()
  #onEmpty: (() => void) | undefined

  constructor(door: ListenerDoor, proxies: TrustedProxies, isEncrypted: boolean) {
    this.#door = door
    this.#isEncrypted = isEncrypted
    this.#proxies = proxies
  }

  clientOf(request: IncomingMessage): ClientAddress {
    return this.#proxies.clientOf(request)
  }

  /** Address of the other end; undefined for a proxy, whose address many clients share. */
  hostOf(socket: Socket): string | undefined {
    const { host } = addressOf(socket)
    return this.#proxies.isProxy(host) ? undefined : host
  }

  add(socket: Socket): void {
    const address = addressOf(socket)
    const host = this.hostOf(socket)
    if (this.#door.isBlocked(address) || !this.#door.mayConnect(address, host, this.#isEncrypted)) {
      socket.destroy()
      return
    }
    const key = keyOf(socket)
    const leave = this.#door.addPending(host, ({ code, reason }) => {
      this.#door.refused(address, code, reason)
      socket.destroy()
    })
    this.#leave.set(key, leave)
    this.#sockets.add(socket)
    const end = (): void => {
      this.#drop(socket)
      leave()
      if (this.#leave.get(key) === leave) this.#leave.delete(key)
    }
    socket.once('close', guarded(this.#door.logger, 'a connection failed', end))
  }

  /** A socket that another process has accepted. */
  adopt(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once(
      'close',
      guarded(this.#door.logger, 'a connection failed', () => this.#drop(socket)),
    )
  }

  /** Another process goes on with the socket. */
  letGo(socket: Socket): void {
    this.remove(socket)
    this.#drop(socket)
  }

  /** Resolves when no connection is left. */
  async allClosed(): Promise<void> {
    if (this.#sockets.size === 0) return
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve
    })
  }

  /** The socket has sent a whole request. */
  remove(socket: Socket): void {
    const key = keyOf(socket)
    this.#leave.get(key)?.()
    this.#leave.delete(key)
  }

  #drop(socket: Socket): void {
    this.#sockets.delete(socket)
    if (this.#sockets.size === 0) this.#onEmpty?.()
  }

  /** Cuts every open connection, pending or not. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}

/**
 * Watches a WebSocket until its first whole message. Frames of an unfinished message are kept in memory, and a peer that has
 * not sent its hello must not use as much of it as a client may.
 * @param early bytes of frames that were read together with the request
 */
function limitHello(webSocket: WebSocket, stream: Socket, early: number, onTooMuch: () => void): void {
  const mostRead = stream.bytesRead - early + maxHelloBytes
  const stop = (): void => void stream.off('data', look)
  const look = (): void => {
    if (stream.bytesRead <= mostRead) return
    stop()
    onTooMuch()
  }
  stream.on('data', look)
  webSocket.once('message', stop)
}

function webSocketOptions(maxPayload: number) {
  return {
    noServer: true,
    // deltas are small and dense; compression would cost time and 300 KB for each client
    perMessageDeflate: false,
    // the transport answers pings
    autoPong: false,
    maxPayload,
    // TCP makes about 700 pieces of the largest packet; more pieces, or frames of a few bytes, only cost memory
    maxBufferedChunks: 4096,
    maxFragments: 256,
    clientTracking: false,
    // not in the package's types yet
    closeTimeout: closeTimeoutMs,
  }
}

function createServer(tls: TlsOptions | undefined, handshakeTimeoutMs: number): HttpServer | HttpsServer {
  const timeouts = {
    headersTimeout: Math.min(handshakeTimeoutMs, maxHeadersTimeoutMs),
    keepAliveTimeout: Math.min(maxKeepAliveMs, Math.max(1, handshakeTimeoutMs - keepAliveMarginMs)),
    connectionsCheckingInterval: checkIntervalMs,
  }
  if (tls === undefined) return createHttpServer(timeouts)
  return withCertificate(() => createHttpsServer({ ...tls, ...timeouts }))
}

function withCertificate<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ServerError('tls_invalid', `certificate and key cannot be used: ${reason}`, { cause: error })
  }
}

/** Answers an upgrade with an error and closes. */
function refuse(socket: Socket, { status, code, message }: MountRefusal): void {
  const body = JSON.stringify({ code, message })
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json',
  ]
  socket.end(`${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\n\r\n${body}`, () => socket.destroy())
}
