import type { Clock, Logger } from '@tygase/gamestate'
import type { Transport } from '@tygase/protocol'
import type { RunOptions } from './server-options.js'
import type { WebSocketListener } from './web-socket-listener.js'

export interface ListeningOptions {
  clock: Clock
  logger: Logger
  maxPacketBytes: number
  onTransport(transport: Transport): void
}

/** The port of a server while it has one. */
export class Listening {
  readonly #options: ListeningOptions
  #listener: WebSocketListener | undefined
  #hostname: string | undefined

  constructor(options: ListeningOptions) {
    this.#options = options
  }

  get port(): number | undefined {
    return this.#listener?.port
  }

  get hostname(): string | undefined {
    return this.#hostname
  }

  /** @throws ServerError `port_in_use`, `listen_failed` */
  async start(port: number, hostname: string, requestListener: RunOptions['requestListener']): Promise<void> {
    // loaded only now, so that a server in a browser, for play in process, needs no sockets
    const { WebSocketListener } = await import('./web-socket-listener.js')
    this.#listener = await WebSocketListener.listen({ port, hostname, requestListener, ...this.#options })
    this.#hostname = hostname
  }

  /** Frees the port; what has not closed within `drainMs` is cut. */
  async stop(drainMs: number): Promise<void> {
    const listener = this.#listener
    if (listener === undefined) return
    const cancel = this.#options.clock.schedule(drainMs, () => listener.cutAll())
    await listener.stopListening()
    cancel()
    this.#listener = undefined
    this.#hostname = undefined
  }
}
