import type { Server } from '@tygase/server'
import { Crew } from '../bots/crew.js'
import type { tag } from '../game.js'

/**
 * The bots that play from the start. They join first, so one of them would be host client; but that role is for people: if a
 * bot is host and a person is there, the bots leave and join again behind the person.
 */
export class HouseBots {
  readonly #server: Server<typeof tag>
  readonly #crew: Crew
  /** Joins and leaves run one after the other. */
  #turn: Promise<void> = Promise.resolve()
  #isJoining = false

  /** @param server it runs already */
  constructor(server: Server<typeof tag>, options: { count: number; seed: number; onError: (error: unknown) => void }) {
    this.#server = server
    this.#crew = new Crew(server, options)
    const look = (): void => {
      // a client that joins meanwhile may be one of the bots; the end of `join` looks again
      if (this.#isJoining) return
      this.#turn = this.#turn.then(() => this.#stepBack()).catch(options.onError)
    }
    server.room.onJoin(look)
    // the role may have passed to a bot
    server.room.onLeave(look)
  }

  /** Resolves when all bots play. */
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
    const { hostClient, clients, running } = this.#server
    if (!running || hostClient === undefined || !this.#crew.has(hostClient)) return
    if (clients.size <= this.#crew.size) return
    await this.#crew.leave()
    await this.join()
  }
}
