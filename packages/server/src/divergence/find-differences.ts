import type { Immutable } from '@tygase/gamestate'
import {
  elementBytes,
  elementsOf,
  isPlainObject,
  type KnownDigests,
  type PartKey,
  type RoundedPart,
} from '@tygase/gamestate/internal'
import { digestOf, partsOf } from '@tygase/gamestate/internal/digest'
import type { Difference } from './divergence.js'

/** Questions about one replica. */
const mostQuestions = 48
const mostDifferences = 64
/** Memory of the values that the client has sent. */
const mostBytes = 256 * 1024

type Path = readonly PartKey[]

/** Asks a client about a part of the version. */
export type AskPart = (path: Path, from: number) => Promise<unknown>

/** What a client has answered about a part: its value, or the digests of its parts. */
interface Answer {
  readonly value?: unknown
  /** How many parts there are. */
  readonly count?: number
  readonly parts?: readonly (readonly [PartKey, number])[]
}

/** What was found. */
export interface Found {
  readonly differences: readonly Difference[]
  readonly isComplete: boolean
}

/**
 * Finds the places where a replica is not the version that its client was sent: from the state down to the parts whose digests
 * differ. The answers are those of a peer: they are bounded, and are only written down.
 * @param state as the client may see it
 * @param ask resolves with the answer of the client; rejects if none comes
 */
export async function findDifferences(state: Immutable<object>, digests: KnownDigests, ask: AskPart): Promise<Found> {
  const search = new Search(digests, ask)
  const open: { path: Path; own: RoundedPart | undefined }[] = [{ path: [], own: digests.whole(state) }]
  try {
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      if (search.isFull) return { differences: search.differences, isComplete: false }
      // into the depth: what is found by the bound is whole
      open.unshift(...(await search.look(next.path, next.own)))
    }
  } catch {
    // the session has ended, or the answer is none
    return { differences: search.differences, isComplete: false }
  }
  return { differences: search.differences, isComplete: !search.isFull }
}

class Search {
  readonly differences: Difference[] = []
  readonly #digests: KnownDigests
  readonly #ask: AskPart
  #questions = 0
  #bytes = 0

  constructor(digests: KnownDigests, ask: AskPart) {
    this.#digests = digests
    this.#ask = ask
  }

  /** True once nothing more is asked. */
  get isFull(): boolean {
    return this.#questions >= mostQuestions || this.differences.length >= mostDifferences || this.#bytes >= mostBytes
  }

  /** @returns the parts to look into */
  async look(path: Path, own: RoundedPart | undefined): Promise<{ path: Path; own: RoundedPart | undefined }[]> {
    const first = await this.#question(path, 0)
    const parts = own && this.#digests.partsOf(own)
    if (first.parts === undefined || (own !== undefined && parts === undefined)) {
      this.#noteValue(path, own, first.value)
      return []
    }
    const theirs = new Map(first.parts)
    while (theirs.size < first.count! && !this.isFull) {
      const { parts: more = [] } = await this.#question(path, theirs.size)
      const before = theirs.size
      for (const [key, digest] of more) theirs.set(key, digest)
      if (theirs.size === before) break
    }
    const open: { path: Path; own: RoundedPart | undefined }[] = []
    for (const [key, digest] of parts ?? []) {
      const part = own && this.#digests.partAt(own, key)
      if (theirs.has(key) && theirs.get(key) !== digest) open.push({ path: [...path, key], own: part })
      // the rest of a list that was cut is not known to be missing
      else if (!theirs.has(key) && theirs.size >= first.count!) this.#note([...path, key], part?.value, undefined)
    }
    for (const key of theirs.keys()) if (parts?.has(key) !== true) open.push({ path: [...path, key], own: undefined })
    return open
  }

  /** Of two objects the parts that differ. */
  #noteValue(path: Path, own: RoundedPart | undefined, client: unknown): void {
    const parts = own && this.#digests.partsOf(own)
    const theirs = new Map(isPlainObject(client) ? partsOf(client) : [])
    if (own === undefined || parts === undefined || theirs.size === 0) return this.#note(path, own?.value, client)
    for (const key of new Set([...parts.keys(), ...theirs.keys()])) {
      if (theirs.has(key) && parts.get(key) === digestOf(theirs.get(key))) continue
      this.#note([...path, key], this.#digests.partAt(own, key)?.value, theirs.get(key))
    }
  }

  #note(path: Path, server: unknown, client: unknown): void {
    if (this.differences.length >= mostDifferences) return
    this.#bytes += elementsOf(client) * elementBytes
    this.differences.push({ path, server, client })
  }

  /** @throws for an answer that no client of ours gives */
  async #question(path: Path, from: number): Promise<Answer> {
    this.#questions++
    return checkedAnswer(await this.#ask(path, from))
  }
}

function checkedAnswer(given: unknown): Answer {
  const { value, count, parts } = Object(given) as Answer
  if (parts === undefined) return { value }
  const isList = Array.isArray(parts) && parts.every((part) => isPart(part))
  if (isList && typeof count === 'number') return { count, parts }
  throw new TypeError('an answer about a replica cannot be read')
}

function isPart(part: unknown): part is readonly [PartKey, number] {
  if (!Array.isArray(part)) return false
  const [key, digest] = part as unknown[]
  return (typeof key === 'string' || typeof key === 'number') && typeof digest === 'number'
}
