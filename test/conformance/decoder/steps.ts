import { refuse } from './bytes.js'

const maxSteps = 2 ** 50

/** The nearest integer, halves up, as the page says it is computed. */
export function round(value: number): number {
  return Math.floor(value + 0.5)
}

/** Counts numbers in steps of one size. */
export class Steps {
  readonly #size: number
  /** How many steps make 1, where that is exact; otherwise 0. */
  readonly #perOne: number

  /** @param size is finite */
  constructor(size: number) {
    if (size <= 0) refuse('a step that is not above 0')
    const perOne = round(1 / size)
    this.#size = size
    this.#perOne = 1 / perOne === size ? perOne : 0
  }

  of(value: number): number {
    return bounded(round(this.#perOne > 0 ? value * this.#perOne : value / this.#size))
  }

  /** @throws Refused for more than 2^50 steps */
  numberOf(steps: number): number {
    const taken = bounded(steps)
    return this.#perOne > 0 ? taken / this.#perOne : taken * this.#size
  }
}

/** An integer of steps: there are no -0 of them. */
function bounded(steps: number): number {
  return Math.abs(steps) <= maxSteps ? steps + 0 : refuse('more than 2^50 steps')
}
