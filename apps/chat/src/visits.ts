import { nameKey } from './names.js'

/** Times are in ms of Unix time. */
export interface ClientEntry {
  readonly name: string
  /** Without the port; empty if unknown. */
  readonly address: string
  readonly startMs: number
  readonly durationMs: number
  /** True while its connection is broken: it may come back. */
  readonly isAway: boolean
}

export interface OwnEntry extends ClientEntry {
  readonly clientId: string
}

export interface PastEntry {
  readonly name: string
  /** Of its last visit. */
  readonly address: string
  readonly visits: number
  /** All visits together. */
  readonly totalMs: number
  readonly lastStartMs: number
  readonly lastEndMs: number
  /** Its last messages, `channel: text`, the oldest first. */
  readonly messages: readonly string[]
}

export interface Visit {
  readonly name: string
  readonly address: string
  readonly startMs: number
  readonly endMs: number
}

/** People that are remembered. One more forgets the one that left first. */
const maxPeople = 200
/** Remembered messages of one client. */
const maxMessages = 20
/** Longest remembered message, in UTF-16 units. */
const maxMessageLength = 200

/** The history of the clients that have left, by name, with their last messages. It is bounded in every respect. */
export class Visits {
  /** By name key, in the order of leaving. */
  readonly #past = new Map<string, PastEntry>()
  /** Messages of the clients that are here, by client id. */
  readonly #said = new Map<string, string[]>()

  /** Takes a message of a client. */
  note(clientId: string, message: string): void {
    const messages = [...(this.#said.get(clientId) ?? []), message.slice(0, maxMessageLength).toWellFormed()]
    this.#said.set(clientId, messages.slice(-maxMessages))
  }

  /** Takes the end of a client's visit. */
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

  /** @returns the last to leave first. Messages are there only for a name. */
  list(name?: string): PastEntry[] {
    if (name !== undefined) {
      const found = this.#past.get(nameKey(name))
      return found === undefined ? [] : [found]
    }
    return [...this.#past.values()].reverse().map((entry) => ({ ...entry, messages: [] }))
  }
}
