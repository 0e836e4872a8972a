import { ByteReader } from '../bytes/bytes.js'
import { indexOf, maxSlots, ownIds } from '../rows/page.js'
import type { Shape } from '../rows/shape.js'
import { Table } from '../rows/table.js'
import { mapOf, type VersionMap } from '../rows/version-map.js'
import type { Immutable } from '../values/immutable.js'
import { MapValue } from '../values/kind.js'
import { readTagged } from '../values/kinds.js'
import { sealMade } from '../values/mark.js'
import { isPlainObject, malformed, type PlainObject } from '../values/plain.js'
import { readSlots, releaseSlots, type SlotList, type Slots } from './bits/slot-set.js'
import { type DeltaReader, deleted, registerReader } from './context.js'
import { beginChanges, beginRows, rowAt } from './rows/column-cells.js'
import { columnRows, pickRows, readingPool } from './rows/column-data.js'
import { readIds } from './rows/ids.js'
import { toSlots } from './rows/ranks.js'
import { readColumn } from './rows/read-column.js'
import { readShapeNumber, readShapes } from './rows/row-groups.js'
import { ranked, section } from './rows/table-codec.js'
import { firstValue, mark, readChange, readMask } from './values/object-change.js'
import { readArrayChange } from './values/read-array-change.js'
import * as tag from './values/tags.js'

/** Bytes of a delta that belong to one part of the state. */
export interface DeltaPart {
  /** Keys from the state down. All rows of a map are `*`; `(structure)` is what says which keys, rows and fields follow. */
  readonly path: readonly string[]
  readonly bytes: number
}

/** The last key of bytes that name parts, and are none. */
const structure = '(structure)'
const anyRow = '*'
/** Keys of a path. The bytes of deeper parts count for the part above them. */
const mostKeys = 6

/**
 * Finds out what the bytes of a delta are spent on. It reads the delta as `applyDelta` does, and notes which part each byte is of: the
 * parts sum to the length of the delta.
 *
 * @param delta one that `encodeDelta` has made from `base`, for tools at the server
 * @returns the parts, in the order of the delta; each path once
 * @throws GameStateError as `applyDelta`
 */
export function partsOfDelta<State>(
  base: Immutable<State> | undefined,
  delta: Uint8Array,
): { readonly parts: readonly DeltaPart[]; readonly state: Immutable<State> } {
  if (delta.length === 0) {
    if (base === undefined) throw malformed()
    return { parts: [], state: base }
  }
  registerReader('arrays', readArrayChange)
  const reader = new PartReader(delta)
  const state = base === undefined ? reader.readValue(undefined, 0) : reader.readChange(base, 0)
  reader.bytes.expectEnd()
  return { parts: reader.parts(), state: state as Immutable<State> }
}

/** A part with the bytes that are read while no part of it is. */
interface Part {
  bytes: number
  readonly parts: Map<string, Part>
}

/** Reads as `applyCounted` does, for what has keys by ways of its own: they are the mirror of the same writers. */
class PartReader implements DeltaReader {
  readonly bytes: ByteReader
  readonly isPayload = false
  insideRow = false
  readonly #root: Part = { bytes: 0, parts: new Map() }
  /** From the state down to the part that is being read. */
  readonly #open: Part[] = [this.#root]
  /** Keys below the last one that is noted. */
  #deeper = 0
  #noted = 0

  constructor(delta: Uint8Array) {
    this.bytes = new ByteReader(delta)
  }

  // a delta of this process needs no limits, and methods are passed around
  readonly spend = (): void => {}
  readonly checkLength = (): void => {}
  readonly checkDepth = (): void => {}
  readonly spendWhole = (): void => {}

  refuse(): never {
    throw malformed()
  }

  parts(): DeltaPart[] {
    this.#note()
    const list: DeltaPart[] = []
    const add = ({ bytes, parts }: Part, path: readonly string[]): void => {
      if (bytes > 0) list.push({ path: parts.size > 0 ? [...path, structure] : path, bytes })
      for (const [key, part] of parts) add(part, [...path, key])
    }
    add(this.#root, [])
    return list
  }

  readValue = (template: unknown, depth: number): unknown => {
    const first = this.bytes.readByte()
    if (first === tag.object || first === tag.objectLike) return this.#readObject(first, template, depth)
    if (first === tag.entityMap) return this.readMap()
    return readTagged(this, first, template, depth)
  }

  readMap = (): MapValue => mapOf(this.#readTable(undefined))

  readChange = (base: unknown, depth: number): unknown => {
    const { bytes } = this
    const start = bytes.position
    const first = bytes.readByte()
    const isOneKey = first >= tag.oneKey && first < tag.oneKey + tag.singleKeys
    if (isOneKey || first === tag.patchedObject || first === tag.changedKeys) {
      return this.#readObjectChange(first, base, depth)
    }
    if (first === tag.patchedMap && base instanceof MapValue) {
      return mapOf(this.#readTable((base as VersionMap<object>).table))
    }
    if (first === tag.object || first === tag.objectLike) return this.#readObject(first, base, depth)
    if (first === tag.entityMap) return this.readMap()
    bytes.position = start
    return readChange(this, base, depth)
  }

  readPatch = (base: unknown, depth: number): unknown => {
    const next = this.readChange(base, depth)
    if (next === deleted) throw malformed()
    return next
  }

  /** The bytes that follow, and those before them in `from`, are of the part `key` of the open part. */
  #in<Value>(key: string, read: () => Value, from: number = this.bytes.position): Value {
    this.#note(from)
    if (this.#open.length > mostKeys) this.#deeper++
    else {
      const { parts } = this.#open.at(-1)!
      const part = parts.get(key) ?? { bytes: 0, parts: new Map() }
      parts.set(key, part)
      this.#open.push(part)
    }
    const value = read()
    this.#note()
    if (this.#deeper > 0) this.#deeper--
    else this.#open.pop()
    return value
  }

  /** The bytes that have been read since are of the open part. */
  #note(until: number = this.bytes.position): void {
    this.#open.at(-1)!.bytes += until - this.#noted
    this.#noted = until
  }

  /** A whole object: the mirror of its kind. */
  #readObject(first: number, template: unknown, depth: number): PlainObject {
    const object: PlainObject = {}
    if (first === tag.objectLike) {
      if (!isPlainObject(template)) throw malformed()
      for (const key of Object.keys(template)) {
        object[key] = this.#in(key, () => this.readValue(template[key], depth + 1))
      }
    } else {
      let like: unknown
      for (let count = this.bytes.readCount(2); count > 0; count--) {
        const start = this.bytes.position
        const key = this.bytes.readString()
        like = this.#in(key, () => this.readValue(like, depth + 1), start)
        object[key] = like
      }
    }
    return sealMade(object)
  }

  /** The mirror of `writeObjectChange`. */
  #readObjectChange(first: number, base: unknown, depth: number): PlainObject {
    if (!isPlainObject(base)) throw malformed()
    const { bytes } = this
    const keys = Object.keys(base)
    const object: PlainObject = {}
    let place = 0
    const readKey = (changed: number): void => {
      if (changed >= keys.length) throw malformed()
      for (; place < changed; place++) object[keys[place]!] = base[keys[place]!]
      const key = keys[place++]!
      const value = this.#in(key, () => this.readChange(base[key], depth + 1))
      if (value !== deleted) object[key] = value
    }
    let end: number = mark.end
    if (first === tag.changedKeys) {
      const mask = readMask(this, keys.length)
      for (let key = 0; key < keys.length; key++) if ((mask & (1 << key)) !== 0) readKey(key)
    } else if (first === tag.patchedObject) {
      for (end = bytes.readVarUint(); end >= mark.firstGap; end = bytes.readVarUint())
        readKey(place + end - mark.firstGap)
    } else readKey(first - tag.oneKey)
    for (; place < keys.length; place++) object[keys[place]!] = base[keys[place]!]
    if (end === mark.endThenAdded) this.#readAddedKeys(base, object, depth)
    return sealMade(object)
  }

  #readAddedKeys(base: PlainObject, object: PlainObject, depth: number): void {
    let like = firstValue(base)
    for (let count = this.bytes.readCount(2); count > 0; count--) {
      const start = this.bytes.position
      const key = this.bytes.readString()
      const read = (): unknown =>
        Object.hasOwn(base, key) ? this.readPatch(base[key], depth + 1) : this.readValue(like, depth + 1)
      like = this.#in(key, read, start)
      object[key] = like
    }
  }

  /** The mirror of `writeTable`. */
  #readTable(base: Table | undefined): Table {
    readingPool.release(0)
    releaseSlots()
    const { bytes } = this
    const table = new Table(base)
    const sections = bytes.readByte()
    const areRanked = (sections & ranked) !== 0
    const readBaseSlots = (): SlotList => {
      const slots = readSlots(bytes, table.size, areRanked ? (base?.size ?? 0) : maxSlots)
      if (areRanked) toSlots(base?.pages ?? [], slots)
      return slots
    }
    if ((sections & section.shapes) !== 0) readShapes(this, table)
    if ((sections & section.removed) !== 0) {
      const { list, count } = readBaseSlots()
      for (let place = 0; place < count; place++) table.deleteAt(list[place]!)
    }
    if ((sections & section.added) !== 0) {
      for (let group = bytes.readCount(3); group > 0; group--) this.#readAddedRows(table)
    }
    if ((sections & section.changed) !== 0) {
      for (let group = bytes.readCount(3); group > 0; group--) {
        const shape = readShapeNumber(this, table)
        this.#readChangedRows(table, base?.pages ?? [], shape, readBaseSlots())
      }
    }
    return table.seal()
  }

  #readAddedRows(table: Table): void {
    const shapeNumber = readShapeNumber(this, table)
    const slots = readSlots(this.bytes, this.bytes.remaining, maxSlots)
    const ids = readIds(this.bytes, slots.count)
    const { list, count } = slots
    if (shapeNumber === 0) {
      let row: unknown
      table.nested = true
      for (let place = 0; place < count; place++) {
        row = this.#in(anyRow, () => this.readValue(row, 0))
        table.restoreAt(list[place]!, ids[place]!, Object.freeze(row) as PlainObject, 0)
      }
      return
    }
    for (let place = 0; place < count; place++) {
      const page = table.claim(list[place]!, ids[place]!)
      const index = indexOf(list[place]!)
      if (page.shapes[index] === shapeNumber) continue
      ownIds(page)
      page.shapes[index] = shapeNumber
    }
    const shape = table.shapes[shapeNumber]!
    beginRows(table.pages, shape, slots)
    const all = columnRows(shape, undefined, table.pages, slots, undefined)
    for (let field = 0; field < shape.fields.length; field++) {
      if (this.#inField(shape, field, () => readColumn(this, all, field))) table.nested = true
    }
  }

  #readChangedRows(table: Table, basePages: Table['pages'], shapeNumber: number, slots: Slots): void {
    if (shapeNumber === 0) {
      table.nested = true
      const rows: PlainObject[] = []
      for (let place = 0; place < slots.count; place++) {
        const slot = slots.list[place]!
        rows.push(Object.freeze(this.#in(anyRow, () => this.readPatch(rowAt(basePages, slot), 0))) as PlainObject)
      }
      table.replaceRows(slots.list, rows)
      return
    }
    const shape = table.shapes[shapeNumber]!
    beginChanges((number) => table.pageForWrite(number), slots)
    const all = columnRows(shape, basePages, table.pages, slots, undefined)
    for (let column = this.bytes.readCount(2); column > 0; column--) {
      const start = this.bytes.position
      const header = this.bytes.readVarUint()
      const field = Math.floor(header / 2)
      const read = (): boolean => {
        const some = header % 2 === 1 ? pickRows(all, readSlots(this.bytes, slots.count, slots.count)) : all
        return readColumn(this, some, field)
      }
      if (this.#inField(shape, field, read, start)) table.nested = true
    }
  }

  #inField<Value>(shape: Shape, field: number, read: () => Value, from?: number): Value {
    return this.#in(anyRow, () => this.#in(shape.fields[field]!, read, from), from)
  }
}
