import { refuse, unzigzag } from './bytes.js'
import { type ChangingRows, type Forecast, finite, forecaster, number, readForecast } from './forecast.js'
import { BitReader } from './integers.js'
import { Steps } from './steps.js'
import { fieldPlace, type Input, type ObjectValue, readValue } from './values.js'

const maxGroups = 10

/** What is said of a field for all rows of a group. */
export interface RowWiseField {
  readonly field: number
  readonly steps: Steps
  readonly forecast: Forecast
}

/** @param fields how many the shape has */
export function readRowWiseFields(input: Input, fields: number): RowWiseField[] {
  const { bytes, met } = input
  const count = bytes.varuint()
  if (count < 1 || count > fields) refuse('row-wise changes are of no field, or of more than there are')
  const seen = new Set<number>()
  let before = -1
  return Array.from({ length: count }, () => {
    const field = bytes.varuint()
    if (field >= fields) refuse('a field that the shape has not')
    if (seen.has(field)) refuse('a field that comes twice')
    seen.add(field)
    if (before >= 0) met.count(field > before ? 'row-wise fields that rise' : 'row-wise fields that do not rise')
    before = field
    const steps = new Steps(finite(readValue(input, undefined, fieldPlace)))
    const forecast = readForecast(input, { field, fields }, [2, 3, 4], 'row-wise changes')
    return { field, steps, forecast }
  })
}

/**
 * Reads the bits of a group's rows.
 *
 * @param names the fields of the shape
 * @param before the rows before the whole delta
 * @returns the rows after it
 */
export function readRowWiseRows(
  input: Input,
  names: readonly string[],
  rowWise: readonly RowWiseField[],
  before: readonly ObjectValue[],
): ObjectValue[] {
  const bits = new BitReader(input.bytes)
  const after = before.map((row) => ({ ...row }))
  const rows: ChangingRows = {
    base: (index, field) => before[index]![names[field]!]!,
    now: (index, field) => after[index]![names[field]!]!,
  }
  for (const [index, row] of after.entries())
    for (const { field, steps, forecast } of rowWise) {
      const base = steps.of(number(rows.base(index, field)))
      const isSo = isAsForecast(input, bits, forecast)
      const change = isSo ? forecastQuanta(forecast, rows, index) : readQuantaChange(input, bits)
      row[names[field]!] = steps.numberOf(base + change)
    }
  bits.end()
  return after
}

/** What the forecast goes by has to be a number in the rows in which it came true, and only there. */
function forecastQuanta(forecast: Forecast, rows: ChangingRows, index: number): number {
  return Math.round(forecast.factor * finite(forecaster(forecast, rows, index)))
}

function isAsForecast({ met }: Input, bits: BitReader, { kind }: Forecast): boolean {
  if (kind === 2) return false
  const isSo = bits.bit() === 1
  met.count(isSo ? `row-wise as forecast by ${kind}` : `row-wise otherwise than forecast by ${kind}`)
  return isSo
}

/** A zigzag number in groups of three bits and one that says whether another group follows. */
function readQuantaChange({ met }: Input, bits: BitReader): number {
  let zigzag = 0
  for (let group = 0; group < maxGroups; group++) {
    const three = bits.number(3)
    zigzag += three * 8 ** group
    if (bits.bit() === 1) continue
    if (three === 0 && group > 0) refuse('a number of steps that is not in its shortest form')
    met.count(group === 0 ? 'steps in one group' : 'steps in more groups')
    return unzigzag(zigzag)
  }
  refuse('a number of steps in more than ten groups')
}
