import { refuse } from './bytes.js'
import { fieldPlace, type Input, readValue, type Value } from './values.js'

/** The rows that a column is for, and what is known of them before it takes effect. */
export interface ColumnTarget {
  readonly count: number
  readonly changed: boolean
  readonly field: number
  readonly fields: number
  /** A field of a row before the whole delta; of changed rows only. */
  base(index: number, field: number): Value
  /** A field of a row after the columns before; of changed rows only. */
  now(index: number, field: number): Value
}

/** What numbers are compared with; `field` and `factor` are those of kinds 3 and 4. */
export interface Prediction {
  readonly kind: number
  readonly field: number
  readonly factor: number
}

export function readPrediction(input: Input, target: ColumnTarget, form: 4 | 5): Prediction {
  const kind = input.bytes.byte()
  input.met.count(`prediction ${kind} in form ${form}, ${target.changed ? 'changed' : 'new'} rows`)
  const allowed = kind === 0 || (target.changed ? kind === 3 || kind === 4 : kind === 1 && form === 4)
  if (!allowed && !(kind === 2 && target.changed && form === 4)) refuse(`prediction ${kind} is not for these numbers`)
  if (kind < 3) return { kind, field: target.field, factor: 0 }
  const field = input.bytes.varuint()
  if (field >= target.fields || field === target.field) refuse('a prediction by no other field')
  return { kind, field, factor: finite(readValue(input, undefined, fieldPlace)) }
}

/** The number that predictions 3 and 4 add to the base. */
export function growth(prediction: Prediction, target: ColumnTarget, index: number): number {
  const { kind, field, factor } = prediction
  return factor * number(kind === 3 ? target.base(index, field) : target.now(index, field))
}

export function number(value: Value): number {
  return typeof value === 'number' ? value : refuse('no number')
}

export function finite(value: Value): number {
  return Number.isFinite(value) ? number(value) : refuse('not a finite number')
}
