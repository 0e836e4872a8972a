import type { ServerAddress } from '@tygase/client'
import { Bot } from './bot.js'

export interface CrewOptions {
  count: number
  seed: number
  /** Called once for each bot whose connection has ended without being asked to. */
  onEnd?: (reason: string) => void
}

/** Several bots on one server. */
export class Crew {
  readonly #address: ServerAddress
  readonly #options: CrewOptions
  #bots: Bot[] = []

  constructor(address: ServerAddress, options: CrewOptions) {
    this.#address = address
    this.#options = options
  }

  /** How many play. */
  get size(): number {
    return this.#bots.length
  }

  /** Whether this client is one of them. */
  has(clientId: string): boolean {
    return this.#bots.some((bot) => bot.clientId === clientId)
  }

  /** All join, one after the other, so that their order is the same each time. @throws as `Bot.join` */
  async join(): Promise<void> {
    const { count, seed, onEnd } = this.#options
    for (let index = this.#bots.length; index < count; index++) {
      this.#bots.push(await Bot.join(this.#address, { index, seed, ...(onEnd && { onEnd }) }))
    }
  }

  /** All leave. */
  async leave(): Promise<void> {
    const bots = this.#bots
    this.#bots = []
    await Promise.all(bots.map((bot) => bot.leave()))
  }
}
