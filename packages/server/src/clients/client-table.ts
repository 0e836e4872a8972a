import type { Hello } from '@tygase/protocol/internal'
import type { ClientLink } from './client-link.js'

/** Length of a resume token: 128 bits cannot be guessed. */
const tokenBytes = 16
/** Number of random words drawn at a time: drawing two words for each number took a sixth of the time of a join. */
const words = new Uint32Array(256)
let used = words.length

/** A number from 0 to below 1, fit for secrets: resume tokens and tickets are drawn from it. */
export function secureRandom(): number {
  if (used === words.length) {
    crypto.getRandomValues(words)
    used = 0
  }
  const high = words[used++]!
  const low = words[used++]!
  return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53
}

/**
 * All sessions of a server, in all its rooms: found by client id, or by the attempt that a client's first hello names.
 * A client whose welcome got lost sends that hello again. If two clients draw the same attempt, the later one is found.
 */
export class ClientTable {
  readonly #random: () => number
  readonly #links = new Map<string, ClientLink>()
  readonly #byAttempt = new Map<string, ClientLink>()
  readonly #attempts = new Map<ClientLink, string>()
  readonly #moved = new Set<string>()
  /** Clients that have a seat and no session yet. */
  expected = 0

  constructor(random: () => number) {
    this.#random = random
  }

  /** Sessions, suspended ones too, and clients that are about to have one. */
  get size(): number {
    return this.#links.size + this.expected
  }

  /** Sessions, suspended ones too. */
  get sessions(): number {
    return this.#links.size
  }

  /** @param hello the first one of the client, or of its page; undefined if it is known to have its welcome */
  add(link: ClientLink, hello: Pick<Hello, 'attempt'> | undefined): void {
    this.remove(link)
    this.#links.set(link.id, link)
    this.#moved.delete(link.id)
    if (hello === undefined) return
    const attempt = String.fromCharCode(...hello.attempt)
    this.#byAttempt.set(attempt, link)
    this.#attempts.set(link, attempt)
  }

  /** Does nothing for a link that is not here. */
  remove(link: ClientLink): void {
    if (this.#links.get(link.id) === link) this.#links.delete(link.id)
    const attempt = this.#attempts.get(link)
    if (attempt === undefined) return
    this.#attempts.delete(link)
    if (this.#byAttempt.get(attempt) === link) this.#byAttempt.delete(attempt)
  }

  /** The session goes on elsewhere. A client that asks for it here is to try again. */
  move(link: ClientLink): void {
    this.remove(link)
    this.#moved.add(link.id)
  }

  /** The client of a session that goes on elsewhere has had time enough to find it. */
  forgetMoved(clientId: string): void {
    this.#moved.delete(clientId)
  }

  /** True for the client of a session that goes on elsewhere. */
  hasMoved(clientId: string): boolean {
    return this.#moved.has(clientId)
  }

  /** The session that a hello resumes, or began before its welcome got lost; undefined for a new client. Its token is not checked. */
  find(hello: Hello): ClientLink | undefined {
    if (hello.resume !== undefined) return this.#links.get(hello.resume.clientId)
    const link = this.#byAttempt.get(String.fromCharCode(...hello.attempt))
    return link?.isExpected(hello) ? link : undefined
  }

  get(clientId: string): ClientLink | undefined {
    return this.#links.get(clientId)
  }

  /** The client that was in another page before; undefined if its session has ended. Its token is not checked. */
  clientOf({ rejoin }: Hello): ClientLink | undefined {
    return rejoin && this.#links.get(rejoin.clientId)
  }

  /** Draws a client id that no session has, and a resume token. */
  draw(): { id: string; token: Uint8Array } {
    for (;;) {
      const id = Math.floor(this.#random() * 36 ** 8)
        .toString(36)
        .padStart(8, '0')
      if (!this.#links.has(id) && !this.#moved.has(id)) return { id, token: this.drawToken() }
    }
  }

  drawToken(): Uint8Array {
    return Uint8Array.from({ length: tokenBytes }, () => this.#random() * 256)
  }
}

/** The clients of one room. Fields, because they are read on each tick; `ClientLifecycle` alone changes them. */
export class RoomClients {
  /** All sessions, in the order of their beginning: clients whose join waits, and suspended ones, too. */
  readonly all = new Map<string, ClientLink>()
  /** Clients that have joined, in the order of their joins. */
  readonly joined = new Map<string, ClientLink>()
  readonly suspended = new Set<ClientLink>()
  /** Id of the host client, which has joined; undefined for none. */
  host: string | undefined = undefined
  /** Id of the client that becomes host if its join is done; undefined for none. */
  nextHost: string | undefined = undefined
}
