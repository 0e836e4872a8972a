import { refuse, unzigzag } from './bytes.js'
import { BitReader } from './integers.js'
import { type ChangingRows, finite, foreteller, number, type Prediction, readPrediction } from './prediction.js'
import { Steps } from './steps.js'
import { fieldPlace, type Input, type ObjectValue, readValue } from './values.js'

const maxGroups = 10

/** What is said of a field for all rows of a group. */
export interface SteppedField {
  readonly field: number
  readonly steps: Steps
  readonly prediction: Prediction
}

/** @param fields how many the shape has */
export function readSteppedFields(input: Input, fields: number): SteppedField[] {
  const { bytes, met } = input
  const count = bytes.varuint()
  if (count < 1 || count > fields) refuse('rows are stepped in no field, or in more than there are')
  const seen = new Set<number>()
  let before = -1
  return Array.from({ length: count }, () => {
    const field = bytes.varuint()
    if (field >= fields) refuse('a field that the shape has not')
    if (seen.has(field)) refuse('a field that comes twice')
    seen.add(field)
    if (before >= 0) met.count(field > before ? 'stepped fields that rise' : 'stepped fields that do not rise')
    before = field
    const steps = new Steps(finite(readValue(input, undefined, fieldPlace)))
    const prediction = readPrediction(input, { field, fields }, [2, 3, 4], 'stepped rows')
    return { field, steps, prediction }
  })
}

/**
 * Reads the bits of a group's rows.
 *
 * @param names the fields of the shape
 * @param before the rows before the whole delta
 * @returns the rows after it
 */
export function readSteppedRows(
  input: Input,
  names: readonly string[],
  stepped: readonly SteppedField[],
  before: readonly ObjectValue[],
): ObjectValue[] {
  const bits = new BitReader(input.bytes)
  const after = before.map((row) => ({ ...row }))
  const rows: ChangingRows = {
    base: (index, field) => before[index]![names[field]!]!,
    now: (index, field) => after[index]![names[field]!]!,
  }
  for (const [index, row] of after.entries())
    for (const { field, steps, prediction } of stepped) {
      const base = steps.of(number(rows.base(index, field)))
      const isSo = isForetold(input, bits, prediction)
      const change = isSo ? foretoldSteps(prediction, rows, index) : readStepChange(input, bits)
      row[names[field]!] = steps.numberOf(base + change)
    }
  bits.end()
  return after
}

/** What the prediction goes by has to be a number in the rows in which it came true, and only there. */
function foretoldSteps(prediction: Prediction, rows: ChangingRows, index: number): number {
  return Math.round(prediction.factor * finite(foreteller(prediction, rows, index)))
}

function isForetold({ met }: Input, bits: BitReader, { kind }: Prediction): boolean {
  if (kind === 2) return false
  const isSo = bits.bit() === 1
  met.count(isSo ? `stepped as foretold by ${kind}` : `stepped otherwise than foretold by ${kind}`)
  return isSo
}

/** A zigzag number in groups of three bits and one that says whether another group follows. */
function readStepChange({ met }: Input, bits: BitReader): number {
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
