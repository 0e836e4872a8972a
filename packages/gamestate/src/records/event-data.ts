import type { ByteReader, ByteWriter } from '../bytes/bytes.js'
import { decimalsOf, maxDecimalUnits, powers, readNumber, toNearest, writeNumber } from '../codec/values/number.js'
import { GameStateError } from '../errors.js'
import { type DataShape, type ShapeContent, ShapeTaker, shapeOf, withContent } from './data-shape.js'
import { readPlain } from './plain-bytes.js'

/**
 * How the data of an event are written.
 *
 * - `whole`: their bytes, without the beginning that is the same as in the last data of the name that were written so.
 * - `units`: numbers and truth values alone, for data that have the shape of those: the numbers as multiples of a power of ten.
 * - `finer`: the same, for a power that is another one from here on: its number of decimals goes before.
 * - `numbers`: the same with numbers of any kind.
 */
export const dataForms = ['whole', 'units', 'finer', 'numbers'] as const
export type DataForm = (typeof dataForms)[number]

/** After so many that are written whole, data of a name are not looked at any more. */
const mostShapes = 8

/** What writer and reader know of the data of a name. */
class Known {
  shape: DataShape | undefined
  /** Bytes of the last data that were written whole. */
  payload: Uint8Array = nothing
  decimals = 0
  #wholes = 0

  whole(payload: Uint8Array): void {
    this.payload = payload
    // from the bytes: code of the game may have changed what was made of them
    if (this.#wholes++ < mostShapes) this.shape = shapeOf(readPlain(payload))
  }
}

const nothing = new Uint8Array(0)

/** Writes the data of the events of a name, one after the other: an `EventDataReader` reads them in this order. */
export class EventDataWriter {
  readonly #known = new Known()
  #taker: ShapeTaker | undefined
  #content: ShapeContent | undefined
  #decimals = 0

  /** @returns how the data are to be written: with `write`, before any others */
  formOf(data: unknown): DataForm {
    const { decimals } = this.#known
    this.#content = this.#taker?.take(data)
    if (this.#content === undefined) return 'whole'
    const { numbers } = this.#content
    let most = decimals
    for (const number of numbers) {
      if (!Number.isNaN(unitsOf(number, most))) continue
      const own = decimalsOf(number)
      if (own <= most) return 'numbers'
      most = own
    }
    if (most === decimals) return 'units'
    this.#decimals = most
    return numbers.every((number) => !Number.isNaN(unitsOf(number, most))) ? 'finer' : 'numbers'
  }

  /** @param payload gives the bytes of the data */
  write(bytes: ByteWriter, form: DataForm, payload: () => Uint8Array): void {
    const known = this.#known
    if (form === 'whole') {
      const whole = payload()
      writeBehind(bytes, whole, known.payload)
      const { shape } = known
      known.whole(whole)
      if (known.shape !== shape) this.#taker = known.shape && new ShapeTaker(known.shape)
      return
    }
    const { numbers, truths } = this.#content!
    if (form === 'finer') {
      known.decimals = this.#decimals
      bytes.writeByte(known.decimals)
    }
    for (const number of numbers) {
      if (form === 'numbers') writeNumber(bytes, number)
      else bytes.writeVarInt(unitsOf(number, known.decimals))
    }
    if (known.shape!.truths > 0) bytes.writeVarUint(truths)
  }
}

/** The mirror of `EventDataWriter`. */
export class EventDataReader {
  readonly #known = new Known()

  /** @returns what gives the data, each time anew. @throws GameStateError `bytes_truncated`, `bytes_malformed`, `value_limit` */
  read(bytes: ByteReader, form: DataForm): () => unknown {
    const known = this.#known
    if (form === 'whole') {
      const payload = readBehind(bytes, known.payload)
      known.whole(payload)
      return () => readPlain(payload)
    }
    const { shape } = known
    if (shape === undefined) throw malformedRecord()
    if (form === 'finer') known.decimals = bytes.readByte()
    const power = powers[known.decimals]
    if (power === undefined) throw malformedRecord()
    const numbers: number[] = []
    while (numbers.length < shape.numbers) {
      numbers.push(form === 'numbers' ? readAny(bytes) : bytes.readVarInt() / power)
    }
    const content = { numbers, truths: shape.truths > 0 ? bytes.readVarUint() : 0 }
    return () => withContent(shape, content)
  }
}

function readAny(bytes: ByteReader): number {
  const number = readNumber(bytes, bytes.readByte())
  if (number === undefined) throw malformedRecord()
  return number
}

/** @returns the number as a multiple of a power of ten; NaN if it is none */
function unitsOf(value: number, decimals: number): number {
  const power = powers[decimals]!
  const units = toNearest(value * power)
  if (units / power !== value || !(Math.abs(units) <= maxDecimalUnits)) return Number.NaN
  return units === 0 && Object.is(value, -0) ? Number.NaN : units
}

/** With it, a head takes one byte. */
const mostShared = 63

/** Writes bytes without the beginning that they share with others: twice its length, and 1 for bytes that are as long as the others. */
function writeBehind(bytes: ByteWriter, payload: Uint8Array, last: Uint8Array): void {
  const { length } = payload
  const most = Math.min(length, last.length, mostShared)
  let shared = 0
  while (shared < most && payload[shared] === last[shared]) shared++
  const isAsLong = length === last.length
  bytes.writeByte(2 * shared + (isAsLong ? 1 : 0))
  if (!isAsLong) bytes.writeVarUint(length - shared)
  bytes.writeRaw(shared === 0 ? payload : payload.subarray(shared))
}

function readBehind(bytes: ByteReader, last: Uint8Array): Uint8Array {
  const head = bytes.readByte()
  const shared = head >>> 1
  if (shared > last.length) throw malformedRecord()
  const rest = bytes.readRaw(head % 2 === 1 ? last.length - shared : bytes.readVarUint())
  const payload = new Uint8Array(shared + rest.length)
  payload.set(last.subarray(0, shared))
  payload.set(rest, shared)
  return payload
}

export function malformedRecord(): GameStateError {
  return new GameStateError('bytes_malformed', 'the bytes are no record of a tick')
}
