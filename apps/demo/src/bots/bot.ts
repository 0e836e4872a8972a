import { type Connection, connect, type ServerAddress } from '@tygase/client'
import { botName } from '@tygase/frame'
import { createRandom, type Immutable } from '@tygase/gamestate'
import type { Tag, tag } from '../game.js'
import { type Direction, decide, drawTemper, type Temper } from './brain.js'
import { see } from './sight.js'

/** A bot decides on every third version: about ten times a second, as people do at best. */
const decideEvery = 3
/** A smaller change of direction is not worth an event. */
const minChange = 0.08

export interface BotOptions {
  /** Its place among the bots, from 0: for its name. */
  index: number
  /** The same seed, the same temper. An integer. */
  seed: number
  /** Called once when its connection has ended without `leave`. */
  onEnd?: (reason: string) => void
}

/** A player without a person, on the same client library as the page. */
export class Bot {
  readonly #connection: Connection<typeof tag>
  readonly #random: () => number
  readonly #temper: Temper
  #onEnd: ((reason: string) => void) | undefined
  #steered: Direction = { dx: 0, dy: 0 }
  #seen = 0

  /** Connects and takes part. @throws as a rejection: the errors of `connect` and of the request `join` */
  static async join(address: ServerAddress, options: BotOptions): Promise<Bot> {
    const connection = await connect<typeof tag>(address)
    try {
      await connection.request('join', { name: botName(options.index), bot: true })
    } catch (error) {
      await connection.disconnect()
      throw error
    }
    return new Bot(connection, options)
  }

  private constructor(connection: Connection<typeof tag>, { index, seed, onEnd }: BotOptions) {
    this.#connection = connection
    this.#onEnd = onEnd
    this.#random = createRandom(seed, index, 0)
    this.#temper = drawTemper(this.#random)
    const stopPlaying = connection.subscribe((state) => this.#play(state))
    // a bot looks at the state alone
    for (const name of ['tagged', 'chosen'] as const) connection.registerEventHandler(name, () => {})
    connection.onStatus((status, info) => {
      if (status !== 'closed') return
      stopPlaying()
      this.#onEnd?.(info?.reason ?? '')
    })
  }

  /** Its client id. */
  get clientId(): string {
    return this.#connection.clientId
  }

  /** Ends its connection; resolves when that is done. */
  async leave(): Promise<void> {
    this.#onEnd = undefined
    await this.#connection.disconnect()
  }

  #play(state: Immutable<Tag>): void {
    if (this.#seen++ % decideEvery !== 0 || this.#connection.status !== 'connected') return
    const sight = see(state, this.#connection.time, this.#connection.clientId)
    if (sight === undefined) return
    const { dx, dy } = decide(sight, this.#temper, this.#random)
    if (Math.hypot(dx - this.#steered.dx, dy - this.#steered.dy) < minChange) return
    this.#steered = { dx, dy }
    this.#connection.dispatchEvent('steer', this.#steered)
  }
}
