import type { Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import type { ClientAddress } from './address.js'
import type { AccessLog } from './door.js'
import type { AcceptedTransport, UpgradeRequest } from './listener.js'

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
  readonly log: AccessLog | undefined
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

/** The mounts of a server. */
export class Mounts {
  readonly #logger: Logger
  readonly #mounts = new Set<Mount>()
  /** Set while the server runs. */
  #running: { readonly base: string; readonly log: AccessLog | undefined } | undefined

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Adds a mount, which is opened when the server runs. @returns a function that takes it away and closes it */
  add(mount: Mount): () => Promise<void> {
    this.#mounts.add(mount)
    this.#open(mount)
    return async () => {
      if (this.#mounts.delete(mount) && this.#running !== undefined) await this.#close(mount, 'it is closed')
    }
  }

  /** The mount of a request; undefined if it is one of the rooms, as it is for nearly all servers. @param url path and query */
  find(url: string): Mount | undefined {
    if (this.#mounts.size === 0 || this.#running === undefined) return undefined
    const { base } = this.#running
    const [path = ''] = url.split('?', 1)
    for (const mount of this.#mounts) if (path.startsWith(`${base}${mount.path}/`)) return mount
    return undefined
  }

  /** The server runs. @param base path of `run`, without a slash at its end */
  open(base: string, log: AccessLog | undefined): void {
    this.#running = { base, log }
    for (const mount of this.#mounts) this.#open(mount)
  }

  /** The server stops. Never rejects. */
  async close(reason: string): Promise<void> {
    this.#running = undefined
    await Promise.all([...this.#mounts].map((mount) => this.#close(mount, reason)))
  }

  #open(mount: Mount): void {
    if (this.#running === undefined) return
    const { base, log } = this.#running
    guard(this.#logger, 'a mount could not be opened', () => mount.open({ path: `${base}${mount.path}`, log }))
  }

  async #close(mount: Mount, reason: string): Promise<void> {
    try {
      await mount.close(reason)
    } catch (error) {
      this.#logger.error({ err: error }, 'a mount could not be closed')
    }
  }
}
