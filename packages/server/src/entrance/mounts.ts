import type { Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import type { Mount, MountOpening } from './listener.js'

/** The mounts of a server. */
export class Mounts {
  readonly #logger: Logger
  readonly #mounts = new Set<Mount>()
  /** Set while the server runs. */
  #running: { readonly base: string; readonly log: MountOpening['log'] } | undefined

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
  open(base: string, log: MountOpening['log']): void {
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
