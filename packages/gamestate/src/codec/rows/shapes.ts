import { createShape, hiddenShape, isSameShape, maxShapeFields, maxShapes, type Shape } from '../../rows/shape.js'
import type { Table } from '../../rows/table.js'
import { checkKey, malformed } from '../../values/plain.js'
import type { DeltaReader, DeltaWriter } from '../context.js'
import type { RowGroup } from './table-diff.js'

/** True if `next` can be written as a change of `base`: both number their shapes alike. */
export function isContinuation(base: Table, next: Table): boolean {
  if (base.shapes === next.shapes) return true
  return (
    base.shapes.length <= next.shapes.length &&
    base.shapes.every((shape, index) => isSameShape(shape, next.shapes[index]!))
  )
}

/**
 * The numbers of the shapes that a reader of `base` does not know. Of a subset, only shapes of rows in it are sent: other
 * field names may be secret.
 * @param added the rows that the reader does not have in the base
 * @param isView true if whole maps are treated like subsets
 */
export function shapesToSend(
  base: Table | undefined,
  next: Table,
  added: readonly RowGroup[],
  isView: boolean,
): number[] {
  const numbers: number[] = []
  const hidesShapes = isView || base?.isSubset === true
  const from = base === undefined || hidesShapes ? 1 : base.shapes.length
  for (let number = from; number < next.shapes.length; number++) {
    if (next.shapes[number] === hiddenShape) continue
    if ((isView || next.isSubset) && !added.some(({ shape }) => shape === number)) continue
    if (!(hidesShapes && base?.hasRowOf(number))) numbers.push(number)
  }
  return numbers
}

/** Writes the number of shapes; for each the numbers skipped since the one before (at first since shape 0), and its fields. */
export function writeShapes({ bytes }: DeltaWriter, shapes: readonly Shape[], numbers: readonly number[]): void {
  bytes.writeVarUint(numbers.length)
  let previous = 0
  for (const number of numbers) {
    bytes.writeVarUint(number - previous - 1)
    previous = number
    const { fields } = shapes[number]!
    bytes.writeVarUint(fields.length)
    for (const field of fields) bytes.writeString(field)
  }
}

/** Reads what `writeShapes` wrote, into an open table. A known shape may be sent again, with the same fields. */
export function readShapes({ bytes }: DeltaReader, table: Table): void {
  let number = 0
  for (let left = bytes.readCount(3); left > 0; left--) {
    number += bytes.readVarUint() + 1
    if (number >= maxShapes) throw malformed(`no shape has a number from ${maxShapes} on`)
    const count = bytes.readCount(1)
    if (count === 0 || count > maxShapeFields) throw malformed(`a shape has 1 to ${maxShapeFields} fields`)
    const fields: string[] = []
    for (let field = 0; field < count; field++) fields.push(checkKey(bytes.readString()))
    if (new Set(fields).size < count) throw malformed('a shape has a field twice')
    const known = table.shapes[number] ?? hiddenShape
    if (known === hiddenShape) table.setShape(number, createShape(fields))
    else if (!isSameShape(known, { ...known, fields })) throw malformed(`shape ${number} has other fields already`)
  }
}

/** Reads the number of a known shape. */
export function readShapeNumber({ bytes }: DeltaReader, table: Table): number {
  const number = bytes.readVarUint()
  if (number >= table.shapes.length || table.shapes[number] === hiddenShape)
    throw malformed(`there is no shape ${number}`)
  return number
}
