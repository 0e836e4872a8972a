import type { Page } from '../../rows/page.js'
import type { Shape } from '../../rows/shape.js'
import { type Slots, takeSlots } from '../bits/slot-set.js'
import { decimalsOf, type PrecisionNode, precisionOf, toNearest } from '../values/number.js'
import { maxQuanta, quantaPerUnit } from '../values/quanta.js'
import { readMultiples, readNumbers, valueAt } from './column-cells.js'

/** The rows of a column. All have one shape. */
export interface ColumnRows {
  readonly shape: Shape
  /** The precision of each field. A reader has none: the columns say it. */
  readonly precisions: readonly PrecisionNode[]
  /** The pages with the old rows; undefined for new rows. */
  readonly bases: readonly Page[] | undefined
  /** The pages with the new rows, in the same slots. A reader fills them column by column. */
  readonly pages: readonly Page[]
  readonly slots: Slots
}

export function columnRows(
  shape: Shape,
  bases: readonly Page[] | undefined,
  pages: readonly Page[],
  slots: Slots,
  precision: PrecisionNode,
): ColumnRows {
  return { shape, precisions: precisionsOf(shape, precision), bases, pages, slots }
}

let known: { shape: Shape; precision: PrecisionNode; precisions: readonly PrecisionNode[] } | undefined

/** The precision of each field. Remembers the last ones: views ask for the same many times. */
function precisionsOf(shape: Shape, precision: PrecisionNode): readonly PrecisionNode[] {
  if (known?.shape !== shape || known.precision !== precision) {
    known = { shape, precision, precisions: shape.fields.map((field) => precisionOf(precision, field)) }
  }
  return known.precisions
}

/** The rows at these places. */
export function pickRows(all: ColumnRows, { list, count }: Slots): ColumnRows {
  const slots = takeSlots()
  for (let index = 0; index < count; index++) slots.push(all.slots.list[list[index]!]!)
  return { ...all, slots }
}

/** The first byte of a column: the form of its values. */
export const columnForm = {
  /** Each value by itself: whole, or as a change of the old value. */
  values: 0,
  /** One value for all rows. */
  constant: 1,
  /** Booleans as bits. */
  bits: 2,
  /** Booleans, all the opposite of the old ones. */
  flipped: 3,
  /** Numbers as whole multiples of a quantum. */
  quanta: 4,
  /** Numbers without rounding. Those that are as forecast take one bit. */
  floats: 5,
  /** Texts, each by what it shares with another one. */
  texts: 6,
  /** A list of few values, and for each row the number of its value. */
  choices: 7,
} as const

/** Most decimals for which a quantum is found in numbers without a declared precision. */
const maxFoundDecimals = 4
/** Above this no quantum is looked for: a number could have too many quanta. */
export const maxFoundQuanta = maxQuanta / 10_000
const foundQuanta = [1, 0.1, 0.01, 0.001, 0.0001]

/** One field of many rows, if all its values are numbers. The arrays come from the pool and are longer than `count`. */
export interface ColumnNumbers {
  readonly count: number
  /** In quanta, if there is a quantum. */
  readonly values: Float64Array
  /** The old numbers. undefined for new rows, and for changed rows if `values` holds their changes. */
  readonly bases: Float64Array | undefined
  /** All numbers are multiples of it, or are rounded to it; undefined for numbers without rounding. */
  readonly quantum: number | undefined
}

/**
 * Reads a field of the rows.
 * @returns undefined if one value is no number, or cannot be rounded to the declared quantum
 */
export function takeColumn(pool: NumberPool, all: ColumnRows, field: number): ColumnNumbers | undefined {
  const { shape, bases, pages, slots } = all
  const { count } = slots
  // in most other columns the first row is no number
  if (typeof valueAt(pages, shape, field, slots.list[0]!) !== 'number') return undefined
  const quick = takeMultiples(pool, all, field)
  if (quick !== undefined) return quick
  const values = pool.take(count)
  if (!readNumbers(pages, shape, field, slots, values)) return undefined
  let baseValues: Float64Array | undefined
  if (bases !== undefined) {
    baseValues = pool.take(count)
    if (!readNumbers(bases, shape, field, slots, baseValues)) return undefined
  }
  return inQuanta(values, baseValues, count, all.precisions[field])
}

/** `takeColumn` for numbers with a declared quantum that are held as numbers, in one pass; undefined for others. */
function takeMultiples(pool: NumberPool, all: ColumnRows, field: number): ColumnNumbers | undefined {
  const quantum = all.precisions[field]
  const perUnit = typeof quantum === 'number' ? quantaPerUnit(quantum) : 0
  if (perUnit === 0) return undefined
  const { bases, pages, slots } = all
  const values = pool.take(slots.count)
  if (!readMultiples(pages, field, slots, perUnit, maxQuanta, values)) return undefined
  const baseValues = bases && pool.take(slots.count)
  if (bases !== undefined && !readMultiples(bases, field, slots, perUnit, maxQuanta, baseValues!)) return undefined
  return { count: slots.count, values, bases: baseValues, quantum: quantum as number }
}

function inQuanta(
  values: Float64Array,
  bases: Float64Array | undefined,
  count: number,
  precision: PrecisionNode,
): ColumnNumbers | undefined {
  const quantum = findQuantum(precision, values, bases, count)
  if (quantum === undefined) return { count, values, bases, quantum }
  if (!toQuanta(values, count, quantum) || (bases !== undefined && !toQuanta(bases, count, quantum))) return undefined
  return { count, values, bases, quantum }
}

/** The numbers at these rising places, moved to the front of the same arrays. */
export function pickNumbers(numbers: ColumnNumbers, { list, count }: Slots): ColumnNumbers {
  const { values, bases, quantum } = numbers
  for (let index = 0; index < count; index++) {
    values[index] = values[list[index]!]!
    if (bases !== undefined) bases[index] = bases[list[index]!]!
  }
  return { count, values, bases, quantum }
}

function findQuantum(
  precision: PrecisionNode,
  values: Float64Array,
  bases: Float64Array | undefined,
  count: number,
): number | undefined {
  if (typeof precision === 'number') return precision
  const decimals = commonDecimals(values, count, bases === undefined ? 0 : commonDecimals(bases, count, 0))
  return decimals < 0 ? undefined : foundQuanta[decimals]
}

/** The most decimals of any number, at least `least`; -1 if a number has too many or is too large. */
function commonDecimals(numbers: Float64Array, count: number, least: number): number {
  if (least < 0) return -1
  let decimals = least
  for (let index = 0; index < count; index++) {
    const value = numbers[index]!
    if (!(Math.abs(value) <= maxFoundQuanta)) return -1
    const own = decimalsOf(value)
    if (own < 0 || own > maxFoundDecimals) return -1
    if (own > decimals) decimals = own
  }
  return decimals
}

/** A row is a first level again, so its fields are on the second level. */
export const fieldDepth = 1

/** In a column of floats, the byte after the forecast: the form of the numbers that are not as forecast. */
export const floatWidth = { float64: 0, float32: 1 } as const

/** Most values that a column of choices lists. */
export const maxChoices = 32

export function isPrimitive(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}

/** `quantaOf` for the first `count` values, in place. @returns false if one of them is not rounded; the array is then spoilt */
export function toQuanta(values: Float64Array, count: number, quantum: number): boolean {
  const perUnit = quantaPerUnit(quantum)
  for (let index = 0; index < count; index++) {
    const value = values[index]!
    const quanta = toNearest(perUnit > 0 ? value * perUnit : value / quantum)
    if (!(Math.abs(quanta) <= maxQuanta)) return false
    values[index] = quanta + 0
  }
  return true
}

/** `roundTo` for the first `count` values, in place. */
export function roundAll(values: Float64Array, count: number, quantum: number): void {
  const perUnit = quantaPerUnit(quantum)
  for (let index = 0; index < count; index++) {
    const value = values[index]!
    const quanta = toNearest(perUnit > 0 ? value * perUnit : value / quantum)
    if (Math.abs(quanta) <= maxQuanta) values[index] = perUnit > 0 ? (quanta + 0) / perUnit : (quanta + 0) * quantum
  }
}

/** `numberOf` for the first `count` entries, in place. */
export function fromQuanta(quanta: Float64Array, count: number, quantum: number): void {
  const perUnit = quantaPerUnit(quantum)
  for (let index = 0; index < count; index++) {
    quanta[index] = perUnit > 0 ? quanta[index]! / perUnit : quanta[index]! * quantum
  }
}

/** Larger arrays are released to the engine after use. */
const maxKeptEntries = 1 << 16
const minEntries = 256

/**
 * Lends arrays of numbers to the encoder and the decoder. They need several for each column, and allocating an array costs
 * more than filling it. `release(mark())` takes back all arrays that were lent in between.
 */
export class NumberPool {
  readonly #arrays: Float64Array[] = []
  #lent = 0

  /** @returns an array with at least so many entries, of any content */
  take(entries: number): Float64Array {
    const place = this.#lent++
    let array = this.#arrays[place]
    if (array === undefined || array.length < entries) {
      array = new Float64Array(Math.max(minEntries, 2 ** Math.ceil(Math.log2(entries))))
      this.#arrays[place] = array
    }
    return array
  }

  mark(): number {
    return this.#lent
  }

  release(mark: number): void {
    for (let place = mark; place < this.#lent; place++) {
      if (this.#arrays[place]!.length > maxKeptEntries) this.#arrays[place] = new Float64Array(minEntries)
    }
    this.#lent = mark
  }
}

/** Lends arrays to the decoder. Each table that is read takes all of them back first. */
export const readingPool = /* @__PURE__ */ new NumberPool()
