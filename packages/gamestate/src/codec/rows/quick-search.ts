import { cellOf } from '../../rows/columns.js'
import { indexOf, pageOf } from '../../rows/page.js'
import { maxShapeFields } from '../../rows/shape.js'
import type { ColumnRows, NumberPool } from './column-data.js'
import { type Forecast, findForecasts, takeSample } from './forecast.js'

/** Rows in the first sample. */
const size = 3
/** A little above the tolerance of `findForecasts`, so that no match is missed. */
const near = 2e-6

/** By field: the old numbers of the sample, then the new ones. NaN for what is no number. */
const raw = /* @__PURE__ */ new Float64Array(2 * size * maxShapeFields)
/** Counts how often a sample was read. */
let reads = 0
const none: readonly Forecast[] = []

/**
 * Searches forecasts for the rows of a subset, mostly to find none. Each view has to search in its own rows: forecasts that
 * were found in rows of other views would say something of hidden rows. So two of three rows have to agree before the
 * whole search begins.
 */
export class QuickSearch {
  readonly #all: ColumnRows
  /** Which of the samples is this one's. */
  #read = -1

  constructor(all: ColumnRows) {
    this.#all = all
  }

  /** Forecasts that may fit a field, with factors in its own unit. */
  forecastsOf(pool: NumberPool, field: number): readonly Forecast[] {
    const fields = this.#all.shape.fields.length
    if (this.#all.slots.count < size) return findForecasts(takeSample(pool, this.#all), field)
    if (this.#read !== reads) this.#readSample(fields)
    return mayAgree(field, fields) ? findForecasts(takeSample(pool, this.#all), field) : none
  }

  #readSample(fields: number): void {
    const { bases, pages, shape, slots } = this.#all
    for (let sample = 0; sample < size; sample++) {
      const slot = slots.list[Math.floor((sample * slots.count) / size)]!
      const index = indexOf(slot)
      const base = bases![pageOf(slot)]!
      const page = pages[pageOf(slot)]!
      for (let field = 0; field < fields; field++) {
        const before = cellOf(base, shape, field, index)
        const now = cellOf(page, shape, field, index)
        const place = field * 2 * size + sample
        raw[place] = typeof before === 'number' ? before : Number.NaN
        raw[place + size] = typeof now === 'number' ? now : Number.NaN
      }
    }
    this.#read = ++reads
  }
}

/** Whether the change of a field is the same multiple of another field in two rows of the sample. */
function mayAgree(field: number, fields: number): boolean {
  const own = field * 2 * size
  const a = raw[own + size]! - raw[own]!
  const b = raw[own + size + 1]! - raw[own + 1]!
  const c = raw[own + size + 2]! - raw[own + 2]!
  for (let by = 0; by < fields * 2 * size; by += size) {
    if (by === own || by === own + size) continue
    if (doAgree(a / raw[by]!, b / raw[by + 1]!, c / raw[by + 2]!)) return true
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
