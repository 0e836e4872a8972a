import { percentile } from './percentile.js'

/** When the ticks of a server began. */
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

  /** Ticks since the reset, and by how much more than the interval they came after the one before. */
  figures(): { ticks: number; latenessP50Ms: number; latenessP99Ms: number } {
    const latenessMs = this.#startsMs.slice(1).map((startMs, index) => {
      return Math.max(0, startMs - this.#startsMs[index]! - this.#intervalMs)
    })
    return {
      ticks: latenessMs.length,
      latenessP50Ms: percentile(latenessMs, 0.5),
      latenessP99Ms: percentile(latenessMs, 0.99),
    }
  }
}
