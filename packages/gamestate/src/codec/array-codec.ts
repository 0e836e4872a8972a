import { GameStateError } from '../errors.js'
import { maxDepth } from '../values/plain.js'
import { type ArrayEdit, findArrayEdits, maxCopies } from './array-edits.js'
import type { PrecisionNode } from './precision.js'
import { isSame } from './same.js'
import { tag } from './tags.js'
import { deleted, type ValueReader, type ValueWriter } from './value-io.js'

/** The two lowest bits of an edit's first number; above them is its count. An edit of 0 ends the list. */
const editKind = { end: 0, copy: 1, insert: 2, patch: 3 } as const

/** Writes how an array becomes another. @returns false where both are the same on the wire */
export function writeArrayChange(
  out: ValueWriter,
  base: readonly unknown[],
  next: readonly unknown[],
  precision: PrecisionNode,
): boolean {
  if (isSame(base, next, precision)) return false
  const { bytes } = out
  bytes.writeByte(tag.patchedArray)
  let cursor = 0
  for (const edit of findArrayEdits(base, next, precision)) {
    if (edit.kind === 'insert') {
      bytes.writeVarUint(edit.count * 4 + editKind.insert)
      for (let to = edit.to; to < edit.to + edit.count; to++) {
        out.writeValue(next[to], to === 0 ? base[0] : next[to - 1], precision)
      }
      // an element that was put in is taken to stand in place of one that was there
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
  return true
}

/** Reads what `writeArrayChange` wrote after its tag. */
export function readArrayChange(input: ValueReader, base: unknown, depth: number): readonly unknown[] {
  if (!Array.isArray(base)) throw new GameStateError('invalid_delta', 'an array is to change that is not there')
  if (depth >= maxDepth) throw new GameStateError('invalid_delta', `a value is nested deeper than ${maxDepth} levels`)
  const { bytes } = input
  const array: unknown[] = []
  // copies cost no bytes, so their sum has a bound of its own: a list of them could double an array again and again
  let mayCopy = maxCopies * base.length
  let cursor = 0
  for (;;) {
    const header = bytes.readVarUint()
    const kind = header % 4
    const count = Math.floor(header / 4)
    if (header === editKind.end) return Object.freeze(array)
    if (count === 0) throw new GameStateError('invalid_delta', 'an edit of no elements')
    if (kind === editKind.insert) {
      if (count > bytes.remaining) throw new GameStateError('invalid_delta', 'more elements than bytes')
      for (let index = 0; index < count; index++) {
        array.push(input.readValue(array.length === 0 ? base[0] : array[array.length - 1], depth + 1))
      }
      cursor += count
      continue
    }
    const from = cursor + bytes.readVarInt()
    if (from < 0 || from + count > base.length) throw new GameStateError('invalid_delta', 'an edit beyond the array')
    mayCopy -= count
    if (mayCopy < 0) throw new GameStateError('invalid_delta', 'an array is copied more often than it is long')
    if (kind === editKind.copy) for (let index = from; index < from + count; index++) array.push(base[index])
    else if (kind === editKind.patch && count === 1) array.push(readPatch(input, base[from], depth))
    else throw new GameStateError('invalid_delta', `no edit has the kind ${kind} and the count ${count}`)
    cursor = from + count
  }
}

function writePatch(
  out: ValueWriter,
  base: readonly unknown[],
  next: readonly unknown[],
  edit: ArrayEdit & { kind: 'patch' },
  precision: PrecisionNode,
): void {
  if (!out.writeChange(base[edit.from], next[edit.to], precision)) out.bytes.writeByte(tag.same)
}

function readPatch(input: ValueReader, base: unknown, depth: number): unknown {
  const element = input.readChange(base, depth + 1)
  if (element === deleted) throw new GameStateError('invalid_delta', 'an element of an array cannot be deleted')
  return element
}
