import { refuse } from './bytes.js'
import { fieldPlace, type Input, readValue, type Value } from './values.js'

/** A field whose numbers have a forecast. */
interface PredictedField {
  readonly field: number
  /** How many fields the shape has. */
  readonly fields: number
}

/** Rows that change, one field of one row at a time. */
export interface ChangingRows {
  /** A field of a row before the whole delta. */
  base(index: number, field: number): Value
  /** A field of a row with all that has taken effect so far. */
  now(index: number, field: number): Value
}

/** The rows that a column is for, and what is known of them before it takes effect; of new rows that is nothing. */
export interface ColumnTarget extends PredictedField, ChangingRows {
  readonly count: number
  readonly changed: boolean
}

/** What numbers are compared with; `field` and `factor` are those of kinds 3 and 4. */
export interface Forecast {
  readonly kind: number
  readonly field: number
  readonly factor: number
}

/**
 * @param allowed the kinds that may stand here
 * @param where what the kind is counted under
 */
export function readForecast(
  input: Input,
  predicted: PredictedField,
  allowed: readonly number[],
  where: string,
): Forecast {
  const kind = input.bytes.byte()
  input.met.count(`forecast ${kind} in ${where}`)
  if (!allowed.includes(kind)) refuse(`forecast ${kind} is not for these numbers`)
  if (kind < 3) return { kind, field: predicted.field, factor: 0 }
  const field = input.bytes.varuint()
  if (field >= predicted.fields || field === predicted.field) refuse('a forecast by no other field')
  return { kind, field, factor: finite(readValue(input, undefined, fieldPlace)) }
}

/** The number that forecasts 3 and 4 add to the base. */
export function growth(forecast: Forecast, rows: ChangingRows, index: number): number {
  return forecast.factor * forecaster(forecast, rows, index)
}

/** The number of the other field, that forecasts 3 and 4 go by. */
function forecaster({ kind, field }: Forecast, rows: ChangingRows, index: number): number {
  return number(kind === 3 ? rows.base(index, field) : rows.now(index, field))
}

export function number(value: Value): number {
  return typeof value === 'number' ? value : refuse('no number')
}

export function finite(value: Value): number {
  return Number.isFinite(value) ? number(value) : refuse('not a finite number')
}
