const firstMs = 100
const mostMs = 5000

/** Growing delays between attempts to connect, drawn at random so that the clients of a server that comes back do not come in step. */
export class Backoff {
  readonly #random: () => number
  #attempts = 0

  constructor(random: () => number) {
    this.#random = random
  }

  /** How long to wait before the next attempt: doubling from 100 ms up to 5 s, less up to half of it. */
  nextMs(): number {
    const ms = Math.min(firstMs * 2 ** this.#attempts++, mostMs)
    return ms * (1 - this.#random() / 2)
  }

  /** After a success. */
  reset(): void {
    this.#attempts = 0
  }
}
