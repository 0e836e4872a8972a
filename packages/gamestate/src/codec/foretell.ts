import { lowestBit } from '../entity-map/page.js'
import { findPredictions, type Prediction, type Sample, source } from './column/prediction.js'
import type { NumberPool } from './number-pool.js'
import { expectedChange } from './row-bits.js'
import type { StepGroup } from './step-group.js'
import type { TableStep } from './table-step.js'

/** Rows that are looked at. */
const sampleSize = 3
/** A little more than what makes two factors one, so that none is missed. */
const near = 2e-6
/** So many of them have to be exactly as foretold. */
const enough = 2

/** Fields in the order in which a reader takes them, and what foretells each. */
export interface ForetoldFields {
  readonly fields: readonly number[]
  readonly by: readonly (Prediction | undefined)[]
}

const none: readonly undefined[] = []

/** What foretells the fields that have changed in a group of rows, by what these rows show: no others are looked at. */
export function foretell(pool: NumberPool, step: TableStep, group: StepGroup): ForetoldFields {
  const { shape, mask } = group
  const fields = step.fieldsOf(mask)
  if (group.count < sampleSize) return { fields, by: none }
  const sampled = group.runs.length >= 2 * sampleSize ? spread(step, group) : firstOf(step, group)
  if (!mayAgree(step, shape, fields, sampled)) return { fields, by: none }
  const sample = takeSample(pool, step, shape, sampled)
  let by: (Prediction | undefined)[] | undefined
  for (let index = 0; index < fields.length; index++) {
    const found = findPredictions(sample, fields[index]!)
    if (found.length === 0) continue
    by ??= new Array<Prediction | undefined>(fields.length).fill(undefined)
    by[index] = best(step, shape, sampled, fields[index]!, found)
  }
  return by === undefined ? { fields, by: none } : inOrder(fields, by)
}

/** Three rows that have changed. */
type Sampled = readonly [number, number, number]

/** Cells of rows on different pages. */
function spread(step: TableStep, { runs }: StepGroup): Sampled {
  const pages = runs.length / 2
  const cell = (place: number): number => step.firstCells[runs[2 * place]!]! + lowestBit(runs[2 * place + 1]!)
  return [cell(0), cell(Math.floor(pages / 3)), cell(Math.floor((2 * pages) / 3))]
}

function firstOf(step: TableStep, { runs }: StepGroup): Sampled {
  const cells: number[] = []
  for (let place = 0; place < runs.length && cells.length < sampleSize; place += 2) {
    for (let bits = runs[place + 1]!; bits !== 0; bits &= bits - 1) {
      cells.push(step.firstCells[runs[place]!]! + lowestBit(bits))
    }
  }
  return [cells[0]!, cells[1]!, cells[2]!]
}

/** Whether in two of the rows the change of some field is the same multiple of another one. Most often it is not. */
function mayAgree(step: TableStep, shape: number, fields: readonly number[], [a, b, c]: Sampled): boolean {
  const raws = step.rawsOf(shape)
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index]!
    const own = raws[field]
    if (own === undefined) continue
    const { bases, values } = own
    const changeA = values[a]! - bases[a]!
    const changeB = values[b]! - bases[b]!
    const changeC = values[c]! - bases[c]!
    for (let other = 0; other < raws.length; other++) {
      const by = raws[other]
      if (other === field || by === undefined) continue
      const { bases: before, values: now } = by
      if (doAgree(changeA / before[a]!, changeB / before[b]!, changeC / before[c]!)) return true
      if (doAgree(changeA / now[a]!, changeB / now[b]!, changeC / now[c]!)) return true
    }
  }
  return false
}

/** What is 0, infinite or NaN is near nothing. */
function doAgree(a: number, b: number, c: number): boolean {
  return isNear(a, b) || isNear(a, c) || isNear(b, c)
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < Math.abs(a) * near
}

function takeSample(pool: NumberPool, step: TableStep, shape: number, cells: readonly number[]): Sample {
  const raws = step.rawsOf(shape)
  const bases: (Float64Array | undefined)[] = []
  const values: (Float64Array | undefined)[] = []
  for (let field = 0; field < raws.length; field++) {
    const raw = raws[field]
    bases.push(raw && pick(pool, raw.bases, cells))
    values.push(raw && pick(pool, raw.values, cells))
  }
  return { size: cells.length, bases, values }
}

function pick(pool: NumberPool, from: Float64Array, cells: readonly number[]): Float64Array | undefined {
  if (Number.isNaN(from[cells[0]!])) return undefined
  const into = pool.take(cells.length)
  for (let place = 0; place < cells.length; place++) into[place] = from[cells[place]!]!
  return into
}

/** The prediction that is exact most often, with its factor in steps. */
function best(
  step: TableStep,
  shape: number,
  cells: readonly number[],
  field: number,
  found: readonly Prediction[],
): Prediction | undefined {
  let most = enough - 1
  let best: Prediction | undefined
  for (const candidate of found) {
    const prediction = { ...candidate, factor: candidate.factor / step.stepOf(shape, field) }
    const isExact = (cell: number): boolean =>
      step.changeAt(cell, field) === expectedChange(step, shape, cell, prediction)
    const hits = cells.filter(isExact).length
    if (hits <= most) continue
    most = hits
    best = prediction
  }
  return best
}

/** A field comes after those whose new values foretell it; where fields foretell each other, the first of them goes by what it was. */
function inOrder(fields: readonly number[], by: readonly (Prediction | undefined)[]): ForetoldFields {
  const waiting = fields.map((field, index) => ({ field, prediction: by[index] }))
  const ordered: typeof waiting = []
  const goesBy = (prediction: Prediction | undefined, field: number): boolean =>
    prediction?.source === source.nextField && prediction.field === field
  while (waiting.length > 0) {
    const isFree = ({ prediction }: (typeof waiting)[number]): boolean =>
      !waiting.some(({ field }) => goesBy(prediction, field))
    const free = waiting.findIndex(isFree)
    const [first] = waiting.splice(Math.max(0, free), 1)
    ordered.push(free < 0 ? { field: first!.field, prediction: undefined } : first!)
  }
  return { fields: ordered.map(({ field }) => field), by: ordered.map(({ prediction }) => prediction) }
}
