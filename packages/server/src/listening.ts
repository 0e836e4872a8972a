import type { SecureContextOptions } from 'node:tls'
import { ServerError } from './errors.js'
import type { RunOptions } from './server-options.js'
import type { ListenOptions, WebSocketListener } from './web-socket-listener.js'

export interface ListeningOptions extends Omit<ListenOptions, 'port' | 'hostname' | 'options'> {
  clock: { schedule(delayMs: number, callback: () => void): () => void }
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

  /** @throws ServerError `port_in_use`, `listen_failed`, `tls_invalid`, `invalid_argument` */
  async start(port: number, hostname: string, options: RunOptions): Promise<void> {
    // loaded only now, so that a server in a browser, for play in process, needs no sockets
    const { WebSocketListener } = await import('./web-socket-listener.js')
    this.#listener = await WebSocketListener.listen({ ...this.#options, port, hostname, options })
    this.#hostname = hostname
  }

  /** @throws ServerError `not_running` when nothing listens, `tls_invalid` */
  setSecureContext(options: SecureContextOptions): void {
    if (this.#listener === undefined) throw new ServerError('not_running', 'the server does not listen')
    this.#listener.setSecureContext(options)
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
