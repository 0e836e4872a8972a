import { type Connection, connect, type ServerAddress } from '@tygase/client'
import { botName } from '@tygase/frame'
import { createRandom } from '@tygase/gamestate'
import type { arena } from '../game.js'
import { decide, newPlan, type Plan } from './brain.js'

/** Time between two decisions, in ms: as people do at best. */
const decideMs = 100
/** A smaller change of direction or aim is not worth an event. */
const minChange = 0.08

export interface BotOptions {
  /** Its place among the bots, from 0: for its name. */
  index: number
  /** The same seed, the same character. An integer. */
  seed: number
  /** Called once when its connection has ended without `leave`. */
  onEnd?: (reason: string) => void
}

/** What is not ready, or gone, is no fault: the bot tries again. */
const onFail = (): void => {}

/** A player without a person, on the same client library as the page. It does not predict: it has time. */
export class Bot {
  readonly #connection: Connection<typeof arena>
  readonly #random: () => number
  readonly #timer: ReturnType<typeof setInterval>
  #onEnd: ((reason: string) => void) | undefined
  #plan: Plan
  #done = { dx: 0, dy: 0, angle: 0 }

  /** Connects and plays. @throws as a rejection: the errors of `connect` */
  static async join(address: ServerAddress, options: BotOptions): Promise<Bot> {
    const data = { name: botName(options.index), bot: true }
    return new Bot(await connect<typeof arena>(address, { data }), options)
  }

  private constructor(connection: Connection<typeof arena>, { index, seed, onEnd }: BotOptions) {
    this.#connection = connection
    this.#onEnd = onEnd
    this.#random = createRandom(seed, index)
    this.#plan = newPlan(this.#random)
    this.#timer = setInterval(() => this.#play(), decideMs)
    // a bot looks at the state alone
    for (const name of ['shot', 'tracer', 'hit', 'taken', 'killed'] as const)
      connection.registerEventHandler(name, () => {})
    connection.onStatus((status, info) => {
      if (status !== 'closed') return
      clearInterval(this.#timer)
      this.#onEnd?.(info?.reason ?? '')
    })
  }

  /** Ends its connection; resolves when that is done. */
  async leave(): Promise<void> {
    this.#onEnd = undefined
    await this.#connection.disconnect()
  }

  #play(): void {
    const { state, clientId, status } = this.#connection
    if (status !== 'connected') return
    const { decision, plan } = decide(state, clientId, this.#plan, this.#random)
    this.#plan = plan
    const { dx, dy, angle, shoots, launches, takes } = decision
    if (Math.hypot(dx - this.#done.dx, dy - this.#done.dy) > minChange) {
      Object.assign(this.#done, { dx, dy })
      this.#connection.dispatchEvent('steer', { dx, dy })
    }
    // a shot shows the aim, too
    if (shoots) this.#connection.dispatchEvent('shoot', { angle }, { onFail })
    else if (Math.abs(angle - this.#done.angle) > minChange) this.#connection.dispatchEvent('aim', { angle })
    this.#done.angle = angle
    if (launches) this.#connection.dispatchEvent('launch', { angle }, { onFail })
    if (takes !== undefined) this.#connection.dispatchEvent('take', { id: takes }, { onFail })
  }
}
