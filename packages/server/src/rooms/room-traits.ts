import { copyMetadata } from './room-metadata.js'
import type { RoomMetadata } from './room-options.js'

/** What a room is like besides its state. */
export interface Traits {
  readonly private: boolean
  readonly locked: boolean
  readonly metadata: RoomMetadata
}

/**
 * What one room is like, from its kind, from who has made it, from where it was saved, and from what is said of it since.
 *
 * Invariant: what `now` has given never changes; after a change there is another.
 */
export class RoomTraits {
  readonly #given: Partial<Traits>
  #now: Traits
  #isLockRestored = false

  /**
   * @param usual those of its kind. @param given by who has made it; they hold whatever was saved
   * @throws ServerError `invalid_argument` for metadata that are too large or not plain
   */
  constructor(usual: Omit<Traits, 'locked'>, given: Partial<Traits> = {}) {
    this.#given = given.metadata === undefined ? given : { ...given, metadata: copyMetadata(given.metadata) }
    this.#now = { ...usual, locked: false, metadata: copyMetadata(usual.metadata), ...this.#given }
  }

  get now(): Traits {
    return this.#now
  }

  /** Whether it was locked when it was saved, and has not been unlocked since. */
  get isLockRestored(): boolean {
    return this.#isLockRestored
  }

  /** @throws ServerError `invalid_argument` as the constructor does */
  change(change: Partial<Traits>): void {
    const { metadata } = change
    this.#now = { ...this.#now, ...change, ...(metadata !== undefined && { metadata: copyMetadata(metadata) }) }
    if (!this.#now.locked) this.#isLockRestored = false
  }

  /** @param saved `now` of the room that was saved; of anything else nothing is taken */
  restore(saved: unknown): void {
    if (!isTraits(saved)) return
    const { private: isPrivate, locked, metadata } = saved
    this.change({ private: isPrivate, locked, metadata, ...this.#given })
    this.#isLockRestored = this.#now.locked
  }
}

function isTraits(value: unknown): value is Traits {
  if (typeof value !== 'object' || value === null) return false
  const { private: isPrivate, locked, metadata } = value as Record<string, unknown>
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return false
  return typeof isPrivate === 'boolean' && typeof locked === 'boolean'
}
