import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import type { Logger } from '@tygase/gamestate'
import { WebSocketServer } from 'ws'
import { answerUpgradeRequired } from './answer-upgrade-required.js'
import type { AcceptedTransport } from './client-address.js'
import { originCheck } from './defence/allowed-origins.js'
import { Doorstep } from './defence/doorstep.js'
import { limitFirstBytes } from './defence/first-bytes.js'
import { Leaving } from './defence/leaving.js'
import { TrustedProxies } from './defence/trusted-proxies.js'
import { ServerError } from './errors.js'
import type { Gate } from './gate.js'
import { guard } from './guard.js'
import { noteClient } from './request-client.js'
import type { RunOptions } from './server-options.js'
import { WebSocketTransport } from './web-socket-transport.js'

/** What a client has said before its first packet. */
export interface UpgradeRequest {
  /** Path and query. */
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export interface ListenOptions {
  port: number
  hostname: string
  options: Pick<RunOptions, 'requestListener' | 'tls' | 'allowedOrigins' | 'trustProxy'>
  maxPacketBytes: number
  handshakeTimeoutMs: number
  logger: Logger
  gate: Gate
  onTransport(transport: AcceptedTransport, request: UpgradeRequest): void
}

/** A peer that does not answer a closing is not kept for the usual 30 s, nor as one of more than so many. */
const closeTimeoutMs = 2000
const maxLeaving = 256
/** Node's own bound for a request's head; a longer handshake time does not lengthen it. */
const maxHeadersTimeoutMs = 60_000
/** How often Node looks for requests that take too long; its own 30 s would let them. */
const checkIntervalMs = 1000

/** A port that answers HTTP and accepts WebSockets. */
export class WebSocketListener {
  readonly #http: HttpServer | HttpsServer
  readonly #doorstep: Doorstep

  /** @throws ServerError `port_in_use` naming the port; `listen_failed` with the cause; `tls_invalid`; `invalid_argument` */
  static async listen(options: ListenOptions): Promise<WebSocketListener> {
    const { port, hostname, logger } = options
    const listener = new WebSocketListener(options)
    const http = listener.#http
    await new Promise<void>((resolve, reject) => {
      http.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE')
          reject(new ServerError('port_in_use', `port ${port} is in use`, { cause: error }))
        else
          reject(
            new ServerError('listen_failed', `cannot listen at ${hostname}:${port}: ${error.message}`, {
              cause: error,
            }),
          )
      })
      http.listen(port, hostname, resolve)
    })
    http.on('error', (error) => logger.error({ err: error }, 'the listener failed'))
    return listener
  }

  private constructor({ options, maxPacketBytes, handshakeTimeoutMs, logger, gate, onTransport }: ListenOptions) {
    const allowsOrigin = originCheck(options.allowedOrigins)
    const doorstep = new Doorstep(gate, new TrustedProxies(options.trustProxy))
    const leaving = new Leaving(maxLeaving)
    const socketOptions = {
      noServer: true,
      // deltas are small and dense already: compression would cost time and 300 KB for each client
      perMessageDeflate: false,
      maxPayload: maxPacketBytes,
      // pieces of a packet cost more than their bytes: TCP makes about 700 of the largest one, and nobody needs frames of a few bytes
      maxBufferedChunks: 4096,
      maxFragments: 256,
      clientTracking: false,
      // newer than the package's types
      closeTimeout: closeTimeoutMs,
    }
    const webSockets = new WebSocketServer(socketOptions)
    const http = createServer(options.tls, handshakeTimeoutMs)
    // before Node's own listener, which begins to read
    http.prependListener('connection', (socket: Socket) => doorstep.arrive(socket))
    const answer = options.requestListener ?? answerUpgradeRequired
    http.on('request', (request, response) => {
      doorstep.settle(request.socket)
      const { client, isBlocked } = doorstep.look(request)
      if (isBlocked) {
        response.writeHead(403, { connection: 'close' }).end()
        return
      }
      noteClient(request, client)
      answer(request, response)
    })
    http.on('upgrade', (request: IncomingMessage, socket: Socket, head) => {
      // what is wrong with it is told by its closing
      socket.on('error', () => {})
      const { client, isBlocked } = doorstep.look(request)
      if (isBlocked) return forbid(socket)
      const { origin } = request.headers
      let isAllowed = false
      guard(logger, 'allowedOrigins failed', () => {
        isAllowed = allowsOrigin(origin)
      })
      if (!isAllowed) {
        gate.refusedOrigin(client, origin)
        return forbid(socket)
      }
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        doorstep.settle(socket)
        const transport = new WebSocketTransport(webSocket, socket, client, leaving)
        limitFirstBytes(webSocket, socket, () => transport.cut('packet_too_large', 'more than a hello can be'))
        onTransport(transport, { url: request.url ?? '/', headers: request.headers })
      })
    })
    this.#http = http
    this.#doorstep = doorstep
  }

  get port(): number {
    const address = this.#http.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Connections made from now on get this certificate. @throws ServerError `tls_invalid`; the old one stays then */
  setSecureContext(options: SecureContextOptions): void {
    const http = this.#http
    if (!('setSecureContext' in http)) throw new ServerError('tls_invalid', 'the server was not started with TLS')
    withCertificate(() => http.setSecureContext(options))
  }

  /** Takes no more connections from now on. What is there lives on. @returns when the port is free and all have closed */
  stopListening(): Promise<void> {
    return new Promise((resolve) => this.#http.close(() => resolve()))
  }

  /** Cuts what is still there. */
  cutAll(): void {
    this.#doorstep.cutAll()
  }
}

function createServer(tls: RunOptions['tls'], handshakeTimeoutMs: number): HttpServer | HttpsServer {
  const timeouts = {
    headersTimeout: Math.min(handshakeTimeoutMs, maxHeadersTimeoutMs),
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

/** Answers an upgrade and closes. */
function forbid(socket: Socket): void {
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy())
}
