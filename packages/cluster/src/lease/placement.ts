import { ClusterError } from '../errors.js'
import type { ListedServer } from './server-record.js'

/** What is asked of a server that is listed. */
type Choice = Pick<ListedServer, 'serverId' | 'status' | 'sessions' | 'maxSessions' | 'weight'>

/**
 * Chooses servers for rooms and clients: of two at random the one with less load for its weight. The records of servers are a moment
 * old, and many may ask in that moment: two random choices keep them from all taking the same one.
 */
export class Placement {
  readonly #random: () => number
  /** How often each server was chosen since it last said how many sessions it has. */
  readonly #chosen = new Map<string, number>()

  /** @param random from 0 to below 1 */
  constructor(random: () => number) {
    this.#random = random
  }

  /** A server has said anew how many sessions it has, or is gone. */
  forget(serverId: string): void {
    this.#chosen.delete(serverId)
  }

  /**
   * @param servers those that are not dead
   * @returns one that is up and below its limit
   * @throws ClusterError `cluster_full` if there is none, with a message that says why
   */
  choose<Server extends Choice>(servers: readonly Server[]): Server {
    const up = servers.filter(({ status }) => status === 'up')
    const free = up.filter((server) => this.#sessionsOf(server) < server.maxSessions)
    if (free.length === 0) {
      const why =
        up.length === 0 ? 'no server takes rooms' : `all ${up.length} servers have as many sessions as they take`
      throw new ClusterError('cluster_full', why)
    }
    const first = this.#draw(free)
    const others = free.filter((server) => server !== first)
    const second = others.length === 0 ? first : this.#draw(others)
    const chosen = this.#loadWith(second) < this.#loadWith(first) ? second : first
    this.#chosen.set(chosen.serverId, (this.#chosen.get(chosen.serverId) ?? 0) + 1)
    return chosen
  }

  #sessionsOf({ serverId, sessions }: Choice): number {
    return sessions + (this.#chosen.get(serverId) ?? 0)
  }

  /** With one session more. */
  #loadWith(server: Choice): number {
    return (this.#sessionsOf(server) + 1) / server.weight
  }

  /** One at random, a heavy one more often. */
  #draw<Server extends Choice>(servers: readonly Server[]): Server {
    let left = this.#random() * servers.reduce((sum, { weight }) => sum + weight, 0)
    for (const server of servers) {
      left -= server.weight
      if (left < 0) return server
    }
    // what rounding leaves
    return servers.at(-1)!
  }
}
