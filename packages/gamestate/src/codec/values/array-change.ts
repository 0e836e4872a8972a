import { cut, truncate } from '../../bytes/bytes.js'
import { isPlainObject } from '../../values/plain.js'
import { touchedPlaces } from '../../values/touched.js'
import type { DeltaWriter } from '../context.js'
import { type ArrayEdit, findArrayEdits } from './array-edits.js'
import { type ArrayPair, areNew, changedPlaces, haveStayed, pairAt, pairOf, slideOf } from './array-pair.js'
import type { PrecisionNode } from './number.js'
import { editKind } from './read-array-change.js'
import * as tag from './tags.js'
import { maxSlid, maxSpliced, singleElements, smallInts, smallNegatives } from './tags.js'
import { isShared } from './unchanged.js'

/** Writes how one array becomes another. @returns false, and writes nothing, if both are the same on the wire */
export function writeArrayChange(
  out: DeltaWriter,
  base: readonly unknown[],
  next: readonly unknown[],
  precision: PrecisionNode,
): boolean {
  const start = out.bytes.length
  const touched = touchedPlaces(base, next)
  if (touched === undefined) {
    const pair = pairOf(base, next, precision)
    if (pair.head === base.length && pair.head === next.length) return false
    const slide = slideOf(pair)
    if (slide === 0) writePair(out, pair, changedPlaces(pair))
    else writeSlide(out, pair, slide)
  } else {
    const pair = pairAt(base, next, touched, precision)
    if (pair === undefined) return false
    if (haveStayed(pair, pair.places)) writeElements(out, pair, pair.places)
    else writeMoved(out, pairOf(base, next, precision), pair.places)
  }
  const end = out.bytes.length
  // at least a byte for each element, but most arrays need not be looked at
  if (next.length < end - start && leastBytes(next, end - start) < end - start) {
    out.writeValue(next, base, precision)
    keepShorter(out, start, end)
  }
  return true
}

function writePair(out: DeltaWriter, pair: ArrayPair, places: readonly number[] | undefined): void {
  if (places !== undefined && haveStayed(pair, places)) writeElements(out, pair, places)
  else writeMoved(out, pair, places)
}

/** Writes elements that came, went or moved. @param places of all elements that are not the same, if none came and none went */
function writeMoved(out: DeltaWriter, pair: ArrayPair, places: readonly number[] | undefined): void {
  const start = out.bytes.length
  const removed = pair.base.length - pair.head - pair.tail
  const inserted = pair.next.length - pair.head - pair.tail
  if (removed <= maxSpliced && inserted <= maxSpliced && areNew(pair)) writeSplice(out, pair)
  else writeEdits(out, findArrayEdits(pair), pair)
  const end = out.bytes.length
  if (places === undefined || leastElementBytes * places.length >= end - start) return
  writeElements(out, pair, places)
  keepShorter(out, start, end)
}

/** A gap and a change. */
const leastElementBytes = 2

/** Of what was written from `start` on and from `second` on, which say the same, the longer one is taken back. */
function keepShorter({ bytes }: DeltaWriter, start: number, second: number): void {
  if (bytes.length - second < second - start) cut(bytes, start, second)
  else truncate(bytes, second)
}

/** How many bytes a value takes at least, written whole. Looks at no more than `limit` parts; from there on any number will do. */
function leastBytes(value: unknown, limit: number): number {
  if (typeof value === 'string') return 1 + value.length / 2
  if (typeof value === 'number') return value >= -smallNegatives && value < smallInts ? 1 : 2
  if (!isShared(value)) return 1
  let bytes = 1
  if (Array.isArray(value)) {
    for (let place = 0; place < value.length && bytes < limit; place++) bytes += leastBytes(value[place], limit - bytes)
    return bytes
  }
  if (ArrayBuffer.isView(value)) return 2 + value.byteLength
  // an entity map is never written whole in place of its change
  if (!isPlainObject(value)) return limit
  for (const key in value) {
    if (bytes >= limit) break
    bytes += leastBytes(value[key], limit - bytes)
  }
  return bytes
}

/** Writes changed elements: one of the first by its tag, else their number, and for each the gap before it and its change. */
function writeElements(out: DeltaWriter, { base, next, precision }: ArrayPair, places: readonly number[]): void {
  const { bytes } = out
  const isSingle = places.length === 1 && places[0]! < singleElements
  bytes.writeByte(isSingle ? tag.oneElement + places[0]! : tag.changedElements)
  if (!isSingle) bytes.writeVarUint(places.length)
  let expected = 0
  for (let index = 0; index < places.length; index++) {
    const place = places[index]!
    if (!isSingle) bytes.writeVarUint(place - expected)
    if (!out.writeChange(base[place], next[place], precision)) bytes.writeByte(tag.same)
    expected = place + 1
  }
}

/** Writes a splice: up to three elements removed and up to three inserted behind the head. */
function writeSplice(out: DeltaWriter, { base, next, precision, head, tail }: ArrayPair): void {
  const end = next.length - tail
  out.bytes.writeByte(tag.splice + (base.length - tail - head) * (maxSpliced + 1) + end - head)
  out.bytes.writeVarUint(base.length - head)
  for (let to = head; to < end; to++) writeInserted(out, base, next, to, precision)
}

/** @param slide as `slideOf` gives it */
function writeSlide(out: DeltaWriter, { base, next, precision }: ArrayPair, slide: number): void {
  out.bytes.writeByte(tag.slide + (slide > 0 ? slide : maxSlid - slide) - 1)
  const first = slide > 0 ? next.length - slide : 0
  const end = slide > 0 ? next.length : -slide
  for (let to = first; to < end; to++) writeInserted(out, base, next, to, precision)
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

function writeEdits(out: DeltaWriter, edits: readonly ArrayEdit[], { base, next, precision }: ArrayPair): void {
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
    if (edit.kind === 'patch' && !out.writeChange(base[edit.from], next[edit.to], precision)) bytes.writeByte(tag.same)
    cursor = edit.from + count
  }
  bytes.writeByte(editKind.end)
}
