import { ByteReader, ByteWriter, equalBytes } from '../bytes/bytes.js'
import type { RuleClient } from '../rules/game.js'
import type { Checked, EventInput, TickInput } from '../rules/make-tick.js'
import { isPlainObject } from '../values/plain.js'
import { dataForms, EventDataReader, EventDataWriter, malformedRecord } from './event-data.js'
import { readPlain, writePlain } from './plain-bytes.js'

/** All that a tick needs besides the version before it: with it the same rules make the same tick again. */
export interface TickRecord {
  readonly tick: number
  /** False for a tick without `timeStep`, as in a pause. */
  readonly timeStep: boolean
  /** Those that ran, in order. */
  readonly inputs: readonly TickInput[]
}

/** Bits of the first number of a record; the number of inputs is above them. */
const untimed = 1
const jumps = 2
const headBits = 2

/**
 * The first number of an input: 0 for a join or a leave; else that of a head, from 1 on, and the next number for a head that follows
 * and has not been met. So what does not change from one event of a client to the next takes one byte.
 */
const otherInput = 0

/**
 * Bits of a head, and of the first byte of a join or a leave: kind, and the parts that follow. `next` is an event of a client whose
 * sequence follows that of the last one: it has no bits for client and sequence.
 */
const kinds = ['event', 'join', 'leave', 'next'] as const
const eventKind = kinds.indexOf('event')
const nextKind = kinds.indexOf('next')
const kindBits = 3
const hasClient = 4
const hasSequence = 8
const hasTick = 16
const hasSeen = 32
const isChecked = 64
/** The checked value has the bytes of the data. */
const isSame = 128
/** Above them the form of the data, as `dataForms` has it. */
const formAt = 256
const headEnd = formAt * dataForms.length

/** What events of a client have in common. */
interface EventHead {
  readonly flags: number
  /** Numbers of the name and of the client. */
  readonly name: number
  readonly client: RuleClient | undefined
}

/** What writer and reader have met since they began: it is named by its number from then on. */
class Met<Data> {
  readonly names: string[] = []
  readonly nameNumbers = new Map<string, number>()
  /** The data of each name. */
  readonly data: Data[] = []
  readonly clients: RuleClient[] = []
  readonly clientNumbers = new Map<RuleClient, number>()
  readonly heads: EventHead[] = []
  /** Numbers of heads by the flags and the name, for each client. */
  readonly headNumbers = new Map<RuleClient | undefined, Map<number, number>>()
  /** The last sequence of each client, by id. */
  readonly sequences = new Map<string, number>()
  lastTick = 0

  name(name: string, data: Data): void {
    this.nameNumbers.set(name, this.names.length)
    this.names.push(name)
    this.data.push(data)
  }

  client(client: RuleClient): void {
    this.clientNumbers.set(client, this.clients.length)
    this.clients.push(client)
  }
}

/**
 * Writes ticks as records, one after the other. Names of events and clients are written once, and data that are like others of the
 * name, but for their numbers, as these numbers: a `TickRecordReader` has to read all records of a writer, in order. The value that a
 * schema has returned is written only if it has other bytes than the data.
 */
export class TickRecordWriter {
  #bytes = new ByteWriter()
  readonly #met = new Met<EventDataWriter>()

  /** @throws GameStateError `invalid_value` for an input with data that are not plain: this writer is not to be used again then */
  write(record: TickRecord): Uint8Array {
    const bytes = new ByteWriter()
    this.writeTo(bytes, record)
    return bytes.finish()
  }

  /** Appends a record to bytes. @throws as `write` does: the bytes are of no use then */
  writeTo(bytes: ByteWriter, { tick, timeStep, inputs }: TickRecord): void {
    const met = this.#met
    this.#bytes = bytes
    const isNext = tick === met.lastTick + 1
    bytes.writeVarUint((timeStep ? 0 : untimed) + (isNext ? 0 : jumps) + inputs.length * 2 ** headBits)
    if (!isNext) bytes.writeVarUint(tick)
    met.lastTick = tick
    for (const input of inputs) this.#writeInput(input, tick)
  }

  #writeInput(input: TickInput, tick: number): void {
    const bytes = this.#bytes
    if (input.kind === 'event') return this.#writeEvent(input, tick)
    const kind = kinds.indexOf(input.kind)
    bytes.writeVarUint(otherInput)
    if (input.kind === 'leave') {
      bytes.writeByte(kind | hasClient)
      return this.#writeClient(input.client)
    }
    const { client, checked } = input
    const data = writePlain(client.data)
    const checkedBytes = bytesOf(checked)
    const flags = checkedFlags(checkedBytes, data)
    bytes.writeByte(kind | hasClient | flags)
    this.#writeClient(client)
    if (flags === isChecked) bytes.writeBytes(checkedBytes!)
  }

  #writeEvent(input: EventInput, tick: number): void {
    const { name, data, client, sequence, checked, tick: stamp, seen } = input
    const [bytes, met] = [this.#bytes, this.#met]
    let payload: Uint8Array | undefined
    const payloadOf = (): Uint8Array => {
      payload ??= writePlain(data)
      return payload
    }
    // most schemas return what they were given, and to encode it once more would cost as much as the rest
    const isUnchanged = checked !== undefined && isSameValue(checked.value, data)
    const checkedBytes = isUnchanged ? undefined : bytesOf(checked)
    const flags = isUnchanged
      ? isChecked | isSame
      : checkedBytes === undefined
        ? 0
        : checkedFlags(checkedBytes, payloadOf())
    const id = client?.id ?? ''
    const gap = sequence === undefined ? undefined : sequence - (met.sequences.get(id) ?? 0) - 1
    if (sequence !== undefined) met.sequences.set(id, sequence)
    const isNext = client !== undefined && gap === 0
    const sender = isNext
      ? nextKind
      : eventKind | (client === undefined ? 0 : hasClient) | (gap === undefined ? 0 : hasSequence)
    const number = met.nameNumbers.get(name)
    const known = number === undefined ? new EventDataWriter() : met.data[number]!
    const form = known.formOf(data)
    const places = (stamp === undefined ? 0 : hasTick) | (seen === undefined ? 0 : hasSeen)
    this.#writeHead(flags | sender | places | (formAt * dataForms.indexOf(form)), name, client)
    if (number === undefined) met.name(name, known)
    if (gap !== undefined && !isNext) bytes.writeVarInt(gap)
    // any number does: a client may send what it likes
    if (stamp !== undefined) writePlace(bytes, stamp, tick)
    if (seen !== undefined) writePlace(bytes, seen, tick)
    known.write(bytes, form, payloadOf)
    if (flags === isChecked) bytes.writeBytes(checkedBytes!)
  }

  #writeHead(flags: number, name: string, client: RuleClient | undefined): void {
    const [bytes, met] = [this.#bytes, this.#met]
    let numbers = met.headNumbers.get(client)
    if (numbers === undefined) {
      numbers = new Map()
      met.headNumbers.set(client, numbers)
    }
    const nameNumber = met.nameNumbers.get(name) ?? met.names.length
    const key = nameNumber * headEnd + flags
    const number = numbers.get(key)
    if (number !== undefined) return bytes.writeVarUint(number)
    met.heads.push({ flags, name: nameNumber, client })
    numbers.set(key, met.heads.length)
    bytes.writeVarUint(met.heads.length)
    bytes.writeVarUint(flags)
    bytes.writeVarUint(nameNumber)
    if (nameNumber === met.names.length) bytes.writeString(name)
    if (client !== undefined) this.#writeClient(client)
  }

  #writeClient(client: RuleClient): void {
    const [bytes, met] = [this.#bytes, this.#met]
    const number = met.clientNumbers.get(client)
    bytes.writeVarUint(number ?? met.clients.length)
    if (number !== undefined) return
    const { id, userId, name, isHost, data } = client
    bytes.writeString(id)
    bytes.writeByte((isHost ? 1 : 0) | (userId === undefined ? 0 : 2) | (name === undefined ? 0 : 4))
    if (userId !== undefined) bytes.writeString(userId)
    if (name !== undefined) bytes.writeString(name)
    bytes.writeBytes(writePlain(data))
    met.client(client)
  }
}

/** The mirror of `TickRecordWriter`. */
export class TickRecordReader {
  readonly #met = new Met<EventDataReader>()

  /**
   * @param record the next one of its writer
   * @throws GameStateError `bytes_truncated`, `bytes_malformed` for any other bytes; then this reader is not to be used again
   */
  read(record: Uint8Array): TickRecord {
    const bytes = new ByteReader(record)
    const found = this.readFrom(bytes)
    bytes.expectEnd()
    return found
  }

  /** The mirror of `writeTo`. @throws as `read` does */
  readFrom(bytes: ByteReader): TickRecord {
    const met = this.#met
    const head = bytes.readVarUint()
    const tick = (head & jumps) === 0 ? met.lastTick + 1 : bytes.readVarUint()
    met.lastTick = tick
    const count = Math.floor(head / 2 ** headBits)
    // each takes a byte at least
    if (count > bytes.remaining) throw malformedRecord()
    const inputs: TickInput[] = []
    for (let place = 0; place < count; place++) inputs.push(this.#readInput(bytes, tick))
    return { tick, timeStep: (head & untimed) === 0, inputs }
  }

  #readInput(bytes: ByteReader, tick: number): TickInput {
    const number = bytes.readVarUint()
    if (number !== otherInput) return this.#readEvent(bytes, this.#readHead(bytes, number), tick)
    const head = bytes.readByte()
    const kind = kinds[head & kindBits]!
    const client = this.#readClient(bytes)
    if (kind === 'leave') return { kind, client }
    if (kind !== 'join') throw malformedRecord()
    return { kind, client, ...readChecked(bytes, head, () => client.data) }
  }

  #readHead(bytes: ByteReader, number: number): EventHead {
    const met = this.#met
    const known = met.heads[number - 1]
    if (known !== undefined) return known
    const [flags, name] = [bytes.readVarUint(), bytes.readVarUint()]
    if (number !== met.heads.length + 1 || flags >= headEnd || name > met.names.length) throw malformedRecord()
    const kind = kinds[flags & kindBits]!
    if (kind !== 'event' && kind !== 'next') throw malformedRecord()
    if (name === met.names.length) met.name(bytes.readString(), new EventDataReader())
    const client = kind === 'next' || (flags & hasClient) !== 0 ? this.#readClient(bytes) : undefined
    const head = { flags, name, client }
    met.heads.push(head)
    return head
  }

  #readEvent(bytes: ByteReader, { flags, name, client }: EventHead, tick: number): EventInput {
    const met = this.#met
    const isNext = (flags & kindBits) === nextKind
    let sequence: number | undefined
    if (isNext || (flags & hasSequence) !== 0) {
      const id = client?.id ?? ''
      sequence = (met.sequences.get(id) ?? 0) + 1 + (isNext ? 0 : bytes.readVarInt())
      met.sequences.set(id, sequence)
    }
    const stamp = (flags & hasTick) === 0 ? undefined : readPlace(bytes, tick)
    const seen = (flags & hasSeen) === 0 ? undefined : readPlace(bytes, tick)
    const data = met.data[name]!.read(bytes, dataForms[Math.floor(flags / formAt)]!)
    return {
      kind: 'event',
      name: met.names[name]!,
      data: data(),
      ...(client !== undefined && { client }),
      ...(sequence !== undefined && { sequence }),
      ...(stamp !== undefined && { tick: stamp }),
      ...(seen !== undefined && { seen }),
      ...readChecked(bytes, flags, data),
    }
  }

  #readClient(bytes: ByteReader): RuleClient {
    const met = this.#met
    const number = bytes.readVarUint()
    if (number > met.clients.length) throw malformedRecord()
    const known = met.clients[number]
    if (known !== undefined) return known
    const id = bytes.readString()
    const flags = bytes.readByte()
    const userId = (flags & 2) === 0 ? undefined : bytes.readString()
    const name = (flags & 4) === 0 ? undefined : bytes.readString()
    const data = readPlain(bytes.readBytes()) as RuleClient['data']
    const client: RuleClient = Object.freeze({ id, userId, name, isHost: (flags & 1) !== 0, data })
    met.client(client)
    return client
  }
}

/** True if two values have equal bytes, for sure: keys have the same order. False does not say that they differ. */
function isSameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && isSameArray(a, b)
  if (!isPlainObject(a) || !isPlainObject(b)) return false
  const [keys, others] = [Object.keys(a), Object.keys(b)]
  return keys.length === others.length && keys.every((key, at) => key === others[at] && isSameValue(a[key], b[key]))
}

function isSameArray(a: readonly unknown[], b: readonly unknown[]): boolean {
  // not `every`, which passes over holes
  for (let at = 0; at < a.length; at++) if (!isSameValue(a[at], b[at])) return false
  return a.length === b.length
}

/** Bytes of what a schema has returned; undefined if it is not plain, so that the schema has to run again. */
function bytesOf(checked: Checked | undefined): Uint8Array | undefined {
  if (checked === undefined) return undefined
  try {
    return writePlain(checked.value)
  } catch {
    return undefined
  }
}

function checkedFlags(checked: Uint8Array | undefined, data: Uint8Array): number {
  if (checked === undefined) return 0
  return equalBytes(checked, data) ? isChecked | isSame : isChecked
}

function readChecked(bytes: ByteReader, head: number, same: () => unknown): { checked?: Checked } {
  if ((head & isChecked) === 0) return {}
  return { checked: { value: (head & isSame) === 0 ? readPlain(bytes.readBytes()) : same() } }
}

const mostEighths = 2 ** 40

/** Most places are whole eighths near the tick. */
function writePlace(bytes: ByteWriter, place: number, tick: number): void {
  const eighths = (place - tick) * 8
  const isShort = Number.isInteger(eighths) && Math.abs(eighths) < mostEighths && Object.is(tick + eighths / 8, place)
  bytes.writeVarUint(isShort ? (eighths < 0 ? -2 * eighths - 1 : 2 * eighths) + 1 : 0)
  if (!isShort) bytes.writeFloat64(place)
}

function readPlace(bytes: ByteReader, tick: number): number {
  const number = bytes.readVarUint()
  if (number === 0) return bytes.readFloat64()
  const eighths = (number - 1) % 2 === 0 ? (number - 1) / 2 : -number / 2
  return tick + eighths / 8
}
