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

/** What happened, as it came. */
interface Happening {
  readonly number: number
  readonly tick: number
  readonly atMs: number
  readonly kind: LogKind
  readonly name: string
  readonly clientId: string
  /** `nothing` if it has none. */
  readonly data: unknown
  readonly outcome: string
  /** Memory that `data` takes. */
  readonly bytes: number
}

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

  /** The tick has been made. */
  tick({ tick, inputs, outcomes, failures, dispatches }: MadeTick<unknown>, atMs: number): void {
    const failed = new Map(failures.map((failure) => [failure.input, failure]))
    for (const [place, input] of inputs.entries()) {
      const outcome = outcomes[place]!
      const failure = failed.get(input)
      const isEvent = input.kind === 'event'
      this.#add({
        ...{ tick, atMs },
        kind: failure !== undefined ? 'failed' : outcome.kind === 'refused' ? 'refused' : input.kind,
        name: isEvent ? input.name : input.kind,
        clientId: input.client?.id ?? '',
        data: isEvent ? input.data : input.kind === 'join' ? (input.client.data ?? nothing) : nothing,
        outcome:
          failure !== undefined
            ? messageOf(failure.error)
            : outcome.kind === 'refused'
              ? `${outcome.code}: ${outcome.message}`
              : '',
      })
    }
    for (const { rule, input, error } of failures) {
      if (input !== undefined) continue
      const outcome = messageOf(error)
      this.#add({ tick, atMs, kind: 'failed', name: rule, clientId: '', data: nothing, outcome })
    }
    for (const { name, data, to } of dispatches) {
      const outcome = `to ${to === 'all' ? 'all' : previewOf(to)}`
      this.#add({ tick, atMs, kind: 'sent', name, clientId: '', data, outcome })
    }
  }

  /** Something besides ticks has happened. */
  note(happening: Pick<Happening, 'tick' | 'atMs' | 'kind'> & Partial<Omit<Happening, 'number' | 'bytes'>>): void {
    this.#add({ name: '', clientId: '', data: nothing, outcome: '', ...happening })
  }

  /** The last entries, oldest first. */
  tip(count: number): LogEntry[] {
    return this.#entries.slice(-count).map(shown)
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

  /** The data of an entry in full; undefined if it is not kept. */
  dataOf(number: number): { readonly text: string; readonly cut: boolean } | undefined {
    const happening = this.#entries.find((one) => one.number === number)
    if (happening === undefined) return undefined
    return happening.data === nothing ? { text: '', cut: false } : textOf(happening.data, fullLength)
  }

  /** The ticks in which something happened, rising, the last of them. */
  marks(): Mark[] {
    const marks: Mark[] = []
    for (let place = this.#entries.length - 1; place >= 0; place--) {
      const { tick, kind } = this.#entries[place]!
      const last = marks.at(-1)
      if (last?.tick !== tick) {
        if (marks.length >= mostMarks) break
        marks.push({ tick, kind, count: 1 })
        continue
      }
      last.count++
      if (importance.indexOf(kind) < importance.indexOf(last.kind)) last.kind = kind
    }
    return marks.reverse()
  }

  #add(happening: Omit<Happening, 'number' | 'bytes'>): void {
    const { data, name, outcome } = happening
    const bytes = data === nothing ? 0 : elementsOf(data) * elementBytes
    this.#entries.push({ ...happening, name: short(name), outcome: short(outcome), bytes, number: ++this.#last })
    this.#bytes += bytes
    if (this.#entries.length >= 2 * mostEntries || this.#bytes > mostDataBytes) this.#dropHalf()
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

function shown({ number, tick, atMs, kind, name, clientId, data, outcome }: Happening): LogEntry {
  const text = data === nothing || data === undefined ? '' : previewOf(data)
  return { number, tick, atMs, kind, name, clientId: short(clientId), text, outcome }
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
