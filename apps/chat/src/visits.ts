import { nameKey } from './names.js'

/** Times are in ms of Unix time. */
export interface ClientEntry {
  readonly name: string
  /** Where it is, without the port; empty where that is not known. */
  readonly address: string
  readonly startMs: number
  readonly durationMs: number
  /** Whether its connection is broken at the moment, and it may come back. */
  readonly isAway: boolean
}

export interface OwnEntry extends ClientEntry {
  readonly clientId: string
}

export interface PastEntry {
  readonly name: string
  /** From where it came last. */
  readonly address: string
  readonly visits: number
  /** Of all visits together. */
  readonly totalMs: number
  readonly lastStartMs: number
  readonly lastEndMs: number
  /** What it published last, `channel: text`; oldest first. */
  readonly messages: readonly string[]
}

export interface Visit {
  readonly name: string
  readonly address: string
  readonly startMs: number
  readonly endMs: number
}

/** People that are remembered; the one that left longest ago goes first. */
const maxPeople = 200
/** Messages of one client that are remembered. */
const maxMessages = 20
/** Of one of them, in UTF-16 units. */
const maxMessageLength = 200

/** Who has been here, by name, and what each has said last. Bounded in all directions. */
export class Visits {
  /** By name key; the one that left last comes last. */
  readonly #past = new Map<string, PastEntry>()
  /** What those who are here have said, by client id. */
  readonly #said = new Map<string, string[]>()

  /** A client has published something. */
  note(clientId: string, message: string): void {
    const messages = [...(this.#said.get(clientId) ?? []), message.slice(0, maxMessageLength).toWellFormed()]
    this.#said.set(clientId, messages.slice(-maxMessages))
  }

  /** A client has left. */
  end(clientId: string, { name, address, startMs, endMs }: Visit): void {
    const key = nameKey(name)
    const before = this.#past.get(key)
    const messages = [...(before?.messages ?? []), ...(this.#said.get(clientId) ?? [])].slice(-maxMessages)
    this.#said.delete(clientId)
    this.#past.delete(key)
    this.#past.set(key, {
      name,
      address,
      visits: (before?.visits ?? 0) + 1,
      totalMs: (before?.totalMs ?? 0) + Math.max(0, endMs - startMs),
      lastStartMs: startMs,
      lastEndMs: endMs,
      messages,
    })
    if (this.#past.size > maxPeople) this.#past.delete(this.#past.keys().next().value!)
  }

  /** Those that left last come first; messages only of one that is asked for by name. */
  list(name?: string): PastEntry[] {
    if (name !== undefined) {
      const found = this.#past.get(nameKey(name))
      return found === undefined ? [] : [found]
    }
    return [...this.#past.values()].reverse().map((entry) => ({ ...entry, messages: [] }))
  }
}
