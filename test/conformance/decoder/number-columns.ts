import { refuse } from './bytes.js'
import { readBits, readIntegers } from './integers.js'
import { type ColumnTarget, finite, growth, number, readPrediction } from './prediction.js'
import { fieldPlace, type Input, readValue } from './values.js'

const maxSteps = 2 ** 50

/** Counts numbers in steps of one size. */
class Steps {
  readonly #size: number
  /** How many steps make 1, where that is exact; otherwise 0. */
  readonly #perOne: number

  constructor(size: number) {
    if (size <= 0) refuse('a step that is not above 0')
    const perOne = Math.round(1 / size)
    this.#size = size
    this.#perOne = 1 / perOne === size ? perOne : 0
  }

  of(value: number): number {
    return bounded(Math.round(this.#perOne > 0 ? value * this.#perOne : value / this.#size))
  }

  numberOf(steps: number): number {
    return this.#perOne > 0 ? steps / this.#perOne : steps * this.#size
  }
}

function bounded(steps: number): number {
  return Math.abs(steps) <= maxSteps ? steps : refuse('more than 2^50 steps')
}

/** Form 4. */
export function readStepColumn(input: Input, target: ColumnTarget): number[] {
  const steps = new Steps(finite(readValue(input, undefined, fieldPlace)))
  const prediction = readPrediction(input, target, 4)
  let sum = 0

  function expected(index: number): number {
    if (prediction.kind === 0) return 0
    if (prediction.kind === 1) return sum
    const base = steps.of(number(target.base(index, target.field)))
    return prediction.kind === 2 ? base : base + Math.round(growth(prediction, target, index))
  }

  return readIntegers(input, target.count).map((integer, index) => {
    sum = bounded(expected(index) + integer)
    return steps.numberOf(sum)
  })
}

/** Form 5. */
export function readFloatColumn(input: Input, target: ColumnTarget): number[] {
  const { bytes, met } = input
  const prediction = readPrediction(input, target, 5)
  const width = bytes.byte()
  if (width > 1) refuse(`floats have no form ${width}`)
  met.count(`floats ${width}`)
  const foretold = prediction.kind === 0 ? [] : readBits(bytes, target.count)
  return Array.from({ length: target.count }, (_, index) => {
    // what is foretold has to be a number in all rows, whether it came true or not
    const expected =
      prediction.kind === 0 ? 0 : number(target.base(index, target.field)) + growth(prediction, target, index)
    if (foretold[index]) return expected
    return width === 0 ? bytes.float64() : bytes.float32()
  })
}
