import type { SecureContextOptions } from 'node:tls'
import type { Clock, Logger } from '@tygase/gamestate'
import type { RoomSource } from './entrance/http-answers.js'
import type {
  AcceptedTransport,
  Listener,
  ListenerDoor,
  ListeningAddress,
  UpgradeRequest,
} from './entrance/listener.js'
import { ServerError } from './errors.js'
import type { Gate } from './gate.js'
import type { RunOptions } from './server-options.js'

export interface ListeningOptions {
  maxPacketBytes: number
  handshakeTimeoutMs: number
  logger: Logger
  gate: Gate
  clock: Clock
  onTransport(transport: AcceptedTransport, request: UpgradeRequest): void
}

/** The port of a server while it has one. */
export class Listening {
  readonly #door: ListenerDoor
  #listener: Listener | undefined
  #address: ListeningAddress | undefined

  constructor({ gate, onTransport, ...options }: ListeningOptions) {
    this.#door = {
      ...options,
      addPending: (host, drop) => gate.handshakes.add(host, drop),
      isBlocked: (address) => gate.turnsAway(address),
      refused: (address, code, reason) => {
        if (code === 'origin') gate.refusedOrigin(address, reason)
        else gate.refused(address, code, reason)
      },
      accept: onTransport,
    }
  }

  get port(): number | undefined {
    return this.#address?.port
  }

  get hostname(): string | undefined {
    return this.#address?.hostname
  }

  /** @throws ServerError `port_in_use`, `listen_failed`, `tls_invalid`, `invalid_argument` */
  async start(port: number, hostname: string, options: RunOptions, rooms?: RoomSource): Promise<void> {
    // loaded by the first run with a port, so that a server in a browser needs no sockets
    const { WebSocketListener } = await import('#web-socket-listener')
    const listener = new WebSocketListener({ ...options, port, hostname, rooms })
    this.#address = await listener.listen(this.#door)
    this.#listener = listener
  }

  /** @throws ServerError `not_running` when nothing listens, `tls_invalid` */
  setSecureContext(options: SecureContextOptions): void {
    if (this.#listener === undefined) throw new ServerError('not_running', 'the server does not listen')
    this.#listener.setSecureContext?.(options)
  }

  /** Frees the port. A connection that is still open after `drainMs` is cut. */
  async stop(drainMs: number): Promise<void> {
    await this.#listener?.close(drainMs)
    this.#listener = undefined
    this.#address = undefined
  }
}
