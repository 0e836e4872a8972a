/** Duration of a burst. */
export const burstMs = 750

export interface Burst {
  x: number
  y: number
  colour: string
  startMs: number
}

/** The bursts at the places of tags. */
export class Bursts {
  #bursts: Burst[] = []

  add(burst: Burst): void {
    this.#bursts.push(burst)
  }

  /** The bursts of now, each with its progress from 0 to 1. */
  *active(nowMs: number): Generator<Burst & { progress: number }, void, void> {
    this.#bursts = this.#bursts.filter((burst) => nowMs < burst.startMs + burstMs)
    for (const burst of this.#bursts) {
      const progress = (nowMs - burst.startMs) / burstMs
      if (progress >= 0) yield { ...burst, progress }
    }
  }
}
