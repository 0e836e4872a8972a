import type { SentVersion } from './delta-bytes.js'

/**
 * The last versions are all kept: a version that goes soon costs little. One that lives for long has to be moved in memory. Measured with
 * a room of 1,000 rows that move: all of half a minute took 1.3 of its processor time, 48 of them 1.1, and these 1.04.
 */
const mostRecent = 24
/** Of those before them one of twenty is kept, and those around what has happened, but no more than these two of sixteen. */
const everyVersions = 20
const pairEveryVersions = 16
const mostOlder = 600
const mostAgeMs = 30_000

/** A version with the time at which it came. */
export interface KeptVersion extends SentVersion {
  readonly atMs: number
}

/** Versions of a room while a page looks at it: the newest ones, and of the last half minute those that matter. */
export class KeptVersions {
  readonly #hasHappened: (tick: number) => boolean
  /** Oldest first. */
  readonly #recent: KeptVersion[] = []
  readonly #older: KeptVersion[] = []
  /** The version before the last tick that is kept for what happened in it. */
  #pair = Number.NEGATIVE_INFINITY

  /** @param hasHappened true if something has happened in a tick */
  constructor(hasHappened: (tick: number) => boolean) {
    this.#hasHappened = hasHappened
  }

  get size(): number {
    return this.#older.length + this.#recent.length
  }

  /** The oldest one. There is one. */
  get oldest(): KeptVersion {
    return (this.#older[0] ?? this.#recent[0])!
  }

  /** @param kept newer than all before */
  add(kept: KeptVersion): void {
    this.#recent.push(kept)
    if (this.#recent.length <= mostRecent) return
    const leaving = this.#recent.shift()!
    if (this.#isWorthKeeping(leaving, this.#recent[0]!.version)) this.#older.push(leaving)
    const isOld = ({ atMs }: KeptVersion): boolean => kept.atMs - atMs > mostAgeMs
    while (this.#older.length > mostOlder || (this.#older[0] !== undefined && isOld(this.#older[0])))
      this.#older.shift()
  }

  /** The newest one that is not newer than `version`; undefined if all are. */
  at(version: number = Number.POSITIVE_INFINITY): KeptVersion | undefined {
    const isReached = (kept: KeptVersion): boolean => kept.version <= version
    return this.#recent.findLast(isReached) ?? this.#older.findLast(isReached)
  }

  /** Those from one version to another, rising, without these two. */
  between(first: number, last: number): KeptVersion[] {
    return [...this.#older, ...this.#recent].filter(({ version }) => version > first && version < last)
  }

  /** @param next the version after it */
  #isWorthKeeping({ version }: KeptVersion, next: number): boolean {
    if (this.#hasHappened(next) && version - this.#pair >= pairEveryVersions) {
      this.#pair = version
      return true
    }
    const before = this.#older.at(-1)?.version ?? Number.NEGATIVE_INFINITY
    // the one after it
    return (before === this.#pair && this.#hasHappened(version)) || version - before >= everyVersions
  }
}
