/** A version of a state, as it came. */
export interface KeptVersion {
  readonly version: number
  /** When it came, in ms of the clock of the connection. */
  readonly atMs: number
  readonly state: object
  /** The version that it was sent as a change of; undefined for a snapshot. */
  readonly base: number | undefined
  /** The bytes that it came in. */
  readonly delta: Uint8Array
}

/** How much is kept at most. */
export interface RingLimits {
  readonly versions: number
  readonly ageMs: number
  /** Bytes of all deltas: what is large on the wire is large in memory too. */
  readonly bytes: number
}

const usual: RingLimits = { versions: 1800, ageMs: 60_000, bytes: 8 * 1024 * 1024 }

/**
 * The last versions of a connection. They share what has not changed, so a minute of them takes little.
 *
 * Invariant: the numbers rise, and so do the times.
 */
export class VersionRing {
  readonly #limits: RingLimits
  #kept: KeptVersion[] = []
  #bytes = 0

  constructor(limits: Partial<RingLimits> = {}) {
    this.#limits = { ...usual, ...limits }
  }

  /** Oldest first. Another list after each change: it may be kept. */
  get all(): readonly KeptVersion[] {
    return this.#kept
  }

  get newest(): KeptVersion | undefined {
    return this.#kept.at(-1)
  }

  /**
   * Forgets the older ones if the numbers begin anew: no number stands for two states.
   * @returns whether they do
   */
  add(kept: KeptVersion): boolean {
    const { newest } = this
    const begins = newest !== undefined && kept.version <= newest.version
    const all = begins ? [kept] : [...this.#kept, kept]
    this.#bytes = (begins ? 0 : this.#bytes) + kept.delta.length
    const { versions, ageMs, bytes } = this.#limits
    let first = 0
    while (first < all.length - 1) {
      const { atMs, delta } = all[first]!
      if (all.length - first <= versions && kept.atMs - atMs <= ageMs && this.#bytes <= bytes) break
      this.#bytes -= delta.length
      first++
    }
    this.#kept = first === 0 ? all : all.slice(first)
    return begins
  }

  /** The version with a number. */
  find(version: number): KeptVersion | undefined {
    const place = this.placeOf(version)
    return this.#kept[place]?.version === version ? this.#kept[place] : undefined
  }

  /** The place in `all` of the last version that is not later; -1 if all are. */
  placeOf(version: number): number {
    let [low, high] = [0, this.#kept.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#kept[middle]!.version <= version) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
