import type { Storage } from '@tygase/server'
import { memoryStorage } from '@tygase/storage'
import { describe, expect, it } from 'vitest'
import { playerKey, SavedPlayers } from '../../src/server/saved-players.js'
import { silentLogger } from '../silent-logger.js'

const player = (x: number) => ({ x, y: 0, z: 0, lastLoginMs: 1 })

/** A logger that counts errors. */
function counting() {
  const errors: string[] = []
  return {
    errors,
    logger: { ...silentLogger, error: (_details: object, message: string) => void errors.push(message) },
  }
}

describe('the record of a player', () => {
  it('is the last saved one, also before it is written [R13]', async () => {
    const saved = new SavedPlayers(memoryStorage(), silentLogger)
    for (let x = 1; x <= 5; x++) void saved.save([{ userId: 'foo', player: player(x) }])
    expect(await saved.load('foo')).toEqual(player(5))
  })

  it('is missing for a player who was never here', async () => {
    expect(await new SavedPlayers(memoryStorage(), silentLogger).load('foo')).toBeUndefined()
  })

  it.each([[null], [{ x: 'far', y: 0, z: 0, lastLoginMs: 1 }], [[1, 2, 3]]])(
    'counts as missing if it cannot be read (%j), and that is logged [R12]',
    async (value) => {
      const storage = memoryStorage()
      await storage.put(playerKey('foo'), value)
      const { errors, logger } = counting()
      expect(await new SavedPlayers(storage, logger).load('foo')).toBeUndefined()
      expect(errors).toEqual(['the record of a player cannot be read: the player begins anew'])
    },
  )

  it('may fail to be saved: that is logged, and the next save is tried', async () => {
    const storage = memoryStorage()
    let fails = true
    const failing: Storage = {
      ...bound(storage),
      batch: (operations) => (fails ? Promise.reject(new Error('disk full')) : storage.batch(operations)),
    }
    const { errors, logger } = counting()
    const saved = new SavedPlayers(failing, logger)
    await saved.save([{ userId: 'foo', player: player(1) }])
    expect(errors).toEqual(['players were not saved'])
    fails = false
    await saved.save([{ userId: 'foo', player: player(2) }])
    expect(await saved.load('foo')).toEqual(player(2))
  })
})

/** The same storage with methods of its own. */
function bound(storage: Storage): Storage {
  return {
    get: (key) => storage.get(key),
    put: (key, value) => storage.put(key, value),
    delete: (key) => storage.delete(key),
    list: (prefix, options) => storage.list(prefix, options),
    batch: (operations) => storage.batch(operations),
    close: () => storage.close(),
  }
}
