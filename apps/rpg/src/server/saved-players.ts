import type { Logger } from '@tygase/gamestate'
import type { Storage } from '@tygase/server'
import { z } from 'zod'
import type { Place } from '../motion.js'

/** What is kept of a player. */
export interface SavedPlayer extends Place {
  /** In ms of Unix time. */
  readonly lastLoginMs: number
}

export interface PlayerToSave {
  readonly userId: string
  readonly player: SavedPlayer
}

/** Where a player's record is kept. */
export function playerKey(userId: string): string {
  return `players/${userId}`
}

const record = z.object({ x: z.number(), y: z.number(), z: z.number(), lastLoginMs: z.number() })

/**
 * The players beyond their sessions. A save that fails is logged and stops nothing.
 *
 * Invariant: what `load` gives is what was given to `save` last, also while that is being written.
 */
export class SavedPlayers {
  readonly #storage: Storage
  readonly #logger: Logger
  /** Resolves when all that was given so far is written. */
  #written: Promise<void> = Promise.resolve()

  constructor(storage: Storage, logger: Logger) {
    this.#storage = storage
    this.#logger = logger
  }

  /** @returns undefined for one who was never here, or of whom nothing can be read. Rejects as `get` of the storage does */
  async load(userId: string): Promise<SavedPlayer | undefined> {
    await this.#written
    const found = await this.#storage.get(playerKey(userId))
    if (found === undefined) return undefined
    const parsed = record.safeParse(found)
    if (parsed.success) return parsed.data
    this.#logger.error({ userId }, 'what was saved of a player cannot be read; it begins anew')
    return undefined
  }

  /** All of them or none. Resolves when they are kept, or when it has been logged that they are not; never rejects. */
  save(players: readonly PlayerToSave[]): Promise<void> {
    if (players.length === 0) return this.#written
    const operations = players.map(({ userId, player }) => ({
      type: 'put' as const,
      key: playerKey(userId),
      value: player,
    }))
    const before = this.#written
    this.#written = (async () => {
      await before
      try {
        await this.#storage.batch(operations)
      } catch (error) {
        this.#logger.error({ err: error, players: players.length }, 'players were not saved')
      }
    })()
    return this.#written
  }
}
