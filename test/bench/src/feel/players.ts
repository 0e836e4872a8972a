import type { FeelReport } from '@tygase/testkit/feel'
import { HelperProcess } from '../net/helper-process.js'

/** A play of one system in virtual time. All but numbers are names. */
export interface VirtualPlay {
  readonly system: string
  readonly scene: string
  readonly link: string
  readonly seconds: number
  readonly seed: number
  /** A folder for the log. */
  readonly logs: string | undefined
}

export interface FeelPlayerQuestions {
  play: { question: VirtualPlay; answer: FeelReport }
}

type Player = HelperProcess<FeelPlayerQuestions>

/** Longer than any play takes on a machine with much else to do. */
const timeoutMs = 600_000

/**
 * Processes that play in virtual time, several at once: what one of them plays does not depend on how fast it is. Plays begin in
 * the order in which they were asked for.
 */
export class Players {
  readonly #players: readonly Player[]
  readonly #free: Player[]
  readonly #waiting: ((player: Player) => void)[] = []

  /** @param count of the processes, from 1 */
  constructor(count: number) {
    const program = new URL('./player-process.js', import.meta.url)
    this.#players = Array.from({ length: count }, () => new HelperProcess('player', program, { timeoutMs }))
    this.#free = [...this.#players]
  }

  /** @throws Error with what went wrong in the play */
  async play(play: VirtualPlay): Promise<FeelReport> {
    const player = this.#free.shift() ?? (await new Promise<Player>((resolve) => this.#waiting.push(resolve)))
    try {
      return await player.ask('play', play)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free.push(player)
      else next(player)
    }
  }

  /** @returns once all processes have gone */
  async end(): Promise<void> {
    await Promise.all(this.#players.map((player) => player.end()))
  }
}
