import type { Immutable } from '@tygase/gamestate'
import type { SentVersion } from './delta-bytes.js'

/** Each version is kept for so long: a bug is looked at tick by tick. */
const recentMs = 5000
/** At most so many of these: those of five seconds at 120 ticks a second. */
const mostRecent = 600
/** Of those before, one is kept for each half second: a version that lives for long has to be moved in memory. */
const everyMs = 500
const mostAgeMs = 30_000
/** At most so many of these. */
const mostOlder = mostAgeMs / everyMs

interface KeptVersion extends SentVersion {
  readonly atMs: number
}

/**
 * The versions of a room of half a minute, while a page looks at it: all of the last seconds, and few of those before. A version that is
 * not kept is answered by the one before it. No rule of the game ever runs to make one again: a rule that is not pure, which may be the
 * bug that one looks for, would change the game.
 */
export class VersionHistory {
  /** Oldest first. */
  readonly #recent: KeptVersion[] = []
  readonly #older: KeptVersion[] = []

  /** The oldest version that can be asked for. */
  get oldest(): number {
    return (this.#older[0] ?? this.#recent[0])!.version
  }

  /** How many versions are kept. */
  get size(): number {
    return this.#older.length + this.#recent.length
  }

  /** A version has been committed. @param version above all before */
  add(state: Immutable<object>, version: number, atMs: number): void {
    this.#recent.push({ version, state, atMs })
    // the newest one stays, however old it becomes
    while (this.#recent.length > mostRecent || atMs - this.#recent[0]!.atMs > recentMs) this.#age(this.#recent.shift()!)
    while (this.#older.length > mostOlder || isOld(this.#older[0], atMs)) this.#older.shift()
  }

  /** The newest version kept that is not newer than `version`; undefined if all are. */
  at(version: number = Number.POSITIVE_INFINITY): SentVersion | undefined {
    const isReached = (kept: KeptVersion): boolean => kept.version <= version
    return this.#recent.findLast(isReached) ?? this.#older.findLast(isReached)
  }

  /** The numbers of the versions kept from one to another, rising, without these two. */
  between(first: number, last: number): number[] {
    const numbers = [...this.#older, ...this.#recent].map(({ version }) => version)
    return numbers.filter((number) => number > first && number < last)
  }

  #age(kept: KeptVersion): void {
    const before = this.#older.at(-1)
    if (before === undefined || kept.atMs - before.atMs >= everyMs) this.#older.push(kept)
  }
}

function isOld(kept: KeptVersion | undefined, nowMs: number): boolean {
  return kept !== undefined && nowMs - kept.atMs > mostAgeMs
}
