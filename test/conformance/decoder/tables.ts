import { refuse } from './bytes.js'
import { readChange } from './changes.js'
import { readColumn } from './columns.js'
import { finite } from './forecast.js'
import { readSet } from './sets.js'
import { firstShapes, readShapes, type Shapes } from './shapes.js'
import { readTexts } from './texts.js'
import {
  DecodedMap,
  type DecodedRow,
  type Input,
  isObject,
  type ObjectValue,
  readTagged,
  readValue,
  rowPlace,
  type Value,
} from './values.js'

const maxSlots = 2 ** 21

/** What the groups of a section change. */
interface Target {
  readonly shapes: Shapes
  /** The rows as far as the delta has been read. */
  readonly slots: Map<number, DecodedRow>
  /** The rows before the whole delta; none of a new table. */
  readonly base: ReadonlyMap<number, DecodedRow> | undefined
  /** Reads a set of slots that hold rows of the base. */
  readBaseSlots(): number[]
}

export function readTable(input: Input, base: DecodedMap | undefined): DecodedMap {
  const sections = input.bytes.byte()
  if (sections > 0x1f) refuse('a table with sections that do not exist')
  input.met.count(`sections ${sections.toString(16).padStart(2, '0')}`)
  const before = base?.shapes ?? firstShapes
  const shapes = sections & 0x01 ? readShapes(input, before) : before
  const slots = new Map(base?.slots)
  const ranked = base === undefined ? [] : [...base.slots.keys()].sort((a, b) => a - b)
  const readBaseSlots = (): number[] =>
    sections & 0x10
      ? readSet(input, maxSlots).map((rank) => ranked[rank] ?? refuse('a rank that no row of the base has'))
      : readSet(input, maxSlots)
  const target = { shapes, slots, base: base?.slots, readBaseSlots }
  if (sections & 0x10 && !(sections & 0x0a)) refuse('ranks of no rows')
  if (sections & 0x02) for (const slot of readBaseSlots()) if (!slots.delete(slot)) refuse('no row to remove')
  if (sections & 0x04) addRows(input, target)
  if (sections & 0x08) changeRows(input, target)
  return new DecodedMap(slots, shapes)
}

/** The number of a shape that a group may have. */
function readShapeNumber(input: Input, shapes: Shapes): number {
  const shape = input.bytes.varuint()
  return shapes.has(shape) ? shape : refuse('a shape that has not been told')
}

function addRows(input: Input, { shapes, slots }: Target): void {
  for (let groups = input.bytes.varuint(); groups > 0; groups--) {
    const shape = readShapeNumber(input, shapes)
    const set = readSet(input, maxSlots)
    const ids = readIds(input, set.length)
    const rows = shape === 0 ? readLooseRows(input, set.length) : readShapedRows(input, shapes.get(shape)!, set.length)
    for (const [index, slot] of set.entries()) slots.set(slot, { id: ids[index]!, shape, row: rows[index]! })
  }
  if (new Set([...slots.values()].map(({ id }) => id)).size < slots.size) refuse('two rows with one id')
}

function readIds(input: Input, count: number): (string | number)[] {
  const { bytes } = input
  const form = bytes.byte()
  input.met.count(`ids ${form}`)
  if (form === 0) return readTexts(bytes, count)
  if (form === 1) {
    let before = 0
    return Array.from({ length: count }, () => {
      before += bytes.varint()
      return Number.isSafeInteger(before) ? before : refuse('an id beyond the safe integers')
    })
  }
  if (form === 2) return Array.from({ length: count }, () => readId(input))
  refuse(`ids have no form ${form}`)
}

function readId(input: Input): string | number {
  const tag = input.bytes.byte()
  return tag === 0x10 ? input.bytes.string() : finite(readTagged(input, tag, undefined, rowPlace))
}

function readLooseRows(input: Input, count: number): ObjectValue[] {
  let before: ObjectValue | undefined
  return Array.from({ length: count }, () => {
    before = asRow(readValue(input, before, rowPlace))
    return before
  })
}

function asRow(value: Value): ObjectValue {
  return isObject(value) ? value : refuse('a row is an object')
}

function readShapedRows(input: Input, names: readonly string[], count: number): ObjectValue[] {
  const rows = Array.from({ length: count }, (): ObjectValue => ({}))
  const none = (): Value => refuse('a new row has no base')
  for (const [field, name] of names.entries()) {
    const target = { count, changed: false, field, fields: names.length, base: none, now: none }
    for (const [index, value] of readColumn(input, target).entries()) rows[index]![name] = value
  }
  return rows
}

function changeRows(input: Input, target: Target): void {
  const { shapes } = target
  const seen = new Set<number>()
  for (let groups = input.bytes.varuint(); groups > 0; groups--) {
    const shape = readShapeNumber(input, shapes)
    if (seen.has(shape)) refuse('two groups of changed rows of one shape')
    seen.add(shape)
    const set = target.readBaseSlots()
    const before = rowsToChange(target, set, shape)
    const after =
      shape === 0
        ? before.map((row) => asRow(readChange(input, row, rowPlace)))
        : changeShapedRows(input, shapes.get(shape)!, before)
    putChanged(target, set, after)
  }
}

/** The rows of a group; of each there is only one group that adds or changes it. */
function rowsToChange({ slots, base }: Target, set: readonly number[], shape: number): ObjectValue[] {
  return set.map((slot) => {
    const row = slots.get(slot)
    if (row?.shape !== shape) refuse('no row of that shape to change')
    if (row !== base?.get(slot)) refuse('a row that this delta has already told')
    return row.row
  })
}

/** Puts rows back that keep their ids and shapes. */
function putChanged({ slots }: Target, set: readonly number[], rows: readonly ObjectValue[]): void {
  for (const [index, slot] of set.entries()) slots.set(slot, { ...slots.get(slot)!, row: rows[index]! })
}

function changeShapedRows(input: Input, names: readonly string[], before: readonly ObjectValue[]): ObjectValue[] {
  const after = before.map((row) => ({ ...row }))
  const seen = new Set<number>()
  for (let columns = input.bytes.varuint(); columns > 0; columns--) {
    const header = input.bytes.varuint()
    const field = Math.floor(header / 2)
    if (field >= names.length) refuse('a field that the shape has not')
    if (seen.has(field)) refuse('a field that comes twice')
    seen.add(field)
    const places = header % 2 === 1 ? readSet(input, before.length) : [...before.keys()]
    input.met.count(header % 2 === 1 ? 'changed column, some rows' : 'changed column, all rows')
    const values = readColumn(input, {
      count: places.length,
      changed: true,
      field,
      fields: names.length,
      base: (index, other) => before[places[index]!]![names[other]!]!,
      now: (index, other) => after[places[index]!]![names[other]!]!,
    })
    for (const [index, value] of values.entries()) after[places[index]!]![names[field]!] = value
  }
  return after
}
