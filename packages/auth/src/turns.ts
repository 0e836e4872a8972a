/** Runs a limited number of jobs at a time. The others wait, first come first served. */
export class Turns {
  readonly #maxRunning: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(maxRunning: number) {
    this.#maxRunning = maxRunning
  }

  /** Settles as `work` does. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#maxRunning) this.#running++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // the place is passed on, so that a later job cannot take it
      if (next === undefined) this.#running--
      else next()
    }
  }
}
