import { refuse } from './bytes.js'
import { type ColumnTarget, finite, growth, number, readForecast } from './forecast.js'
import { readBits, readIntegers } from './integers.js'
import { round, Steps } from './steps.js'
import { fieldPlace, type Input, readValue } from './values.js'

/** Form 4. */
export function readStepColumn(input: Input, target: ColumnTarget): number[] {
  const steps = new Steps(finite(readValue(input, undefined, fieldPlace)))
  const where = `form 4, ${target.changed ? 'changed' : 'new'} rows`
  const forecast = readForecast(input, target, target.changed ? [0, 2, 3, 4] : [0, 1], where)
  let sum = 0

  function expected(index: number): number {
    if (forecast.kind === 0) return 0
    if (forecast.kind === 1) return sum
    const base = steps.of(number(target.base(index, target.field)))
    return forecast.kind === 2 ? base : base + round(growth(forecast, target, index))
  }

  return readIntegers(input, target.count).map((integer, index) => {
    sum = expected(index) + integer
    return steps.numberOf(sum)
  })
}

/** Form 5. */
export function readFloatColumn(input: Input, target: ColumnTarget): number[] {
  const { bytes, met } = input
  const where = `form 5, ${target.changed ? 'changed' : 'new'} rows`
  const forecast = readForecast(input, target, target.changed ? [0, 3, 4] : [0], where)
  const width = bytes.byte()
  if (width > 1) refuse(`floats have no form ${width}`)
  met.count(`floats ${width}`)
  const isForecast = forecast.kind === 0 ? [] : readBits(bytes, target.count)
  return Array.from({ length: target.count }, (_, index) => {
    // the field of a forecast has to be a number in all rows, whether it came true or not
    const expected =
      forecast.kind === 0 ? 0 : number(target.base(index, target.field)) + growth(forecast, target, index)
    if (isForecast[index]) return expected
    return width === 0 ? bytes.float64() : bytes.float32()
  })
}
