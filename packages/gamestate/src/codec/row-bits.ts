import { ByteWriter } from '../bytes/byte-writer.js'
import { lowestBit } from '../entity-map/page.js'
import type { BitReader } from './bits.js'
import { fromBase, type Prediction, source, writePrediction } from './column/prediction.js'
import { malformed } from './malformed.js'
import { writeNumber } from './number-codec.js'
import { roundTo } from './precision.js'
import type { StepGroup } from './step-group.js'
import type { TableStep } from './table-step.js'

/** A change goes in groups of so many bits, each with one that says whether more follow. */
const groupBits = 3
/** Groups of the largest change that is written. */
const maxGroups = 10
/** Bits of a row are kept in pieces of so many. */
const pieceBits = 32

const headWriter = new ByteWriter()

/**
 * The bits that tell the change of each row, made when somebody first asks for those of the row and the same for all who ask. For each
 * field a bit where it is foretold, 1 for as foretold; else, or after 0, the change in steps.
 */
export class RowBits {
  readonly #step: TableStep
  readonly #shape: number
  /** The fields in their order, and what foretells each. */
  readonly #fields: readonly number[]
  readonly #foretold: readonly (Prediction | undefined)[]
  /** Which fields are told, and how. */
  readonly head: Uint8Array
  /** Where the pieces of a cell begin; -1 while there are none. */
  readonly #starts: Int32Array
  readonly #lengths: Int32Array
  #pieces = new Int32Array(64)
  #end = 0
  #register = 0
  #waiting = 0

  constructor(
    step: TableStep,
    shape: number,
    fields: readonly number[],
    foretold: readonly (Prediction | undefined)[],
  ) {
    this.#step = step
    this.#shape = shape
    this.#fields = fields
    this.#foretold = foretold
    this.#starts = new Int32Array(step.cells).fill(-1)
    this.#lengths = new Int32Array(step.cells)
    headWriter.reset()
    headWriter.writeVarUint(fields.length)
    for (let index = 0; index < fields.length; index++) {
      headWriter.writeVarUint(fields[index]!)
      writeNumber(headWriter, step.stepOf(shape, fields[index]!))
      writePrediction(headWriter, foretold[index] ?? fromBase)
    }
    this.head = headWriter.finish()
  }

  /** Writes the bits of a group's rows one after the other. */
  write(bytes: ByteWriter, group: StepGroup): void {
    const most = Math.ceil((group.count * this.#fields.length * (1 + maxGroups * (groupBits + 1))) / 8) + 4
    const into = bytes.room(most)
    let end = bytes.length
    let register = 0
    let waiting = 0
    const { runs } = group
    for (let place = 0; place < runs.length; place += 2) {
      const firstCell = this.#step.firstCells[runs[place]!]!
      for (let rows = runs[place + 1]!; rows !== 0; rows &= rows - 1) {
        const cell = firstCell + lowestBit(rows)
        if (this.#starts[cell]! < 0) this.#make(cell)
        let piece = this.#starts[cell]!
        for (let left = this.#lengths[cell]!; left > 0; left -= pieceBits) {
          const bits = this.#pieces[piece++]!
          register |= bits << waiting
          const full = waiting + Math.min(left, pieceBits)
          if (full >= pieceBits) {
            into.setInt32(end, register, true)
            end += 4
            // a shift by 32 is one by 0
            register = waiting === 0 ? 0 : bits >>> (pieceBits - waiting)
            waiting = full - pieceBits
          } else waiting = full
        }
      }
    }
    for (; waiting > 0; waiting -= 8) {
      into.setUint8(end++, register)
      register >>>= 8
    }
    bytes.advance(end - bytes.length)
  }

  #make(cell: number): void {
    this.#starts[cell] = this.#end
    let length = 0
    for (let index = 0; index < this.#fields.length; index++) {
      const foretold = this.#foretold[index]
      const change = this.#step.changeAt(cell, this.#fields[index]!)
      if (foretold === undefined) length += this.#addChange(change)
      else if (change === expectedChange(this.#step, this.#shape, cell, foretold)) length += this.#add(1, 1)
      else length += this.#add(0, 1) + this.#addChange(change)
    }
    if (this.#waiting > 0) this.#keep()
    this.#waiting = 0
    this.#register = 0
    this.#lengths[cell] = length
  }

  #addChange(change: number): number {
    let rest = (change << 1) ^ (change >> 31)
    let length = 0
    do {
      const group = rest & ((1 << groupBits) - 1)
      rest >>>= groupBits
      length += this.#add(rest === 0 ? group : group | (1 << groupBits), groupBits + 1)
    } while (rest !== 0)
    return length
  }

  #add(bits: number, count: number): number {
    this.#register |= bits << this.#waiting
    this.#waiting += count
    if (this.#waiting >= pieceBits) {
      this.#keep()
      this.#waiting -= pieceBits
      this.#register = this.#waiting === 0 ? 0 : bits >>> (count - this.#waiting)
    }
    return count
  }

  #keep(): void {
    if (this.#end === this.#pieces.length) {
      const more = new Int32Array(this.#pieces.length * 2)
      more.set(this.#pieces)
      this.#pieces = more
    }
    this.#pieces[this.#end++] = this.#register
  }
}

/**
 * The bits of rows whose changes are told by these fields in this order.
 * @param by what foretells each; empty where nothing does
 */
export function bitsFor(
  step: TableStep,
  { shape, mask }: StepGroup,
  fields: readonly number[],
  by: readonly (Prediction | undefined)[],
): RowBits {
  const key = by.length === 0 ? mask * 2 ** 8 + shape : `${shape}:${fields}:${by.map(textOf)}`
  let bits = step.made.get(key) as RowBits | undefined // nobody else makes anything of a step
  if (bits === undefined) {
    bits = new RowBits(step, shape, fields, by)
    step.made.set(key, bits)
  }
  return bits
}

function textOf(prediction: Prediction | undefined): string {
  return prediction === undefined ? '' : `${prediction.source} ${prediction.field} ${prediction.factor}`
}

/** By how many steps the reader expects a field to change. */
export function expectedChange(
  step: TableStep,
  shape: number,
  cell: number,
  { source: from, field, factor }: Prediction,
): number {
  const row = from === source.baseField ? step.baseAt(cell) : step.rowAt(cell)
  const by = row[step.shape(shape).fields[field]!]
  const precision = step.precisionsOf(shape)[field]
  if (typeof by !== 'number') return Number.NaN
  return Math.round(factor * (typeof precision === 'number' ? roundTo(by, precision) : by))
}

/** Reads the change of a field, in steps. @returns NaN for as foretold */
export function readChangeBits(bits: BitReader, isForetold: boolean): number {
  if (isForetold && bits.read(1) === 1) return Number.NaN
  let number = 0
  let unit = 1
  for (let groups = 1; ; groups++) {
    const group = bits.read(groupBits + 1)
    const part = group & ((1 << groupBits) - 1)
    number += part * unit
    if (part === group) {
      if (part === 0 && groups > 1) throw malformed('a change that is longer than it need be')
      return number % 2 === 0 ? number / 2 : -(number + 1) / 2
    }
    if (groups === maxGroups) throw malformed('a change that is too large')
    unit *= 1 << groupBits
  }
}
