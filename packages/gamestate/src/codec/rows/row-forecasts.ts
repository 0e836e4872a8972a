import { lowestBit } from '../../rows/page.js'
import type { NumberPool } from '../context.js'
import { type Forecast, findForecasts, type Sample, source } from './column-data.js'
import type { DiffGroup } from './diff-groups.js'
import { expectedChange } from './row-bits.js'
import type { SharedDiff } from './shared-diff.js'

/** Rows in a sample. */
const sampleSize = 3
/** A little above the tolerance of `findForecasts`, so that no match is missed. */
const near = 2e-6
/** So many rows of the sample must match a forecast exactly. */
const enough = 2

/** Fields in the order in which a reader applies them, each with its forecast. Without entries in `by`, no field has one. */
export interface ForecastFields {
  readonly fields: readonly number[]
  readonly by: readonly (Forecast | undefined)[]
}

const none: readonly undefined[] = []

/** Finds forecasts for the changed fields of a group. Looks at rows of the group only: other rows may be hidden. */
export function findRowForecasts(pool: NumberPool, diff: SharedDiff, group: DiffGroup): ForecastFields {
  const { shape, mask } = group
  const fields = diff.fieldsOf(mask)
  if (group.count < sampleSize) return { fields, by: none }
  const sampled = group.runs.length >= 2 * sampleSize ? spread(diff, group) : firstOf(diff, group)
  if (!mayAgree(diff, shape, fields, sampled)) return { fields, by: none }
  const sample = takeSample(pool, diff, shape, sampled)
  let by: (Forecast | undefined)[] | undefined
  for (let index = 0; index < fields.length; index++) {
    const found = findForecasts(sample, fields[index]!)
    if (found.length === 0) continue
    by ??= new Array<Forecast | undefined>(fields.length).fill(undefined)
    by[index] = best(diff, shape, sampled, fields[index]!, found)
  }
  return by === undefined ? { fields, by: none } : inOrder(fields, by)
}

/** The cells of three changed rows. */
type Sampled = readonly [number, number, number]

/** Takes rows from different pages. */
function spread(diff: SharedDiff, { runs }: DiffGroup): Sampled {
  const pages = runs.length / 2
  const cell = (place: number): number => diff.firstCells[runs[2 * place]!]! + lowestBit(runs[2 * place + 1]!)
  return [cell(0), cell(Math.floor(pages / 3)), cell(Math.floor((2 * pages) / 3))]
}

function firstOf(diff: SharedDiff, { runs }: DiffGroup): Sampled {
  const cells: number[] = []
  for (let place = 0; place < runs.length && cells.length < sampleSize; place += 2) {
    for (let bits = runs[place + 1]!; bits !== 0; bits &= bits - 1) {
      cells.push(diff.firstCells[runs[place]!]! + lowestBit(bits))
    }
  }
  return [cells[0]!, cells[1]!, cells[2]!]
}

/** A quick test that mostly says no: whether some field's change is the same multiple of another field in two rows. */
function mayAgree(diff: SharedDiff, shape: number, fields: readonly number[], [a, b, c]: Sampled): boolean {
  const raws = diff.rawsOf(shape)
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

/** Zero, infinities and NaN agree with nothing. */
function doAgree(a: number, b: number, c: number): boolean {
  return isNear(a, b) || isNear(a, c) || isNear(b, c)
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) < Math.abs(a) * near
}

function takeSample(pool: NumberPool, diff: SharedDiff, shape: number, cells: readonly number[]): Sample {
  const raws = diff.rawsOf(shape)
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

/** The forecast that matches most rows exactly, with its factor in quanta. */
function best(
  diff: SharedDiff,
  shape: number,
  cells: readonly number[],
  field: number,
  found: readonly Forecast[],
): Forecast | undefined {
  let most = enough - 1
  let best: Forecast | undefined
  for (const candidate of found) {
    const forecast = { ...candidate, factor: candidate.factor / diff.quantumOf(shape, field) }
    const isExact = (cell: number): boolean =>
      diff.changeAt(cell, field) === expectedChange(diff, shape, cell, forecast)
    const hits = cells.filter(isExact).length
    if (hits <= most) continue
    most = hits
    best = forecast
  }
  return best
}

/** Puts a field after those whose new values its forecast uses. In a cycle, the first field loses its forecast. */
function inOrder(fields: readonly number[], by: readonly (Forecast | undefined)[]): ForecastFields {
  const waiting = fields.map((field, index) => ({ field, forecast: by[index] }))
  const ordered: typeof waiting = []
  const dependsOn = (forecast: Forecast | undefined, field: number): boolean =>
    forecast?.source === source.nextField && forecast.field === field
  while (waiting.length > 0) {
    const isFree = ({ forecast }: (typeof waiting)[number]): boolean =>
      !waiting.some(({ field }) => dependsOn(forecast, field))
    const free = waiting.findIndex(isFree)
    const [first] = waiting.splice(Math.max(0, free), 1)
    ordered.push(free < 0 ? { field: first!.field, forecast: undefined } : first!)
  }
  return { fields: ordered.map(({ field }) => field), by: ordered.map(({ forecast }) => forecast) }
}
