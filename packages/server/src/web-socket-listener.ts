import { createServer, type Server as HttpServer, type RequestListener } from 'node:http'
import type { Logger } from '@tygase/gamestate'
import type { Transport } from '@tygase/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { ServerError } from './errors.js'
import { WebSocketTransport } from './web-socket-transport.js'

export interface ListenOptions {
  port: number
  hostname: string
  requestListener: RequestListener | undefined
  maxPacketBytes: number
  logger: Logger
  onTransport(transport: Transport): void
}

const closeTimeoutMs = 2000

/** A port that answers HTTP and accepts WebSockets. */
export class WebSocketListener {
  readonly #http: HttpServer
  readonly #sockets: ReadonlySet<WebSocket>

  /** @throws ServerError `port_in_use` naming the port; `listen_failed` with the cause */
  static async listen(options: ListenOptions): Promise<WebSocketListener> {
    const { port, hostname, requestListener = answerUpgradeRequired, maxPacketBytes, logger, onTransport } = options
    const http = createServer(requestListener)
    const sockets = new Set<WebSocket>()
    const socketOptions = {
      server: http,
      // deltas are small and dense already: compression would cost time and 300 KB for each client
      perMessageDeflate: false,
      maxPayload: maxPacketBytes,
      clientTracking: false,
      // a peer that does not answer a closing is not kept for the usual 30 s; newer than the package's types
      closeTimeout: closeTimeoutMs,
    }
    const webSockets = new WebSocketServer(socketOptions)
    webSockets.on('connection', (socket, request) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      onTransport(new WebSocketTransport(socket, request.socket))
    })
    await new Promise<void>((resolve, reject) => {
      webSockets.once('error', (error: NodeJS.ErrnoException) => {
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
    webSockets.on('error', (error) => logger.error({ err: error }, 'the listener failed'))
    return new WebSocketListener(http, sockets)
  }

  private constructor(http: HttpServer, sockets: ReadonlySet<WebSocket>) {
    this.#http = http
    this.#sockets = sockets
  }

  get port(): number {
    const address = this.#http.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  /** Takes no more connections from now on. What is there lives on. @returns when the port is free and all have closed */
  stopListening(): Promise<void> {
    return new Promise((resolve) => this.#http.close(() => resolve()))
  }

  /** Cuts what is still there. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.terminate()
    this.#http.closeAllConnections()
  }
}

const answerUpgradeRequired: RequestListener = (_request, response) => {
  response
    .writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket' })
    .end('This is a game server: use WebSocket.\n')
}
