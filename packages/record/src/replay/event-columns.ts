import {
  ByteReader,
  ByteWriter,
  type DataForm,
  dataForms,
  decimalsOf,
  EventDataReader,
  EventDataWriter,
  isPlainObject,
  readPlain,
  writePlain,
} from '@tygase/gamestate/internal'
import { damaged } from './format.js'

/*
 * The events of a chunk, in columns: a compressor finds more in equal things that stand side by side.
 *
 *   columns  heads value · numbers bytes · for each name, in the order of the heads, data bytes
 *   heads    a list of [form, name, …]: what events have in common
 *   numbers  for each event the number of its head, as a varuint
 *   data     for each event of the name its data in the form of its head; see `EventDataWriter`
 */

/** What an event has besides its data; the first part is its name. */
export type EventHead = readonly [name: string, ...unknown[]]

/** Writes events, one after the other. */
export class EventColumnsWriter {
  readonly #heads: (readonly [form: number, ...EventHead])[] = []
  readonly #headNumbers = new Map<string, number>()
  readonly #numbers = new ByteWriter()
  readonly #names = new Map<string, { readonly data: EventDataWriter; readonly bytes: ByteWriter }>()

  /** @throws GameStateError `invalid_value` for data that are not plain: this writer is not to be used again then */
  add(head: EventHead, data: unknown): void {
    const [name] = head
    let column = this.#names.get(name)
    if (column === undefined) {
      column = { data: new EventDataWriter(), bytes: new ByteWriter() }
      this.#names.set(name, column)
    }
    const written = shortened(data)
    const form = column.data.formOf(written)
    const whole = [dataForms.indexOf(form), ...head] as const
    const key = JSON.stringify(whole)
    let number = this.#headNumbers.get(key)
    if (number === undefined) {
      number = this.#heads.length
      this.#heads.push(whole)
      this.#headNumbers.set(key, number)
    }
    this.#numbers.writeVarUint(number)
    column.data.write(column.bytes, form, () => writePlain(written))
  }

  writeTo(bytes: ByteWriter): void {
    bytes.writeBytes(writePlain(this.#heads))
    bytes.writeBytes(this.#numbers.finish())
    for (const column of this.#names.values()) bytes.writeBytes(column.bytes.finish())
  }
}

/** An event that was read. */
export interface ColumnEvent {
  readonly head: EventHead
  /** @returns its data, each time anew */
  data(): unknown
}

/** The mirror of `EventColumnsWriter`. Throws RecordError and GameStateError for bytes that are none of its. */
export class EventColumnsReader {
  readonly #heads: { readonly form: DataForm; readonly head: EventHead }[]
  readonly #numbers: ByteReader
  readonly #names = new Map<string, { readonly data: EventDataReader; readonly bytes: ByteReader }>()

  /** @param bytes stands behind the columns afterwards */
  constructor(bytes: ByteReader) {
    const heads = readPlain(bytes.readBytes())
    if (!Array.isArray(heads)) throw damaged('events')
    this.#heads = heads.map((whole: unknown) => {
      const [number, ...head]: unknown[] = Array.isArray(whole) ? whole : []
      const form = dataForms[number as number]
      if (form === undefined || typeof head[0] !== 'string') throw damaged('events')
      return { form, head: [head[0], ...head.slice(1)] }
    })
    this.#numbers = new ByteReader(bytes.readBytes())
    for (const { head } of this.#heads) {
      if (this.#names.has(head[0])) continue
      this.#names.set(head[0], { data: new EventDataReader(), bytes: new ByteReader(bytes.readBytes()) })
    }
  }

  next(): ColumnEvent {
    const found = this.#heads[this.#numbers.readVarUint()]
    if (found === undefined) throw damaged('events')
    const { data, bytes } = this.#names.get(found.head[0])!
    return { head: found.head, data: data.read(bytes, found.form) }
  }
}

/** A number with more digits is kept as the nearest one with 24 bits. */
const mostUnits = 2 ** 24

/** A number with a fraction is kept with 7 digits: what players send is mostly noise behind them, and noise takes bytes. */
function shortened(value: unknown): unknown {
  if (typeof value === 'number') return shortNumber(value)
  if (Array.isArray(value)) return value.map(shortened)
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shortened(part)]))
}

function shortNumber(value: number): number {
  if (Number.isInteger(value)) return value
  const decimals = decimalsOf(value)
  if (decimals > 0 && Math.abs(value) * 10 ** decimals < mostUnits) return value
  const short = Math.fround(value)
  return !Number.isFinite(short) || short === 0 ? value : short
}
