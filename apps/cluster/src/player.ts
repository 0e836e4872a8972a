import type { arena } from '@tygase/arena/game'
import { type Connection, connect } from '@tygase/client'
import { botName } from '@tygase/frame'
import { createRandom } from '@tygase/gamestate'

/** A player as the page shows it. */
export interface PlayerView {
  readonly name: string
  readonly room: string
  readonly status: string
  /** Events whose rules have run: the server has said so. */
  readonly acked: number
  /** Events of which that is not known. */
  readonly failed: number
  /** The longest time without a new version, in ms. */
  readonly longestGapMs: number
}

/** Time between two changes of direction, in ms. */
const steerMs = 200

/** A bot that runs about, and counts what becomes of its events. */
export class Player {
  readonly #connection: Connection<typeof arena>
  readonly #name: string
  readonly #timer: ReturnType<typeof setInterval>
  readonly #random: () => number
  #acked = 0
  #failed = 0
  #lastMs = performance.now()
  #longestGapMs = 0

  /** @param url of the room @throws as a rejection: the errors of `connect` */
  static async join(url: string, index: number): Promise<Player> {
    const name = botName(index)
    return new Player(await connect<typeof arena>(url, { data: { name, bot: true }, timeoutMs: 60_000 }), name, index)
  }

  private constructor(connection: Connection<typeof arena>, name: string, index: number) {
    this.#connection = connection
    this.#name = name
    this.#random = createRandom(index)
    // it looks at nothing
    for (const event of ['shot', 'tracer', 'hit', 'taken', 'killed'] as const) {
      connection.registerEventHandler(event, () => {})
    }
    connection.subscribe(() => {
      this.#longestGapMs = Math.max(this.#longestGapMs, performance.now() - this.#lastMs)
      this.#lastMs = performance.now()
    })
    this.#timer = setInterval(() => this.#steer(), steerMs)
  }

  get view(): PlayerView {
    const { room, status } = this.#connection
    const sinceMs = Math.max(this.#longestGapMs, performance.now() - this.#lastMs)
    return {
      ...{ name: this.#name, room: room.id, status, acked: this.#acked, failed: this.#failed },
      longestGapMs: Math.round(sinceMs),
    }
  }

  /** The gap counts anew. */
  forget(): void {
    this.#longestGapMs = 0
  }

  async leave(): Promise<void> {
    clearInterval(this.#timer)
    await this.#connection.disconnect()
  }

  #steer(): void {
    if (this.#connection.status === 'closed') return
    const angle = this.#random() * 2 * Math.PI
    this.#connection.dispatchEvent(
      'steer',
      { dx: Math.cos(angle), dy: Math.sin(angle) },
      {
        retries: Number.POSITIVE_INFINITY,
        onAck: () => void this.#acked++,
        // who lies dead steers nothing, and is told so: that is an answer as well
        onFail: (error) =>
          void ((error as { refusal?: unknown }).refusal === undefined ? this.#failed++ : this.#acked++),
      },
    )
  }
}
