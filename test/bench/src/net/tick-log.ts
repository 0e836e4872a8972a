import { percentile } from './percentile.js'

/** When the ticks of a room began. */
export class TickLog {
  readonly #intervalMs: number
  #startsMs: number[] = []

  constructor(tickRate: number) {
    this.#intervalMs = 1000 / tickRate
  }

  /** A tick begins. */
  note(nowMs: number): void {
    this.#startsMs.push(nowMs)
  }

  /** Forgets all but the last tick, from which the next one is measured. */
  reset(): void {
    this.#startsMs = this.#startsMs.slice(-1)
  }

  /** Of each tick since the reset, by how much more than the interval it came after the one before. */
  latenessMs(): number[] {
    return this.#startsMs.slice(1).map((startMs, index) => {
      return Math.max(0, startMs - this.#startsMs[index]! - this.#intervalMs)
    })
  }
}

export interface TickFigures {
  /** Since the reset; of several rooms the mean. */
  ticks: number
  latenessP50Ms: number
  latenessP99Ms: number
}

/** What the logs of all rooms of a server say. */
export function tickFiguresOf(logs: readonly TickLog[]): TickFigures {
  const latenessMs = logs.flatMap((log) => log.latenessMs())
  return {
    // there are servers without rooms
    ticks: latenessMs.length / Math.max(1, logs.length),
    latenessP50Ms: percentile(latenessMs, 0.5),
    latenessP99Ms: percentile(latenessMs, 0.99),
  }
}
