import { applyDelta, encodeDelta, type Immutable } from '@tygase/gamestate'
import { ByteReader, ByteWriter, type DeltaOptions, type Recipients } from '@tygase/gamestate/internal'
import { type ColumnEvent, EventColumnsReader, EventColumnsWriter, type EventHead } from './event-columns.js'
import { damaged, guarded } from './format.js'

/*
 * The content of a chunk: entries, and beside them what they have of states and events. The first entry has a snapshot; each later
 * state is a delta from the one before it. The last entry is the first one of the next chunk, so that what is drawn between the two
 * is in one chunk.
 *
 *   chunk    entries bytes · states bytes · columns of the events · columns of the events of the server; see event-columns.ts
 *   entry    tick varuint, less that of the entry before · flags u8 · untimed varuint · length of the state varuint · number of
 *            events varuint · number of events of the server varuint
 *
 * Each part of an entry is there if its flag is set. `untimed` counts the ticks so far that do not count in game time. The head of an
 * event is [name, kind, client id, code of the refusal], that of an event of the server [name, recipients]. Null stands for what is not
 * there.
 */

const flag = { state: 1, untimed: 2, events: 4, sent: 8 }
const allFlags = 15

/** What reached the rules of a room in a tick, as a recording keeps it. */
export interface RecordedEvent {
  /** The tick that took it. */
  readonly tick: number
  /** What it was. */
  readonly kind: 'event' | 'join' | 'leave'
  /** The name of the event; empty for a join and a leave. */
  readonly name: string
  /** Undefined for an event of the server's own. */
  readonly clientId: string | undefined
  /** As it came, before the schema of the event or of the join has checked it; fractions of numbers with 7 digits. */
  readonly data: unknown
  /** The code of the refusal; undefined if the rule has run. */
  readonly refused: string | undefined
}

/** An event that rules sent to clients. */
export interface RecordedServerEvent {
  /** The tick whose rules, or after which the server, sent it. */
  readonly tick: number
  /** As `serverEvents` of the game declares it. */
  readonly name: string
  /** As the rule or the server gave it. */
  readonly data: unknown
  /** The clients that got it. */
  readonly to: Recipients
}

/** All of a tick that a recording keeps. */
export interface RecordedTick<State> {
  readonly tick: number
  readonly untimedTicks: number
  readonly state: Immutable<State>
  readonly events: readonly RecordedEvent[]
  readonly sent: readonly RecordedServerEvent[]
}

/** Writes the entries of a chunk. */
export class ChunkWriter {
  readonly firstTick: number
  readonly #entries = new ByteWriter()
  readonly #states = new ByteWriter()
  readonly #events = new EventColumnsWriter()
  readonly #sent = new EventColumnsWriter()
  readonly #writing: DeltaOptions<object>
  #tick = 0
  #untimed = 0
  #state: Immutable<object> | undefined

  /** @param first becomes the snapshot; its events are not written @param writing `isView` if states are made by a function */
  constructor(first: RecordedTick<object>, writing: DeltaOptions<object>) {
    this.firstTick = first.tick
    this.#writing = writing
    this.add({ ...first, events: [], sent: [] })
  }

  get lastTick(): number {
    return this.#tick
  }

  /**
   * Adds a tick; does nothing for one that is not later than the last. A tick that has changed nothing takes no bytes, unless it is
   * the last one.
   * @param hasState false: its events are written, and its state is left out
   */
  add({ tick, untimedTicks, state: given, events, sent }: RecordedTick<object>, hasState = true, isLast = false): void {
    const isFirst = this.#state === undefined
    const state = hasState || isLast ? given : (this.#state ?? given)
    if (!isFirst && tick <= this.#tick) return
    const delta = state === this.#state ? new Uint8Array() : encodeDelta<object>(this.#state, state, this.#writing)
    const flags =
      (isFirst || delta.length > 0 ? flag.state : 0) |
      (untimedTicks !== this.#untimed ? flag.untimed : 0) |
      (events.length > 0 ? flag.events : 0) |
      (sent.length > 0 ? flag.sent : 0)
    this.#state = state
    if (flags === 0 && !isLast) return
    const entries = this.#entries
    entries.writeVarUint(tick - this.#tick)
    entries.writeByte(flags)
    if ((flags & flag.untimed) !== 0) entries.writeVarUint(untimedTicks)
    if ((flags & flag.state) !== 0) {
      entries.writeVarUint(delta.length)
      this.#states.writeRaw(delta)
    }
    if (events.length > 0) entries.writeVarUint(events.length)
    for (const event of events) this.#events.add(headOfEvent(event), event.data)
    if (sent.length > 0) entries.writeVarUint(sent.length)
    for (const { name, to, data } of sent) this.#sent.add([name, to], data)
    this.#tick = tick
    this.#untimed = untimedTicks
  }

  /** The content of the chunk. */
  finish(): Uint8Array {
    const bytes = new ByteWriter()
    bytes.writeBytes(this.#entries.finish())
    bytes.writeBytes(this.#states.finish())
    this.#events.writeTo(bytes)
    this.#sent.writeTo(bytes)
    return bytes.finish()
  }
}

/** An entry whose state is not made yet. */
interface Entry {
  readonly tick: number
  readonly untimedTicks: number
  readonly delta: Uint8Array | undefined
  readonly events: readonly ColumnEvent[]
  readonly sent: readonly ColumnEvent[]
}

/**
 * The entries of a chunk. A state is made when it is asked for, with those before it, and then kept.
 *
 * Throws RecordError `recording_damaged` for bytes that are no chunk.
 */
export class Chunk<State> {
  readonly firstTick: number
  readonly lastTick: number
  /** The ticks that have changed the state, rising: the first tick, and others. */
  readonly versions: readonly number[]
  readonly #entries: readonly Entry[]
  /** By the tick that made it. */
  readonly #states = new Map<number, Immutable<State>>()
  readonly #changes: readonly Entry[]

  constructor(bytes: Uint8Array) {
    this.#entries = guarded('a chunk', () => readEntries(bytes))
    this.#changes = this.#entries.filter(({ delta }) => delta !== undefined)
    this.versions = this.#changes.map(({ tick }) => tick)
    if (this.#entries.length === 0 || this.versions[0] !== this.#entries[0]!.tick) throw damaged('a chunk')
    this.firstTick = this.versions[0]!
    this.lastTick = this.#entries.at(-1)!.tick
  }

  /** The state of a version. @param version one of `versions` */
  at(version: number): Immutable<State> | undefined {
    for (let place = this.#states.size; place < this.#changes.length; place++) {
      const { tick, delta } = this.#changes[place]!
      if (tick > version) break
      const base = place === 0 ? undefined : this.#states.get(this.#changes[place - 1]!.tick)
      this.#states.set(
        tick,
        guarded('a state', () => applyDelta<State>(base, delta!)),
      )
    }
    return this.#states.get(version)
  }

  /** The last version that is not later than a tick; the first one for a tick before it. */
  versionAt(tick: number): number {
    return this.versions[lastAt(this.versions, tick, Number)] ?? this.firstTick
  }

  /** Ticks so far that do not count in game time. */
  untimedAt(tick: number): number {
    return this.#entries[
      Math.max(
        0,
        lastAt(this.#entries, tick, (entry) => entry.tick),
      )
    ]!.untimedTicks
  }

  /** The events of the ticks from `from` to `to`, both included. */
  events(from: number, to: number): RecordedEvent[] {
    return this.#within(from, to, ({ tick, events }) => events.map((event) => readEvent(event, tick)))
  }

  /** The same for events that rules have sent. */
  serverEvents(from: number, to: number): RecordedServerEvent[] {
    return this.#within(from, to, ({ tick, sent }) => sent.map((event) => readSent(event, tick)))
  }

  #within<Part>(from: number, to: number, read: (entry: Entry) => Part[]): Part[] {
    return guarded('events', () =>
      this.#entries.flatMap((entry) => (entry.tick >= from && entry.tick <= to ? read(entry) : [])),
    )
  }
}

/** @returns the place of the last part of a sorted list that is not behind `tick`; -1 if all are */
export function lastAt<Part>(sorted: readonly Part[], tick: number, tickOf: (part: Part) => number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (tickOf(sorted[middle]!) <= tick) low = middle + 1
    else high = middle
  }
  return low - 1
}

function readEntries(bytes: Uint8Array): Entry[] {
  const reader = new ByteReader(bytes)
  const [heads, states] = [new ByteReader(reader.readBytes()), new ByteReader(reader.readBytes())]
  const columns = { events: new EventColumnsReader(reader), sent: new EventColumnsReader(reader) }
  reader.expectEnd()
  const entries: Entry[] = []
  let [tick, untimedTicks] = [0, 0]
  while (heads.remaining > 0) {
    const step = heads.readVarUint()
    if (step === 0 && entries.length > 0) throw damaged('its ticks do not rise')
    tick += step
    const flags = heads.readByte()
    if (flags > allFlags || !Number.isSafeInteger(tick)) throw damaged('an entry')
    if ((flags & flag.untimed) !== 0) untimedTicks = heads.readVarUint()
    const delta = (flags & flag.state) === 0 ? undefined : states.readRaw(heads.readVarUint())
    const list = (name: 'events' | 'sent'): ColumnEvent[] => {
      const found: ColumnEvent[] = []
      if ((flags & flag[name]) === 0) return found
      for (let left = heads.readVarUint(); left > 0; left--) found.push(columns[name].next())
      return found
    }
    const events = list('events')
    entries.push({ tick, untimedTicks, delta, events, sent: list('sent') })
  }
  return entries
}

const eventKinds = ['event', 'join', 'leave'] as const

function headOfEvent({ kind, name, clientId, refused }: RecordedEvent): EventHead {
  return [name, eventKinds.indexOf(kind), clientId ?? null, refused ?? null]
}

function readEvent({ head, data }: ColumnEvent, tick: number): RecordedEvent {
  const [name, number, clientId, refused] = head
  const kind = eventKinds[number as number]
  if (kind === undefined || !isTextOrNull(clientId) || !isTextOrNull(refused)) throw damaged('an event')
  return { tick, kind, name, clientId: clientId ?? undefined, data: data(), refused: refused ?? undefined }
}

function readSent({ head: [name, to], data }: ColumnEvent, tick: number): RecordedServerEvent {
  if (!isRecipients(to)) throw damaged('an event of the server')
  return { tick, name, data: data(), to }
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}

function isRecipients(value: unknown): value is Recipients {
  const isIds = (ids: unknown): boolean =>
    typeof ids === 'string' || (Array.isArray(ids) && ids.every((id) => typeof id === 'string'))
  if (isIds(value)) return true
  return typeof value === 'object' && value !== null && 'except' in value && isIds(value.except)
}

/** Whether an event that went to these clients was for this one. */
export function isFor(to: Recipients, clientId: string): boolean {
  if (to === 'all') return true
  if (typeof to === 'string') return to === clientId
  if ('except' in to) return !idsOf(to.except).includes(clientId)
  return to.includes(clientId)
}

function idsOf(ids: string | readonly string[]): readonly string[] {
  return typeof ids === 'string' ? [ids] : ids
}
