import { elementBytes, elementsOf, type MadeTick } from '@tygase/gamestate/internal'
import type { Mark } from '../shared/look-game.js'
import type { LogAnswer, LogEntry, LogKind } from '../shared/look-requests.js'
import { fullLength, mostAnswerBytes, previewOf, textOf } from './state-tree.js'

/** Entries that are kept. Their texts are made when a page asks for them. */
const mostEntries = 2000
/** Memory that the data of all entries may take. Clients choose it, and send 64 KiB in one event. */
const mostDataBytes = 16 * 2 ** 20
const mostMarks = 300
/** Bytes of an entry besides its texts. */
const entryBytes = 96
const mostTextLength = 200
const mostStackLength = 4000
/** A failure that is equal to one of the last so many entries is counted there: a rule that fails in each tick pushes nothing out. */
const foldedEntries = 50

/** What happened, as it came. */
interface Happening {
  readonly number: number
  /** The last one, as `atMs`, if it has happened more than once. */
  tick: number
  atMs: number
  /** How often it has happened. */
  times: number
  readonly kind: LogKind
  readonly name: string
  readonly clientId: string
  /** `nothing` if it has none. */
  readonly data: unknown
  readonly outcome: string
  /** Where a failure came from; empty for all else. */
  readonly stack: string
  /** Memory that `data` and `stack` take. */
  readonly bytes: number
  /** For a page, once it was asked for. */
  shown: LogEntry | undefined
}

type NewHappening = Pick<Happening, 'tick' | 'atMs' | 'kind'> &
  Partial<Pick<Happening, 'name' | 'clientId' | 'data' | 'outcome'>>

const nothing = Symbol('nothing')

/** The most important kind gives a mark its colour. */
const importance: readonly LogKind[] = [
  'failed',
  'dropped',
  'refused',
  'action',
  'join',
  'leave',
  'suspend',
  'back',
  'event',
  'sent',
]

/** What happened in a room while it is looked at: what reached its rules and how that ended, what they sent, who came and went. */
export class RoomLog {
  #entries: Happening[] = []
  /** Memory that the data of the entries take. */
  #bytes = 0
  #last = 0
  /** Of the last ticks in which something happened, rising. */
  #marks: Readonly<Mark>[] = []
  #shownTip: readonly LogEntry[] | undefined
  #shownMarks: readonly Readonly<Mark>[] | undefined

  /** The tick has been made. */
  tick({ tick, inputs, outcomes, failures, dispatches }: MadeTick<unknown>, atMs: number): void {
    const failed = new Map(failures.map((failure) => [failure.input, failure]))
    for (const [place, input] of inputs.entries()) {
      const outcome = outcomes[place]!
      const failure = failed.get(input)
      const happening = {
        ...{ tick, atMs },
        name: input.kind === 'event' ? input.name : input.kind,
        clientId: input.client?.id ?? '',
        data: input.kind === 'event' ? input.data : input.kind === 'join' ? (input.client.data ?? nothing) : nothing,
      }
      if (failure !== undefined) this.#fail({ ...happening, kind: 'failed' }, failure.error)
      else if (outcome.kind !== 'refused') this.#add({ ...happening, kind: input.kind })
      else this.#add({ ...happening, kind: 'refused', outcome: `${outcome.code}: ${outcome.message}` })
    }
    for (const { rule, input, error } of failures) {
      if (input === undefined) this.#fail({ tick, atMs, kind: 'failed', name: rule }, error)
    }
    for (const { name, data, to } of dispatches) {
      const outcome = `to ${to === 'all' ? 'all' : previewOf(to)}`
      this.#add({ tick, atMs, kind: 'sent', name, data, outcome })
    }
  }

  /** Something besides ticks has happened. */
  note(happening: NewHappening): void {
    this.#add(happening)
  }

  /** The last entries, oldest first. The same list as long as nothing happens. */
  tip(count: number): readonly LogEntry[] {
    if (this.#shownTip?.length !== Math.min(count, this.#entries.length))
      this.#shownTip = Object.freeze(this.#entries.slice(-count).map(shown))
    return this.#shownTip
  }

  /** @param search a part of the name, the client or the outcome, in any case */
  find(before = Number.POSITIVE_INFINITY, count = 100, search = ''): LogAnswer {
    const entries: LogEntry[] = []
    const wanted = search.toLowerCase()
    let bytes = 0
    for (let place = this.#entries.length - 1; place >= 0 && entries.length < count; place--) {
      const happening = this.#entries[place]!
      if (happening.number >= before) continue
      const { name, clientId, kind, outcome } = happening
      if (wanted !== '' && ![name, clientId, kind, outcome].some((text) => text.toLowerCase().includes(wanted)))
        continue
      const entry = shown(happening)
      bytes += entryBytes
      for (const text of [entry.name, entry.clientId, entry.text, entry.outcome]) bytes += Buffer.byteLength(text)
      if (bytes > mostAnswerBytes) break
      entries.push(entry)
    }
    return { entries, oldest: this.#entries[0]?.number ?? this.#last + 1 }
  }

  /** The data of an entry in full, and the stack of a failure below it; undefined if it is not kept. */
  dataOf(number: number): { readonly text: string; readonly cut: boolean } | undefined {
    const happening = this.#entries.find((one) => one.number === number)
    if (happening === undefined) return undefined
    const { data, stack } = happening
    if (data === nothing) return { text: stack, cut: false }
    const { text, cut } = textOf(data, fullLength - stack.length)
    return { text: stack === '' ? text : `${text}${cut ? '…' : ''}\n${stack}`, cut: cut && stack === '' }
  }

  /** The ticks in which something happened, rising, the last of them. The same list as long as nothing happens. */
  marks(): readonly Readonly<Mark>[] {
    this.#shownMarks ??= Object.freeze(this.#marks.slice(-mostMarks))
    return this.#shownMarks
  }

  /** A rule has thrown. */
  #fail(happening: NewHappening, error: unknown): void {
    const outcome = short(messageOf(error))
    const { tick, atMs, name = '', clientId = '' } = happening
    const isSame = (one: Happening): boolean =>
      one.kind === 'failed' && one.name === name && one.clientId === clientId && one.outcome === outcome
    const first = Math.max(0, this.#entries.length - foldedEntries)
    const known = this.#entries.findLast((one, place) => place >= first && isSame(one))
    // to make the text of a stack takes long
    if (known === undefined) return this.#add({ ...happening, outcome }, stackOf(error))
    known.times++
    Object.assign(known, { tick, atMs, shown: undefined })
    this.#shownTip = undefined
    this.#mark(tick, 'failed')
  }

  #add({ tick, atMs, kind, name = '', clientId = '', data = nothing, outcome = '' }: NewHappening, stack = ''): void {
    const bytes = (data === nothing ? 0 : elementsOf(data) * elementBytes) + 2 * stack.length
    const texts = { name: short(name), clientId, outcome: short(outcome), stack }
    this.#entries.push({ number: ++this.#last, tick, atMs, times: 1, kind, ...texts, data, bytes, shown: undefined })
    this.#bytes += bytes
    this.#shownTip = undefined
    this.#mark(tick, kind)
    if (this.#entries.length >= 2 * mostEntries || this.#bytes > mostDataBytes) this.#dropHalf()
  }

  #mark(tick: number, kind: LogKind): void {
    const last = this.#marks.at(-1)
    this.#shownMarks = undefined
    if (last?.tick !== tick) {
      this.#marks.push(Object.freeze({ tick, kind, count: 1 }))
      if (this.#marks.length >= 2 * mostMarks) this.#marks = this.#marks.slice(-mostMarks)
      return
    }
    const isMore = importance.indexOf(kind) < importance.indexOf(last.kind)
    // one that pages have is not changed
    this.#marks[this.#marks.length - 1] = Object.freeze({
      tick,
      kind: isMore ? kind : last.kind,
      count: last.count + 1,
    })
  }

  /** Half of them at once: to move all for each new one would cost as much as to keep them. */
  #dropHalf(): void {
    let start = Math.max(0, this.#entries.length - mostEntries)
    let bytes = 0
    for (let place = this.#entries.length - 1; place >= start; place--) {
      bytes += this.#entries[place]!.bytes
      // the newest one stays, whatever it takes
      if (bytes > mostDataBytes / 2) start = Math.min(place + 1, this.#entries.length - 1)
    }
    this.#entries = this.#entries.slice(start)
    this.#bytes = this.#entries.reduce((sum, entry) => sum + entry.bytes, 0)
  }
}

function shown(happening: Happening): LogEntry {
  if (happening.shown !== undefined) return happening.shown
  const { number, tick, atMs, kind, name, clientId, data, outcome, times, stack } = happening
  const preview = data === nothing || data === undefined ? '' : previewOf(data)
  const entry = {
    ...{ number, tick, atMs, kind, name, clientId: short(clientId) },
    // a page can open what goes on
    text: stack === '' || preview.endsWith('…') ? preview : `${preview} …`.trimStart(),
    outcome: times === 1 ? outcome : `${outcome} (${times} times, the last one in tick ${tick})`,
  }
  happening.shown = Object.freeze(entry)
  return entry
}

/** A client may send an event of any name. */
function short(text: string): string {
  return text.length > mostTextLength ? `${text.slice(0, mostTextLength)}…` : text
}

/** Whatever a rule has thrown. */
function messageOf(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`
  try {
    return String(error)
  } catch {
    return 'an error without a text'
  }
}

function stackOf(error: unknown): string {
  const { stack } = Object(error) as { stack?: unknown }
  return typeof stack === 'string' ? stack.slice(0, mostStackLength) : ''
}
