import type { Clock } from '@tygase/gamestate'
import type { ClusterHost } from '@tygase/server/internal'
import type { ClusterServer } from '../lease/cluster-server.js'
import type { ServerAnswer, ServerRequests } from './server-requests.js'

export interface ClientFinderOptions {
  readonly server: ClusterServer
  readonly host: ClusterHost
  readonly requests: ServerRequests
  readonly clock: Clock
}

/** The server that has the client answers in this time, or its page becomes a new client. */
const waitMs = 300
/** Questions of one server: a few at once, then so many in a second. All servers hear each of them. */
const burst = 50
const perSecond = 20

const subject = 'client'

/**
 * Finds the room of a client whose page was loaded again, and who asks another server for any room: no record says where a client is.
 * All servers are asked, and the one that has it answers.
 */
export class ClientFinder {
  readonly #options: ClientFinderOptions
  readonly #waiting = new Map<string, (key: string | undefined) => void>()
  readonly #off: () => void
  #left = burst
  #filledMs: number

  constructor(options: ClientFinderOptions) {
    this.#options = options
    this.#filledMs = options.clock.now()
    this.#off = options.requests.subscribe(subject, ({ head }) => this.#look(head))
  }

  /** @returns the key of its room; undefined if no server has the client, or too many have been looked for */
  find(clientId: string): Promise<string | undefined> {
    const { server, requests, clock } = this.#options
    if (this.#waiting.has(clientId) || !this.#mayAsk()) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const end = (key: string | undefined): void => {
        cancel()
        this.#waiting.delete(clientId)
        resolve(key)
      }
      const cancel = clock.schedule(waitMs, () => end(undefined))
      this.#waiting.set(clientId, end)
      requests.publish(subject, { clientId, serverId: server.serverId }, new Uint8Array())
    })
  }

  /** The server that has the client has answered. */
  answer(clientId: string, key: string): ServerAnswer {
    this.#waiting.get(clientId)?.(key)
    return {}
  }

  stop(): void {
    this.#off()
    for (const end of this.#waiting.values()) end(undefined)
  }

  #look(head: object): void {
    const { server, host, requests } = this.#options
    const { clientId, serverId } = head as { clientId?: unknown; serverId?: unknown }
    if (typeof clientId !== 'string' || typeof serverId !== 'string' || serverId === server.serverId) return
    const key = host.roomOfClient(clientId)
    if (key === undefined || !server.isAlive(serverId)) return
    // it goes on without the answer if that does not come
    requests.ask(serverId, { ask: 'client', clientId, key }, waitMs).catch(() => {})
  }

  #mayAsk(): boolean {
    const nowMs = this.#options.clock.now()
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#filledMs) * perSecond) / 1000)
    this.#filledMs = nowMs
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
