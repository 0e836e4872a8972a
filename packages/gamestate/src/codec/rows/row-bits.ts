import { advance, ByteWriter, room } from '../../bytes/byte-writer.js'
import { lowestBit } from '../../rows/page.js'
import { malformed } from '../../values/plain.js'
import type { BitReader } from '../bits/bits.js'
import { roundTo, writeNumber } from '../values/number.js'
import { type Forecast, fromBase, source, writeForecast } from './column-data.js'
import type { DiffGroup } from './diff-groups.js'
import type { SharedDiff } from './shared-diff.js'

/** Bits in a group of a change. One more bit says whether another group follows. */
const groupBits = 3
/** Groups of the largest change. */
const maxGroups = 10
/** Bits in a piece. The encoded change of a row is a list of pieces. */
const pieceBits = 32

const headWriter = /* @__PURE__ */ new ByteWriter()

/**
 * Encoded change of each row, built lazily and shared by all subsets. Per field: if it has a forecast, one bit (1 = as
 * forecast); otherwise, or after a 0, the change in quanta.
 */
export class RowBits {
  readonly #diff: SharedDiff
  readonly #shape: number
  /** The fields in the order in which they are written, and the forecast of each. */
  readonly #fields: readonly number[]
  readonly #forecasts: readonly (Forecast | undefined)[]
  /** The fields with their quanta and forecasts, as they are written once for all rows. */
  readonly head: Uint8Array
  /** For each cell, the place of its first piece; -1 until they are made. */
  readonly #starts: Int32Array
  readonly #lengths: Int32Array
  #pieces = new Int32Array(64)
  #end = 0
  #register = 0
  #waiting = 0

  constructor(
    diff: SharedDiff,
    shape: number,
    fields: readonly number[],
    forecasts: readonly (Forecast | undefined)[],
  ) {
    this.#diff = diff
    this.#shape = shape
    this.#fields = fields
    this.#forecasts = forecasts
    this.#starts = new Int32Array(diff.cells).fill(-1)
    this.#lengths = new Int32Array(diff.cells)
    headWriter.reset()
    headWriter.writeVarUint(fields.length)
    for (let index = 0; index < fields.length; index++) {
      headWriter.writeVarUint(fields[index]!)
      writeNumber(headWriter, diff.quantumOf(shape, fields[index]!))
      writeForecast(headWriter, forecasts[index] ?? fromBase)
    }
    this.head = headWriter.finish()
  }

  /** Writes the encoded changes of a group's rows, one after the other. */
  write(bytes: ByteWriter, group: DiffGroup): void {
    const most = Math.ceil((group.count * this.#fields.length * (1 + maxGroups * (groupBits + 1))) / 8) + 4
    const into = room(bytes, most)
    let end = bytes.length
    let register = 0
    let waiting = 0
    const { runs } = group
    for (let place = 0; place < runs.length; place += 2) {
      const firstCell = this.#diff.firstCells[runs[place]!]!
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
            // JavaScript takes a shift by 32 for one by 0
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
    advance(bytes, end - bytes.length)
  }

  #make(cell: number): void {
    this.#starts[cell] = this.#end
    let length = 0
    for (let index = 0; index < this.#fields.length; index++) {
      const forecast = this.#forecasts[index]
      const change = this.#diff.changeAt(cell, this.#fields[index]!)
      if (forecast === undefined) length += this.#addChange(change)
      else if (change === expectedChange(this.#diff, this.#shape, cell, forecast)) length += this.#add(1, 1)
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
 * The encoded changes of rows, for these fields in this order.
 * @param by the forecast of each field; empty if no field has one
 */
export function bitsFor(
  diff: SharedDiff,
  { shape, mask }: DiffGroup,
  fields: readonly number[],
  by: readonly (Forecast | undefined)[],
): RowBits {
  const key = by.length === 0 ? mask * 2 ** 8 + shape : `${shape}:${fields}:${by.map(textOf)}`
  let bits = diff.made.get(key) as RowBits | undefined // no other code keeps anything there
  if (bits === undefined) {
    bits = new RowBits(diff, shape, fields, by)
    diff.made.set(key, bits)
  }
  return bits
}

function textOf(forecast: Forecast | undefined): string {
  return forecast === undefined ? '' : `${forecast.source} ${forecast.field} ${forecast.factor}`
}

/** The change of a field, in quanta, that a forecast expects; NaN if the forecast's field is no number. */
export function expectedChange(
  diff: SharedDiff,
  shape: number,
  cell: number,
  { source: from, field, factor }: Forecast,
): number {
  const row = from === source.baseField ? diff.baseAt(cell) : diff.rowAt(cell)
  const by = row[diff.shape(shape).fields[field]!]
  const precision = diff.precisionsOf(shape)[field]
  if (typeof by !== 'number') return Number.NaN
  return Math.round(factor * (typeof precision === 'number' ? roundTo(by, precision) : by))
}

/** Reads the change of a field, in quanta. @returns NaN for a field that is exactly as forecast */
export function readChangeBits(bits: BitReader, hasForecast: boolean): number {
  if (hasForecast && bits.read(1) === 1) return Number.NaN
  let number = 0
  let unit = 1
  for (let groups = 1; ; groups++) {
    const group = bits.read(groupBits + 1)
    const part = group & ((1 << groupBits) - 1)
    number += part * unit
    if (part === group) {
      if (part === 0 && groups > 1) throw malformed()
      return number % 2 === 0 ? number / 2 : -(number + 1) / 2
    }
    if (groups === maxGroups) throw malformed()
    unit *= 1 << groupBits
  }
}
