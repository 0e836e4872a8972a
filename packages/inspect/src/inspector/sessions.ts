import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@tygase/gamestate'
import { InspectError } from '../errors.js'
import { type Right, rights } from '../shared/http-answers.js'

/** A shorter token could be guessed. */
const leastTokenLength = 16
/** Bytes of a cookie and of a nonce: too many to be guessed. */
const secretBytes = 32
/** Further sessions end the oldest one. */
const mostSessions = 1000

/** Tokens by right: who has one may see and do that. */
export type TokensByRight = { readonly [right in Right]?: string }

/** Finds the right of a token in constant time: how long it takes says nothing about the length or the beginning of a right one. */
export class Tokens {
  readonly #hashes: readonly (readonly [right: Right, hash: Buffer])[]

  /** @throws InspectError `invalid_argument` for a token that is too short, and for none */
  constructor(tokens: TokensByRight) {
    for (const name of Object.keys(tokens)) {
      if (!(rights as readonly string[]).includes(name))
        throw new InspectError('invalid_argument', `auth has no right '${name}': there is '${rights.join("', '")}'`)
    }
    const given = rights.filter((right) => tokens[right] !== undefined)
    if (given.length === 0) throw new InspectError('invalid_argument', 'auth has no token')
    for (const right of given) {
      const token: unknown = tokens[right]
      if (typeof token !== 'string' || token.length < leastTokenLength) {
        const sentence = `the token for '${right}' is a text of at least ${leastTokenLength} characters`
        throw new InspectError('invalid_argument', sentence)
      }
    }
    const hashes = given.map((right) => [right, hashOf(tokens[right]!)] as const)
    // two rights with one token: which one it gives would be a surprise
    if (new Set(hashes.map(([, hash]) => hash.toString('hex'))).size < hashes.length)
      throw new InspectError('invalid_argument', 'each right has a token of its own')
    this.#hashes = hashes
  }

  /** @returns the right that the token gives; undefined for a wrong one */
  rightOf(token: string): Right | undefined {
    const hash = hashOf(token)
    let found: Right | undefined
    for (const [right, own] of this.#hashes) if (timingSafeEqual(own, hash)) found = right
    return found
  }
}

/** A page that has logged in. */
export interface InspectSession {
  /** For logs. It opens nothing. */
  readonly id: string
  readonly right: Right
  /** What the page sends besides the cookie, which browsers send by themselves. */
  readonly nonce: string
  /** On the clock of the inspector. */
  readonly endsAtMs: number
  /** True for a session without a login: it is good on this machine alone. */
  readonly isOpen: boolean
}

/** The pages that have logged in. Their cookies are kept as hashes: the time of a look-up says nothing about them. */
export class Sessions {
  readonly #clock: Pick<Clock, 'now'>
  readonly #lastMs: number
  readonly #onEnd: (session: InspectSession) => void
  /** By the hash of their cookie, oldest first. */
  readonly #sessions = new Map<string, InspectSession>()
  readonly #ids = new Set<string>()

  /**
   * @param lastMs how long a session lasts
   * @param onEnd called for each session that ends before its time
   */
  constructor(clock: Pick<Clock, 'now'>, lastMs: number, onEnd: (session: InspectSession) => void) {
    this.#clock = clock
    this.#lastMs = lastMs
    this.#onEnd = onEnd
  }

  /** Number of sessions that have not ended. */
  get size(): number {
    this.#forgetOld()
    return this.#sessions.size
  }

  /** Begins a session. @returns it, with the value of its cookie */
  begin(right: Right, isOpen: boolean): { readonly session: InspectSession; readonly cookie: string } {
    this.#forgetOld()
    const [cookie, nonce] = [secret(), secret()]
    const endsAtMs = this.#clock.now() + this.#lastMs
    const session = Object.freeze({ id: randomBytes(6).toString('hex'), right, nonce, endsAtMs, isOpen })
    this.#sessions.set(keyOf(cookie), session)
    this.#ids.add(session.id)
    for (const [key, oldest] of this.#sessions) {
      if (this.#sessions.size <= mostSessions) break
      this.#remove(key, oldest)
      this.#onEnd(oldest)
    }
    return { session, cookie }
  }

  /** The session of a cookie; undefined for none, and for one that has ended. */
  find(cookie: string | undefined): InspectSession | undefined {
    const session = cookie === undefined ? undefined : this.#sessions.get(keyOf(cookie))
    return session !== undefined && session.endsAtMs > this.#clock.now() ? session : undefined
  }

  /** True while a session lasts. */
  has({ id, endsAtMs }: Pick<InspectSession, 'id' | 'endsAtMs'>): boolean {
    return endsAtMs > this.#clock.now() && this.#ids.has(id)
  }

  /** Ends the session of a cookie. */
  end(cookie: string | undefined): void {
    const session = this.find(cookie)
    if (cookie === undefined || session === undefined) return
    this.#remove(keyOf(cookie), session)
    this.#onEnd(session)
  }

  #forgetOld(): void {
    const nowMs = this.#clock.now()
    for (const [key, session] of this.#sessions) if (session.endsAtMs <= nowMs) this.#remove(key, session)
  }

  #remove(key: string, { id }: InspectSession): void {
    this.#sessions.delete(key)
    this.#ids.delete(id)
  }
}

/** True if both are the same text, in a time that does not depend on where they differ. */
export function isSameSecret(one: unknown, other: string): boolean {
  return typeof one === 'string' && timingSafeEqual(hashOf(one), hashOf(other))
}

function secret(): string {
  return randomBytes(secretBytes).toString('base64url')
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function keyOf(cookie: string): string {
  return hashOf(cookie).toString('base64')
}
