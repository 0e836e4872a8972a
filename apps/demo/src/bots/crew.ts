import type { ServerAddress } from '@tygase/client'
import { Bot } from './bot.js'

export interface CrewOptions {
  count: number
  seed: number
  /** Called once for each bot whose connection has ended without `leave`. */
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

  /** Bots that play. */
  get size(): number {
    return this.#bots.length
  }

  /** True if the client is a bot of this crew. */
  has(clientId: string): boolean {
    return this.#bots.some((bot) => bot.clientId === clientId)
  }

  /** All bots join, one after the other, so that their order is always the same. @throws the errors of `Bot.join` */
  async join(): Promise<void> {
    const { count, seed, onEnd } = this.#options
    for (let index = this.#bots.length; index < count; index++) {
      this.#bots.push(await Bot.join(this.#address, { index, seed, ...(onEnd && { onEnd }) }))
    }
  }

  /** All bots leave. */
  async leave(): Promise<void> {
    const bots = this.#bots
    this.#bots = []
    await Promise.all(bots.map((bot) => bot.leave()))
  }
}
