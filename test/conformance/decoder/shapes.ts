import { refuse } from './bytes.js'
import { type Input, readKey } from './values.js'

const maxFields = 30
const maxShapes = 256

/** By their numbers, the fields of the shapes that the reader has been told. */
export type Shapes = ReadonlyMap<number, readonly string[]>

/** Those of a new table: shape 0, which is always there and has no fields. */
export const firstShapes: Shapes = new Map([[0, []]])

/** The section 01: the shapes that were there before, with those that are told now. */
export function readShapes(input: Input, before: Shapes): Shapes {
  const shapes = new Map(before)
  let number = 0
  for (let left = input.bytes.varuint(); left > 0; left--) {
    const first = number + 1
    number = first + input.bytes.varuint()
    if (number >= maxShapes) refuse('a shape with a number above 255')
    if (number > first) input.met.count('shape behind a gap')
    for (let passed = first; passed < number; passed++) if (!shapes.has(passed)) input.met.count('shape passed over')
    const fields = readFields(input)
    const known = shapes.get(number)
    if (known) {
      if (known.length !== fields.length || known.some((name, field) => name !== fields[field]))
        refuse('a shape that is told again with other fields')
      input.met.count('shape told again')
    }
    shapes.set(number, fields)
  }
  return shapes
}

function readFields(input: Input): string[] {
  const count = input.bytes.varuint()
  if (count < 1 || count > maxFields) refuse('a shape has 1 to 30 fields')
  const names = Array.from({ length: count }, () => readKey(input))
  if (new Set(names).size < count) refuse('a shape with a field twice')
  return names
}
