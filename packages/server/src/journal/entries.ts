import {
  ByteReader,
  ByteWriter,
  readPlain,
  type StateDigest,
  type TickRecord,
  TickRecordReader,
  TickRecordWriter,
  writePlain,
} from '@tygase/gamestate/internal'
import type { Outcome, SessionProgress } from '@tygase/protocol/internal'
import { ServerError } from '../errors.js'
import type { BegunSession, RoomFacts } from './room-snapshot.js'

/** The sessions of an event: all that have joined, all, or some by their numbers. */
export type JournaledRecipients = 'joined' | 'all' | readonly number[]

/**
 * What happens in a room. Sessions have numbers: those of a snapshot in its order, each further one the next. An event that a rule
 * has sent is not written down, nor is the outcome of a rule: both come out of the tick.
 */
export type JournalEntry =
  | {
      readonly kind: 'tick'
      readonly record: TickRecord
      /** Outcomes of handlers, for the inputs at these places: the sender gets them in place of those of the rules. */
      readonly answers: readonly (readonly [place: number, outcome: Outcome])[]
    }
  /** The events that the rules of the last tick have sent are queued, but for some sessions whose queues were full. */
  | { readonly kind: 'dispatches'; readonly dropped: readonly (readonly [place: number, session: number])[] }
  | { readonly kind: 'begin'; readonly session: BegunSession }
  | { readonly kind: 'end'; readonly session: number }
  /** The handler of an event begins. */
  | { readonly kind: 'accept'; readonly session: number; readonly sequence: number }
  /** The outcome of an event, but for one that a rule has had in a tick. */
  | { readonly kind: 'outcome'; readonly session: number; readonly sequence: number; readonly outcome: Outcome }
  | {
      readonly kind: 'send'
      readonly to: JournaledRecipients
      readonly name: string
      readonly payload: Uint8Array
      readonly retries: number
      readonly minVersion: number
    }
  /** An event takes its sequence, and is of no use after a crash. */
  | { readonly kind: 'skip'; readonly to: JournaledRecipients }
  | { readonly kind: 'facts'; readonly facts: Partial<RoomFacts> }
  /** Ticks that have left no trace were made: the number of the last one, and of those without game time. */
  | { readonly kind: 'ticks'; readonly tick: number; readonly untimedTicks: number }
  | { readonly kind: 'digest'; readonly digest: StateDigest }
  /** The state was changed outside of ticks. */
  | { readonly kind: 'delta'; readonly version: number; readonly isReset: boolean; readonly delta: Uint8Array }
  /** Events of clients that wait for their tick, while something that came after them has happened already. */
  | { readonly kind: 'queued'; readonly record: TickRecord }
  /** What a client knows by now: its ledger need not keep it. */
  | { readonly kind: 'progress'; readonly session: number; readonly progress: SessionProgress }

type Kind = JournalEntry['kind']
type EntryOf<K extends Kind> = Extract<JournalEntry, { kind: K }>
type Body<K extends Kind> = Omit<EntryOf<K>, 'kind'>

/** What has been written or read before, and is not repeated. */
interface Before<Ticks> {
  readonly ticks: Ticks
  /** The last digest. */
  digest: StateDigest
}

/** How a kind of entry is written and read, in the order of the first byte. */
type EntryCodec = {
  readonly [K in Kind]: {
    write(bytes: ByteWriter, entry: EntryOf<K>, before: Before<TickRecordWriter>): void
    read(bytes: ByteReader, before: Before<TickRecordReader>): Body<K>
  }
}

const codec: EntryCodec = {
  tick: {
    write(bytes, { record, answers }, { ticks }) {
      ticks.writeTo(bytes, record)
      // most ticks have no inputs
      if (record.inputs.length === 0) return
      bytes.writeVarUint(answers.length)
      for (const [place, outcome] of answers) {
        bytes.writeVarUint(place)
        writeOutcome(bytes, outcome)
      }
    },
    read(bytes, { ticks }) {
      const record = ticks.readFrom(bytes)
      if (record.inputs.length === 0) return { record, answers: [] }
      return { record, answers: readList(bytes, () => [bytes.readVarUint(), readOutcome(bytes)] as const) }
    },
  },
  dispatches: {
    write(bytes, { dropped }) {
      bytes.writeVarUint(dropped.length)
      for (const [place, session] of dropped) {
        bytes.writeVarUint(place)
        bytes.writeVarUint(session)
      }
    },
    read: (bytes) => ({ dropped: readList(bytes, () => [bytes.readVarUint(), bytes.readVarUint()] as const) }),
  },
  begin: ofValue('session'),
  end: {
    write: (bytes, { session }) => bytes.writeVarUint(session),
    read: (bytes) => ({ session: bytes.readVarUint() }),
  },
  accept: {
    write(bytes, { session, sequence }) {
      bytes.writeVarUint(session)
      bytes.writeVarUint(sequence)
    },
    read: (bytes) => ({ session: bytes.readVarUint(), sequence: bytes.readVarUint() }),
  },
  outcome: {
    write(bytes, { session, sequence, outcome }) {
      bytes.writeVarUint(session)
      bytes.writeVarUint(sequence)
      writeOutcome(bytes, outcome)
    },
    read: (bytes) => ({
      session: bytes.readVarUint(),
      sequence: bytes.readVarUint(),
      outcome: readOutcome(bytes),
    }),
  },
  send: {
    write(bytes, { to, name, payload, retries, minVersion }) {
      writeRecipients(bytes, to)
      bytes.writeString(name)
      bytes.writeBytes(payload)
      bytes.writeVarUint(retries === Number.POSITIVE_INFINITY ? 0 : retries + 1)
      bytes.writeVarUint(minVersion)
    },
    read(bytes) {
      const [to, name] = [readRecipients(bytes), bytes.readString()]
      const payload = new Uint8Array(bytes.readBytes())
      const retries = bytes.readVarUint()
      return {
        ...{ to, name, payload, retries: retries === 0 ? Number.POSITIVE_INFINITY : retries - 1 },
        minVersion: bytes.readVarUint(),
      }
    },
  },
  skip: {
    write: (bytes, { to }) => writeRecipients(bytes, to),
    read: (bytes) => ({ to: readRecipients(bytes) }),
  },
  facts: ofValue('facts'),
  ticks: {
    write(bytes, { tick, untimedTicks }) {
      bytes.writeVarUint(tick)
      bytes.writeVarUint(untimedTicks)
    },
    read: (bytes) => ({ tick: bytes.readVarUint(), untimedTicks: bytes.readVarUint() }),
  },
  digest: {
    write(bytes, { digest }, before) {
      writeDigest(bytes, digest, before.digest)
      before.digest = digest
    },
    read(bytes, before) {
      before.digest = readDigest(bytes, before.digest)
      return { digest: before.digest }
    },
  },
  delta: {
    write(bytes, { version, isReset, delta }) {
      bytes.writeVarUint(version)
      bytes.writeByte(isReset ? 1 : 0)
      bytes.writeBytes(delta)
    },
    read: (bytes) => ({
      version: bytes.readVarUint(),
      isReset: bytes.readByte() === 1,
      delta: new Uint8Array(bytes.readBytes()),
    }),
  },
  queued: {
    write: (bytes, { record }, { ticks }) => ticks.writeTo(bytes, record),
    read: (bytes, { ticks }) => ({ record: ticks.readFrom(bytes) }),
  },
  progress: {
    write(bytes, { session, progress }) {
      bytes.writeVarUint(session)
      bytes.writeVarUint(progress.resolved)
      bytes.writeVarUint(progress.pending)
    },
    read: (bytes) => ({
      session: bytes.readVarUint(),
      progress: { resolved: bytes.readVarUint(), pending: bytes.readVarUint() },
    }),
  },
}

const kinds = Object.keys(codec) as Kind[]

/** Joins the entries of a room to records. An `EntryReader` has to read all records of a writer, in order. */
export class EntryWriter {
  readonly #bytes = new ByteWriter()
  readonly #before: Before<TickRecordWriter> = { ticks: new TickRecordWriter(), digest: [] }

  get isEmpty(): boolean {
    return this.#bytes.length === 0
  }

  /** @throws GameStateError `invalid_value` for values that are not plain: this writer is not to be used again then */
  add<K extends Kind>(entry: EntryOf<K>): void {
    this.#bytes.writeByte(kinds.indexOf(entry.kind))
    codec[entry.kind as K].write(this.#bytes, entry, this.#before)
  }

  /** @returns the record of the entries since the last one */
  take(): Uint8Array {
    const record = this.#bytes.finish()
    this.#bytes.reset()
    return record
  }
}

/** The mirror of `EntryWriter`. */
export class EntryReader {
  readonly #before: Before<TickRecordReader> = { ticks: new TickRecordReader(), digest: [] }

  /** @throws GameStateError, ServerError `saved_state_invalid` for any other bytes; then this reader is not to be used again */
  read(record: Uint8Array): JournalEntry[] {
    const bytes = new ByteReader(record)
    const entries: JournalEntry[] = []
    while (bytes.remaining > 0) {
      const kind = kinds[bytes.readByte()]
      if (kind === undefined) throw damaged()
      // reason: the row of a kind reads entries of that kind
      entries.push({ kind, ...codec[kind].read(bytes, this.#before) } as JournalEntry)
    }
    return entries
  }
}

/** An entry that is seldom: one plain value. */
function ofValue<Name extends string>(name: Name) {
  return {
    write(bytes: ByteWriter, entry: { readonly [Key in Name]: unknown }): void {
      bytes.writeBytes(writePlain(entry[name]))
    },
    // reason: the same name was written
    read: (bytes: ByteReader) => ({ [name]: readPlain(bytes.readBytes()) }) as never,
  }
}

/** The keys of a state are mostly those of before, in the same order: then the digests follow that are others now, by their places. */
function writeDigest(bytes: ByteWriter, digest: StateDigest, last: StateDigest): void {
  const isSameKeys = digest.length === last.length && digest.every(([key], place) => key === last[place]![0])
  bytes.writeByte(isSameKeys ? 1 : 0)
  const changed = [...digest.entries()].filter(([place, [, number]]) => !isSameKeys || number !== last[place]![1])
  bytes.writeVarUint(changed.length)
  for (const [place, [key, number]] of changed) {
    if (isSameKeys) bytes.writeVarUint(place)
    else bytes.writeString(key)
    for (let shift = 0; shift < 32; shift += 8) bytes.writeByte((number >>> shift) & 255)
  }
}

function readDigest(bytes: ByteReader, last: StateDigest): StateDigest {
  const isSameKeys = bytes.readByte() === 1
  const digest = isSameKeys ? [...last] : []
  for (let left = bytes.readCount(5); left > 0; left--) {
    const place = isSameKeys ? bytes.readVarUint() : digest.length
    const key = isSameKeys ? last[place]?.[0] : bytes.readString()
    if (key === undefined) throw damaged()
    let number = 0
    for (let shift = 0; shift < 32; shift += 8) number |= bytes.readByte() << shift
    digest[place] = [key, number >>> 0]
  }
  return digest
}

function readList<Item>(bytes: ByteReader, read: () => Item): Item[] {
  const items: Item[] = []
  for (let left = bytes.readCount(2); left > 0; left--) items.push(read())
  return items
}

const doneAlone = 0
const doneWithValue = 1
const refused = 2

function writeOutcome(bytes: ByteWriter, outcome: Outcome): void {
  if (outcome.kind === 'refused') {
    bytes.writeByte(refused)
    bytes.writeString(outcome.code)
    return bytes.writeString(outcome.message)
  }
  bytes.writeByte(outcome.payload === undefined ? doneAlone : doneWithValue)
  if (outcome.payload !== undefined) bytes.writeBytes(outcome.payload)
}

function readOutcome(bytes: ByteReader): Outcome {
  const kind = bytes.readByte()
  if (kind === doneAlone) return { kind: 'done' }
  if (kind === doneWithValue) return { kind: 'done', payload: new Uint8Array(bytes.readBytes()) }
  if (kind !== refused) throw damaged()
  return { kind: 'refused', code: bytes.readString(), message: bytes.readString() }
}

/** Numbers of the recipients that have no list, and then the length of one. */
const toJoined = 0
const toAll = 1
const toSome = 2

function writeRecipients(bytes: ByteWriter, to: JournaledRecipients): void {
  if (to === 'joined') return bytes.writeVarUint(toJoined)
  if (to === 'all') return bytes.writeVarUint(toAll)
  bytes.writeVarUint(toSome + to.length)
  for (const session of to) bytes.writeVarUint(session)
}

function readRecipients(bytes: ByteReader): JournaledRecipients {
  const head = bytes.readCount(0)
  if (head === toJoined) return 'joined'
  if (head === toAll) return 'all'
  const sessions: number[] = []
  for (let left = head - toSome; left > 0; left--) sessions.push(bytes.readVarUint())
  return sessions
}

function damaged(): ServerError {
  return new ServerError('saved_state_invalid', 'the bytes are no record of a journal')
}
