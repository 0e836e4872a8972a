import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Storage } from '@tygase/server'
import { open } from 'lmdb'
import { afterEach, expect, test } from 'vitest'
import { lmdbStorage } from '../src/index.js'
import { storageContract } from './storage-contract.js'
import { tempFolder } from './temp-folder.js'

const folder = tempFolder()
const opened: Storage[] = []
let count = 0

afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close()
})

const newPath = (): string => join(folder, `${++count}.db`)

function openAt(path: string): Storage {
  const storage = lmdbStorage({ path })
  opened.push(storage)
  return storage
}

storageContract('a storage in a file', () => openAt(newPath()))

test('what was put is there when the file is opened again', async () => {
  const path = newPath()
  const first = openAt(path)
  await first.put('a', { x: 1 })
  await first.batch([
    { type: 'put', key: 'b', value: 2 },
    { type: 'delete', key: 'a' },
  ])
  await first.close()
  expect(await openAt(path).list('')).toEqual([{ key: 'b', value: 2 }])
})

test('two that have one file open see what the other has put', async () => {
  const path = newPath()
  const [one, other] = [openAt(path), openAt(path)]
  await one.put('a', 1)
  expect(await other.get('a')).toBe(1)
})

test('two that have one file open have the same fences, also when it is opened again', async () => {
  const path = newPath()
  const [one, other] = [openAt(path), openAt(path)]
  const refused = { code: 'storage_fenced' }
  await one.put('a', 1, { fence: 5 })
  await expect(other.put('a', 2, { fence: 4 })).rejects.toMatchObject(refused)
  await other.delete('a', { fence: 6 })
  await expect(one.put('a', 3, { fence: 5 })).rejects.toMatchObject(refused)
  for (const storage of [one, other]) await storage.close()
  const third = openAt(path)
  await expect(third.put('a', 4, { fence: 5 })).rejects.toMatchObject(refused)
  expect([await third.fenceOf?.('a'), await third.list('')]).toEqual([6, []])
})

test('a file in folders that are not there is made with them, and only its owner may read it', async () => {
  const path = join(folder, 'not', 'yet', 'there', 'game.db')
  await openAt(path).put('a', 1)
  for (const file of [path, `${path}-lock`]) expect(statSync(file).mode & 0o077).toBe(0)
})

test('what is no such file is refused with storage_failed', () => {
  const text = newPath()
  writeFileSync(text, 'this is a letter '.repeat(1000))
  const taken = newPath()
  mkdirSync(taken)
  for (const path of [text, taken, join(text, 'below.db')]) {
    expect(() => lmdbStorage({ path })).toThrow(expect.objectContaining({ code: 'storage_failed' }))
  }
})

test('a path that is none is refused with invalid_argument', () => {
  expect(() => lmdbStorage({ path: '' })).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})

test('a value that something else has written into the file is refused with storage_failed', async () => {
  const path = newPath()
  const foreign = open({ path, noSubdir: true, encoding: 'binary', keyEncoding: 'binary' })
  await foreign.put(Buffer.from('key'), Buffer.from([0xc1, 0xc1]))
  await foreign.put(Buffer.from('\0key'), Buffer.from([0xc1, 0xc1]))
  await foreign.close()
  const storage = openAt(path)
  await expect(storage.get('key')).rejects.toMatchObject({ code: 'storage_failed' })
  await expect(storage.fenceOf?.('key')).rejects.toMatchObject({ code: 'storage_failed' })
  await expect(storage.put('key', 1, { fence: 1 })).rejects.toMatchObject({ code: 'storage_failed' })
  await expect(storage.list('')).rejects.toMatchObject({ code: 'storage_failed' })
})
