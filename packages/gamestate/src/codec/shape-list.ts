import { createShape, isSameShape, maxShapeFields, maxShapes, type Shape, untold } from '../entity-map/shape.js'
import type { Table } from '../entity-map/table.js'
import { checkKey, malformed } from './malformed.js'
import type { RowGroup } from './table-diff.js'
import type { ValueReader, ValueWriter } from './value-io.js'

/** Whether the one can be told as a change of the other: both number their shapes alike. */
export function isContinuation(base: Table, next: Table): boolean {
  if (base.shapes === next.shapes) return true
  return (
    base.shapes.length <= next.shapes.length &&
    base.shapes.every((shape, index) => isSameShape(shape, next.shapes[index]!))
  )
}

/**
 * The numbers of the shapes that a reader of the base does not know. Who sees a part of a map is told of shapes that its rows have,
 * and of no others: their names may be a secret.
 * @param added the rows that the reader has not seen in the base
 * @param isView whether that holds of whole maps, too
 */
export function shapesToTell(
  base: Table | undefined,
  next: Table,
  added: readonly RowGroup[],
  isView: boolean,
): number[] {
  const numbers: number[] = []
  const isShy = isView || base?.isPart === true
  const from = base === undefined || isShy ? 1 : base.shapes.length
  for (let number = from; number < next.shapes.length; number++) {
    if (next.shapes[number] === untold) continue
    if ((isView || next.isPart) && !added.some(({ shape }) => shape === number)) continue
    if (!(isShy && base?.hasRowOf(number))) numbers.push(number)
  }
  return numbers
}

/** Writes how many shapes, then of each how many numbers lie between it and the one before (for the first: shape 0), and its fields. */
export function writeShapes({ bytes }: ValueWriter, shapes: readonly Shape[], numbers: readonly number[]): void {
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

/** Reads what `writeShapes` wrote, into an open table. A shape may be told again, as long as it is the same. */
export function readShapes({ bytes }: ValueReader, table: Table): void {
  let number = 0
  for (let left = bytes.readCount(3); left > 0; left--) {
    number += bytes.readVarUint() + 1
    if (number >= maxShapes) throw malformed(`no shape has a number from ${maxShapes} on`)
    const count = bytes.readCount(1)
    if (count === 0 || count > maxShapeFields) throw malformed(`a shape has 1 to ${maxShapeFields} fields`)
    const fields: string[] = []
    for (let field = 0; field < count; field++) fields.push(checkKey(bytes.readString()))
    if (new Set(fields).size < count) throw malformed('a shape has a field twice')
    const known = table.shapes[number] ?? untold
    if (known === untold) table.setShape(number, createShape(fields))
    else if (!isSameShape(known, { ...known, fields })) throw malformed(`shape ${number} has other fields already`)
  }
}

/** Reads the number of a shape that is known. */
export function readShapeNumber({ bytes }: ValueReader, table: Table): number {
  const number = bytes.readVarUint()
  if (number >= table.shapes.length || table.shapes[number] === untold) throw malformed(`there is no shape ${number}`)
  return number
}
