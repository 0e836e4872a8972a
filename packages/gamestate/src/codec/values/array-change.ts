import { elementsOf } from '../../values/elements.js'
import { isSame } from '../../values/equality.js'
import { malformed, maxDepth } from '../../values/plain.js'
import { type DeltaReader, type DeltaWriter, deleted } from '../context.js'
import { type ArrayEdit, findArrayEdits, maxCopies } from './array-edits.js'
import type { PrecisionNode } from './number.js'
import * as tag from './tags.js'
import { maxSpliced, singleElements } from './tags.js'

/** The lowest two bits of an edit's first number. The other bits are its count. The number 0 ends the list. */
const editKind = { end: 0, copy: 1, insert: 2, patch: 3 } as const

/** Writes how one array becomes another. @returns false, and writes nothing, if both are the same on the wire */
export function writeArrayChange(
  out: DeltaWriter,
  base: readonly unknown[],
  next: readonly unknown[],
  precision: PrecisionNode,
): boolean {
  if (isSame(base, next, precision)) return false
  const edits = findArrayEdits(base, next, precision)
  const places = changedPlaces(edits, base, next)
  if (places !== undefined) writeElements(out, base, next, places, precision)
  else if (!writeSplice(out, edits, base, next, precision)) writeEdits(out, edits, base, next, precision)
  return true
}

/** The places of the changed elements, if all others keep their places; else undefined. */
function changedPlaces(
  edits: readonly ArrayEdit[],
  base: readonly unknown[],
  next: readonly unknown[],
): number[] | undefined {
  if (base.length !== next.length) return undefined
  const places: number[] = []
  let to = 0
  for (const edit of edits) {
    if (edit.kind !== 'insert' && edit.from !== to) return undefined
    const count = edit.kind === 'patch' ? 1 : edit.count
    if (edit.kind !== 'copy') for (let place = to; place < to + count; place++) places.push(place)
    to += count
  }
  return places
}

/** Writes changed elements: one of the first by its tag, else their number, and for each the gap before it and its change. */
function writeElements(
  out: DeltaWriter,
  base: readonly unknown[],
  next: readonly unknown[],
  places: readonly number[],
  precision: PrecisionNode,
): void {
  const { bytes } = out
  const isSingle = places.length === 1 && places[0]! < singleElements
  bytes.writeByte(isSingle ? tag.oneElement + places[0]! : tag.changedElements)
  if (!isSingle) bytes.writeVarUint(places.length)
  places.forEach((place, index) => {
    if (!isSingle) bytes.writeVarUint(index === 0 ? place : place - places[index - 1]! - 1)
    if (!out.writeChange(base[place], next[place], precision)) bytes.writeByte(tag.same)
  })
}

/** Writes a splice: up to three elements removed and up to three inserted at one place. @returns false, and writes nothing, for other changes */
function writeSplice(
  out: DeltaWriter,
  edits: readonly ArrayEdit[],
  base: readonly unknown[],
  next: readonly unknown[],
  precision: PrecisionNode,
): boolean {
  const rest = [...edits]
  const head = rest[0]?.kind === 'copy' && rest[0].from === 0 ? rest.shift() : undefined
  const start = head?.kind === 'copy' ? head.count : 0
  const inserted = rest[0]?.kind === 'insert' ? rest[0].count : 0
  if (inserted > 0) rest.shift()
  const tail = rest.shift()
  if (rest.length > 0 || (tail !== undefined && (tail.kind !== 'copy' || tail.from + tail.count !== base.length)))
    return false
  const removed = (tail?.from ?? base.length) - start
  if (removed < 0 || removed > maxSpliced || inserted > maxSpliced) return false
  out.bytes.writeByte(tag.splice + removed * (maxSpliced + 1) + inserted)
  out.bytes.writeVarUint(base.length - start)
  for (let to = start; to < start + inserted; to++) writeInserted(out, base, next, to, precision)
  return true
}

function writeInserted(
  out: DeltaWriter,
  base: readonly unknown[],
  next: readonly unknown[],
  to: number,
  precision: PrecisionNode,
): void {
  out.writeValue(next[to], to === 0 ? base[0] : next[to - 1], precision)
}

function writeEdits(
  out: DeltaWriter,
  edits: readonly ArrayEdit[],
  base: readonly unknown[],
  next: readonly unknown[],
  precision: PrecisionNode,
): void {
  const { bytes } = out
  bytes.writeByte(tag.patchedArray)
  let cursor = 0
  for (const edit of edits) {
    if (edit.kind === 'insert') {
      bytes.writeVarUint(edit.count * 4 + editKind.insert)
      for (let to = edit.to; to < edit.to + edit.count; to++) writeInserted(out, base, next, to, precision)
      // an inserted element is taken to replace one of the base
      cursor += edit.count
      continue
    }
    const count = edit.kind === 'copy' ? edit.count : 1
    bytes.writeVarUint(count * 4 + editKind[edit.kind])
    bytes.writeVarInt(edit.from - cursor)
    if (edit.kind === 'patch') writePatch(out, base, next, edit, precision)
    cursor = edit.from + count
  }
  bytes.writeByte(editKind.end)
}

/** Reads what `writeArrayChange` wrote after its tag. */
export function readArrayChange(input: DeltaReader, first: number, base: unknown, depth: number): readonly unknown[] {
  if (!Array.isArray(base)) throw malformed()
  if (depth >= maxDepth) throw malformed()
  if (first === tag.patchedArray) return readEdits(input, base, depth)
  if (first < tag.oneElement && first !== tag.changedElements) return readSplice(input, first - tag.splice, base, depth)
  input.spend(base.length)
  const array = base.slice()
  if (first !== tag.changedElements) readElement(input, array, first - tag.oneElement, depth)
  else {
    let place = 0
    for (let count = input.bytes.readCount(2); count > 0; count--) {
      place += input.bytes.readVarUint()
      readElement(input, array, place++, depth)
    }
  }
  return Object.freeze(array)
}

function readElement(input: DeltaReader, array: unknown[], place: number, depth: number): void {
  if (place >= array.length) throw malformed()
  array[place] = readPatch(input, array[place], depth)
}

function readSplice(input: DeltaReader, counts: number, base: readonly unknown[], depth: number): readonly unknown[] {
  const removed = Math.floor(counts / (maxSpliced + 1))
  const inserted = counts % (maxSpliced + 1)
  const start = base.length - input.bytes.readVarUint()
  if (start < 0 || start + removed > base.length || counts === 0) {
    throw malformed()
  }
  input.spend(base.length)
  const array = base.slice(0, start)
  for (let index = 0; index < inserted; index++) readInserted(input, base, array, depth)
  for (let index = start + removed; index < base.length; index++) array.push(base[index])
  return Object.freeze(array)
}

function readInserted(input: DeltaReader, base: readonly unknown[], array: unknown[], depth: number): void {
  array.push(input.readValue(array.length === 0 ? base[0] : array[array.length - 1], depth + 1))
}

function readEdits(input: DeltaReader, base: readonly unknown[], depth: number): readonly unknown[] {
  const { bytes } = input
  const array: unknown[] = []
  // copies cost no bytes, so their sum has a bound: otherwise a list of them could double an array again and again
  let mayCopy = maxCopies * base.length
  let cursor = 0
  // elements below it may be in the array already: a second copy counts whole, or a few deltas could double again and again
  let copied = 0
  for (;;) {
    const header = bytes.readVarUint()
    const kind = header % 4
    const count = Math.floor(header / 4)
    if (header === editKind.end) return Object.freeze(array)
    if (count === 0) throw malformed()
    if (kind === editKind.insert) {
      if (count > bytes.remaining) throw malformed()
      for (let index = 0; index < count; index++) readInserted(input, base, array, depth)
      cursor += count
      continue
    }
    const from = cursor + bytes.readVarInt()
    if (from < 0 || from + count > base.length) throw malformed()
    mayCopy -= count
    if (mayCopy < 0) throw malformed()
    input.spend(count)
    for (let index = from; index < Math.min(from + count, copied); index++) input.spend(elementsOf(base[index]))
    copied = Math.max(copied, from + count)
    if (kind === editKind.copy) for (let index = from; index < from + count; index++) array.push(base[index])
    else if (kind === editKind.patch && count === 1) array.push(readPatch(input, base[from], depth))
    else throw malformed()
    cursor = from + count
  }
}

function writePatch(
  out: DeltaWriter,
  base: readonly unknown[],
  next: readonly unknown[],
  edit: ArrayEdit & { kind: 'patch' },
  precision: PrecisionNode,
): void {
  if (!out.writeChange(base[edit.from], next[edit.to], precision)) out.bytes.writeByte(tag.same)
}

function readPatch(input: DeltaReader, base: unknown, depth: number): unknown {
  const element = input.readChange(base, depth + 1)
  if (element === deleted) throw malformed()
  return element
}
