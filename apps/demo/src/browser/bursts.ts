/** How long a burst lasts. */
export const burstMs = 750

export interface Burst {
  x: number
  y: number
  colour: string
  startMs: number
}

/** The bursts where somebody was tagged. */
export class Bursts {
  #bursts: Burst[] = []

  /** @param startMs may lie ahead: drawing is a little in the past */
  add(burst: Burst): void {
    this.#bursts.push(burst)
  }

  /** Those that are to be seen now, with how far each is, 0 to 1. */
  *active(nowMs: number): Generator<Burst & { progress: number }, void, void> {
    this.#bursts = this.#bursts.filter((burst) => nowMs < burst.startMs + burstMs)
    for (const burst of this.#bursts) {
      const progress = (nowMs - burst.startMs) / burstMs
      if (progress >= 0) yield { ...burst, progress }
    }
  }
}
