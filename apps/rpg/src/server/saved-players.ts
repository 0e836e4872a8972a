import type { Logger } from '@tygase/gamestate'
import type { Storage } from '@tygase/server'
import { z } from 'zod'
import type { Place } from '../motion.js'

/** A player as it is saved. */
export interface SavedPlayer extends Place {
  /** In ms of Unix time. */
  readonly lastLoginMs: number
}

export interface PlayerToSave {
  readonly userId: string
  readonly player: SavedPlayer
}

/** The key of a player's record. */
export function playerKey(userId: string): string {
  return `players/${userId}`
}

const record = z.object({ x: z.number(), y: z.number(), z: z.number(), lastLoginMs: z.number() })

/**
 * Keeps players beyond their sessions. A save that fails is logged and stops nothing.
 *
 * Invariant: `load` gives the last value of `save`, also while that is being written.
 */
export class SavedPlayers {
  readonly #storage: Storage
  readonly #logger: Logger
  /** Resolves when all earlier saves are done. */
  #written: Promise<void> = Promise.resolve()

  constructor(storage: Storage, logger: Logger) {
    this.#storage = storage
    this.#logger = logger
  }

  /** @returns undefined for a player without a readable record; rejects with the errors of the storage */
  async load(userId: string): Promise<SavedPlayer | undefined> {
    await this.#written
    const found = await this.#storage.get(playerKey(userId))
    if (found === undefined) return undefined
    const parsed = record.safeParse(found)
    if (parsed.success) return parsed.data
    this.#logger.error({ userId }, 'the record of a player cannot be read: the player begins anew')
    return undefined
  }

  /** Saves all of them or none. Resolves when that is done, or when the error is logged; never rejects. */
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
