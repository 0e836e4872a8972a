import type { Server } from '@tygase/server'
import { Crew } from '../bots/crew.js'
import type { tag } from '../game.js'

/**
 * The bots that play from the start. They were there first, so one of them would be host client; but the role is for
 * people: whenever a bot is host and a person is there, the bots leave and come back behind.
 */
export class HouseBots {
  readonly #server: Server<typeof tag>
  readonly #crew: Crew
  /** Joins and leaves go one after the other. */
  #turn: Promise<void> = Promise.resolve()
  #isJoining = false

  /** @param server runs already */
  constructor(server: Server<typeof tag>, options: { count: number; seed: number; onError: (error: unknown) => void }) {
    this.#server = server
    this.#crew = new Crew(server, options)
    const look = (): void => {
      // who comes while bots join may be one of them; once they have, it is looked again
      if (this.#isJoining) return
      this.#turn = this.#turn.then(() => this.#stepBack()).catch(options.onError)
    }
    server.onConnect(look)
    // the role may have passed to a bot
    server.onDisconnect(look)
  }

  /** Resolves when all play. */
  async join(): Promise<void> {
    this.#isJoining = true
    try {
      await this.#crew.join()
    } finally {
      this.#isJoining = false
    }
    await this.#stepBack()
  }

  async #stepBack(): Promise<void> {
    const { hostClient, connections, running } = this.#server
    if (!running || hostClient === undefined || !this.#crew.has(hostClient)) return
    if (connections.size <= this.#crew.size) return
    await this.#crew.leave()
    await this.join()
  }
}
