import type { DeltaReader } from '../context.js'
import * as tag from './tags.js'
import { maxSlid, maxSpliced } from './tags.js'

// The mirror of `array-change.ts`. A page loads this file when an array changes for the first time.

/** Most copied elements, as a multiple of the base's length. This bounds what a few bytes can make a reader build. */
export const maxCopies = 2

/** The lowest two bits of an edit's first number. The other bits are its count. The number 0 ends the list. */
export const editKind = { end: 0, copy: 1, insert: 2, patch: 3 } as const

/** Reads what `writeArrayChange` wrote after its tag. */
export function readArrayChange(input: DeltaReader, first: number, base: unknown, depth: number): unknown[] {
  input.checkDepth(depth)
  if (!Array.isArray(base)) input.refuse()
  // not by `slice`, and edits read from it too: engines are slow with the elements of frozen arrays
  const array: unknown[] = [...base]
  if (first === tag.patchedArray) return readEdits(input, array, depth)
  input.spend(array.length)
  if (first === tag.changedElements) {
    let place = 0
    for (let count = input.bytes.readCount(2); count > 0; count--) {
      place += input.bytes.readVarUint()
      readElement(input, array, place++, depth)
    }
  } else if (first < tag.oneElement) readSplice(input, first, array, depth)
  else readElement(input, array, first - tag.oneElement, depth)
  return array
}

function readElement(input: DeltaReader, array: unknown[], place: number, depth: number): void {
  if (place >= array.length) input.refuse()
  array[place] = input.readPatch(array[place], depth + 1)
}

/** Reads a splice or a slide: elements go at one place and come at one place. */
function readSplice(input: DeltaReader, first: number, array: unknown[], depth: number): void {
  const { length } = array
  let removed = (first & 15) >>> 2
  let inserted = first & maxSpliced
  let from = 0
  let at = 0
  if (first >= tag.splice) from = at = length - input.bytes.readVarUint()
  else {
    removed = ++inserted
    if (first < tag.slide + maxSlid) at = length - removed
    else from = length - removed
  }
  if (from + at < 0 || from + removed > length || removed + inserted === 0) input.refuse()
  const front = array[0]
  array.splice(from, removed)
  for (let like = at === 0 ? front : array[at - 1]; inserted > 0; inserted--) {
    like = input.readValue(like, depth + 1)
    array.splice(at++, 0, like)
  }
}

function readInserted(input: DeltaReader, base: readonly unknown[], array: unknown[], depth: number): void {
  array.push(input.readValue(array.length === 0 ? base[0] : array[array.length - 1], depth + 1))
}

function readEdits(input: DeltaReader, base: readonly unknown[], depth: number): unknown[] {
  const { bytes } = input
  const array: unknown[] = []
  // copies cost no bytes, so their sum has a bound: otherwise a list of them could double an array again and again
  let mayCopy = maxCopies * base.length
  let cursor = 0
  // of each element whether it is in the array already: a second copy counts whole, or a few deltas could double again and again
  const copied = new Uint8Array(base.length)
  for (;;) {
    const header = bytes.readVarUint()
    const kind = header % 4
    const count = Math.floor(header / 4)
    if (header === editKind.end) return array
    if (count === 0) input.refuse()
    if (kind === editKind.insert) {
      if (count > bytes.remaining) input.refuse()
      for (let index = 0; index < count; index++) readInserted(input, base, array, depth)
      cursor += count
      continue
    }
    const from = cursor + bytes.readVarInt()
    if (from < 0 || from + count > base.length) input.refuse()
    mayCopy -= count
    if (mayCopy < 0) input.refuse()
    input.spend(count)
    for (let index = from; index < from + count; index++) {
      if (copied[index] === 1) input.spendWhole(base[index])
      copied[index] = 1
    }
    if (kind === editKind.copy) for (let index = from; index < from + count; index++) array.push(base[index])
    else if (kind === editKind.patch && count === 1) array.push(input.readPatch(base[from], depth + 1))
    else input.refuse()
    cursor = from + count
  }
}
