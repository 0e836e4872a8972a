import { describe, expect, test } from 'vitest'
import { memoryStorage } from '../src/index.js'
import { storageContract } from './storage-contract.js'

storageContract('a storage in memory', memoryStorage)

describe('the memory of a storage', () => {
  const full = expect.objectContaining({ name: 'StorageError', code: 'storage_failed' })
  const mebibyte = new Uint8Array(1024 * 1024)

  test('is bounded: a write beyond it is refused and changes nothing, and a deletion makes room', async () => {
    const storage = memoryStorage({ maxBytes: 3.5 * 1024 * 1024 })
    for (const key of ['a', 'b', 'c']) await storage.put(key, mebibyte)
    await expect(storage.put('d', mebibyte)).rejects.toEqual(full)
    const more = storage.batch([
      { type: 'put', key: 'd', value: 1 },
      { type: 'put', key: 'e', value: mebibyte },
    ])
    await expect(more).rejects.toEqual(full)
    expect((await storage.list('')).map(({ key }) => key)).toEqual(['a', 'b', 'c'])
    // in place of one of the same size
    await storage.put('c', mebibyte)
    await storage.delete('a')
    await storage.put('d', mebibyte)
  })

  test('counts small values by what they take as objects, keys included', async () => {
    const storage = memoryStorage({ maxBytes: 100_000 })
    const writing = async (): Promise<void> => {
      for (let i = 0; i < 1000; i++) await storage.put(`${'k'.repeat(100)}${i}`, null)
    }
    await expect(writing()).rejects.toEqual(full)
    expect((await storage.list('', { limit: 10_000 })).length).toBeLessThan(200)
  })

  test('is given as a number from 1', () => {
    for (const maxBytes of [0, Number.NaN, '1']) {
      expect(() => memoryStorage({ maxBytes: maxBytes as number })).toThrow(
        expect.objectContaining({ code: 'invalid_argument' }),
      )
    }
  })
})
