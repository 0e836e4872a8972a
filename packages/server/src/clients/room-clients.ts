import type { ClientLink } from './client-link.js'

/**
 * The clients of one room, and its host client: the first session. When the host's session ends, the session that is
 * connected longest becomes host, if the role is handed over. Otherwise there is no host until all have left and a first
 * client joins again.
 */
export class RoomClients {
  /** All sessions, in the order of their beginning: those that wait for their join, and suspended ones, too. */
  readonly all = new Map<string, ClientLink>()
  /** Clients that have joined, in the order of their joins. */
  readonly joined = new Map<string, ClientLink>()
  readonly suspended = new Set<ClientLink>()
  readonly #handOverHost: boolean
  #host: string | undefined

  constructor(handOverHost: boolean) {
    this.#handOverHost = handOverHost
  }

  /** Id of the host client; undefined for none. */
  get host(): string | undefined {
    return this.#host
  }

  /** A session will begin under this id: if it is the first one, it is host, and its welcome says so. */
  expect(id: string): void {
    if (this.all.size === 0) this.#host = id
  }

  add(link: ClientLink): void {
    this.all.set(link.id, link)
  }

  /** The session has ended for good. @returns false if that was known */
  remove(link: ClientLink): boolean {
    this.suspended.delete(link)
    if (!this.all.delete(link.id)) return false
    this.joined.delete(link.id)
    if (this.#host === link.id) {
      const [longest] = this.all.keys()
      this.#host = this.#handOverHost ? longest : undefined
    }
    return true
  }
}
