import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '@tygase/server'
import { open } from 'lmdb'
import { beforeAll, describe, expect, test } from 'vitest'
import { lmdbStorage } from '../src/index.js'
import { tempFolder } from './temp-folder.js'

const folder = tempFolder()
const isLittle = endianness() === 'LE'
let count = 0
let whole: Uint8Array
let pageBytes = 0

/** Offsets in a page; see `lmdb-file.ts`. */
const at = { flags: 18, magic: 24, version: 28, pageSize: 48, treeFlags: 52, lastPage: 144, transaction: 152 }

const newPath = (): string => join(folder, `${++count}.db`)

beforeAll(async () => {
  const path = newPath()
  const storage = lmdbStorage({ path })
  for (let i = 0; i < 300; i++) await storage.put(`key ${i}`, 'x'.repeat(i % 50 === 0 ? 20_000 : 300))
  for (let i = 0; i < 300; i += 7) await storage.delete(`key ${i}`)
  await storage.close()
  const bytes = readFileSync(path)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  pageBytes = view.getUint32(at.pageSize, isLittle)
  // without the room behind its last page
  const lastPage = Number(view.getBigUint64(newestHead(view) * pageBytes + at.lastPage, isLittle))
  whole = bytes.subarray(0, (lastPage + 1) * pageBytes)
})

/** The page of the head that counts: 0 or 1. */
function newestHead(view: DataView): 0 | 1 {
  const of = (page: number): bigint => view.getBigUint64(page * pageBytes + at.transaction, isLittle)
  return of(1) > of(0) ? 1 : 0
}

function written(bytes: Uint8Array): string {
  const path = newPath()
  writeFileSync(path, bytes)
  return path
}

/** The file with a change in it. */
function changed(change: (view: DataView, head: number) => void): string {
  const bytes = Uint8Array.from(whole)
  const view = new DataView(bytes.buffer)
  change(view, newestHead(view) * pageBytes)
  return written(bytes)
}

const refused = (text: string | RegExp) =>
  expect.objectContaining({
    name: 'StorageError',
    code: 'storage_failed',
    message: expect.stringMatching(text),
    cause: expect.any(Error),
  })

/** @returns undefined if the file was refused as it must be */
function openOrRefuse(path: string): Storage | undefined {
  try {
    return lmdbStorage({ path })
  } catch (error) {
    expect(error).toEqual(refused(/./))
    return undefined
  }
}

// lmdb ends the process by a signal for most of these
describe('a database', () => {
  test('that is whole is opened', async () => {
    const storage = lmdbStorage({ path: written(whole) })
    expect(await storage.get('key 1')).toBe('x'.repeat(300))
    expect(await storage.get('key 50')).toBe('x'.repeat(20_000))
    await storage.close()
  })

  test('that was cut within its head or in its midst is refused as damaged', () => {
    for (const length of [1, 27, 28, 100, 159, 160, 4095, 4096, 4097, 8192, whole.length >> 1]) {
      const path = written(whole.subarray(0, length))
      expect(() => lmdbStorage({ path }), `${length} bytes`).toThrow(refused(/damaged|not a database/))
    }
  })

  test('that was cut at any page is refused, or has all its values', async () => {
    let refusals = 0
    for (let length = 2 * pageBytes; length < whole.length; length += pageBytes) {
      const storage = openOrRefuse(written(whole.subarray(0, length)))
      if (storage === undefined) refusals++
      // the pages that are missing were free
      else expect((await storage.list('', { limit: 1000 })).length).toBe(257)
      await storage?.close()
    }
    expect(refusals).toBeGreaterThan(whole.length / pageBytes / 2)
  })

  test.each<[what: string, offset: number, bytes: 2 | 4 | 8, value: bigint]>([
    ['no magic', at.magic, 4, 0n],
    ['the flags of another page', at.flags, 2, 2n],
    ['a page size of 0', at.pageSize, 4, 0n],
    ['a page size of 1', at.pageSize, 4, 1n],
    ['a page size that is no power of two', at.pageSize, 4, 4095n],
    ['a page size of 1 GiB', at.pageSize, 4, 2n ** 30n],
    ['another page size', at.pageSize, 4, 8192n],
    ['the flag of encryption', at.treeFlags, 2, 0x2008n],
    ['no flags', at.treeFlags, 2, 0n],
    ['another kind of main tree', 100, 2, 4n],
    ['no last page', at.lastPage, 8, 0n],
    ['a last page beyond all files', at.lastPage, 8, 2n ** 60n],
    ['an endless transaction', at.transaction, 8, 2n ** 64n - 1n],
    ['a main tree in its head', 136, 8, 1n],
    ['a main tree beyond its end', 136, 8, 1_000_000n],
    ['a main tree beyond all numbers', 136, 8, 2n ** 64n - 2n],
    ['a free tree beyond its end', 88, 8, 1_000_000n],
  ])('with %s in its head is refused', (_, offset, bytes, value) => {
    const path = changed((view, head) => {
      if (bytes === 2) view.setUint16(head + offset, Number(value), isLittle)
      else if (bytes === 4) view.setUint32(head + offset, Number(value), isLittle)
      else view.setBigUint64(head + offset, value, isLittle)
    })
    expect(() => lmdbStorage({ path })).toThrow(refused(/damaged|not a database|encrypted/))
  })

  test.each([0, 1, 3, 999])('of version %i of its format is refused, and the version is named', (version) => {
    const path = changed((view, head) => view.setUint32(head + at.version, version, isLittle))
    expect(() => lmdbStorage({ path })).toThrow(refused(`version ${version} of its format, and not version 2`))
  })

  test('with zeros, or with noise, in place of any page of its trees is refused or read without harm', async () => {
    // `npm run long` takes each page, `npm test` a third of them for each filling
    const step = process.env.LONG === '1' ? 1 : 3
    for (const [place, fill] of [0, 0x5a].entries()) {
      for (let start = place * pageBytes; start < whole.length; start += step * pageBytes) {
        const bytes = Uint8Array.from(whole)
        bytes.fill(fill, start, start + pageBytes)
        const storage = openOrRefuse(written(bytes))
        // values on pages of their own are not looked at, and free pages may hold anything
        await storage
          ?.list('', { limit: 1000 })
          .catch((error) => expect(error).toMatchObject({ code: 'storage_failed' }))
        await storage?.put('key', 1)
        await storage?.close()
      }
    }
  })

  test('of which the last pages were never written, because they have been free ever since, is opened', async () => {
    const path = newPath()
    const foreign = open<Uint8Array, Uint8Array>({ path, noSubdir: true, encoding: 'binary', keyEncoding: 'binary' })
    const [key, large] = [Uint8Array.of(97), Uint8Array.of(98)]
    // MessagePack of 1
    await foreign.put(key, Uint8Array.of(1))
    await foreign.remove(key)
    await foreign.put(key, Uint8Array.of(1))
    await foreign.batch(() => {
      foreign.put(large, new Uint8Array(100_000))
      foreign.remove(large)
    })
    await foreign.close()
    const bytes = readFileSync(path)
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const lastPage = Number(view.getBigUint64(newestHead(view) * pageBytes + at.lastPage, isLittle))
    expect(bytes.length).toBeLessThan((lastPage + 1) * pageBytes)
    const again = lmdbStorage({ path })
    expect(await again.get('a')).toBe(1)
    await again.close()
  })

  test('in which another program keeps databases of its own is refused', async () => {
    const path = newPath()
    const foreign = open({ path, noSubdir: true })
    const inner = foreign.openDB({ name: 'inner' })
    await inner.put('key', 1)
    await foreign.close()
    expect(() => lmdbStorage({ path })).toThrow(refused('another program'))
  })

  test('that a process writes all the time is opened', async () => {
    const path = newPath()
    const writer = lmdbStorage({ path })
    const writing = Promise.all(
      Array.from({ length: 400 }, (_, i) => writer.put(`key ${i % 90}`, 'x'.repeat((i * 37) % 9000))),
    )
    for (let i = 0; i < 20; i++) {
      const reader = lmdbStorage({ path })
      await reader.put(`reader ${i}`, i)
      await reader.close()
    }
    await writing
    await writer.close()
  })
})

test.each<[what: string, bytes: Uint8Array]>([
  ['noise', new Uint8Array(8192).fill(0xab)],
  ['a few bytes', new Uint8Array(10).fill(1)],
  ['nothing', new Uint8Array()],
  ['far too much', new Uint8Array(100_000).fill(3)],
])('a lock file with %s is made anew', async (_, bytes) => {
  const path = written(whole)
  writeFileSync(`${path}-lock`, bytes)
  const storage = lmdbStorage({ path })
  await storage.put('key', 1)
  expect(await storage.get('key')).toBe(1)
  await storage.close()
})

test('a folder in place of the lock file, and a device in place of the database, are refused', () => {
  const path = written(whole)
  mkdirSync(`${path}-lock`)
  expect(() => lmdbStorage({ path })).toThrow(refused('EISDIR'))
  if (process.platform === 'linux') expect(() => lmdbStorage({ path: '/dev/zero' })).toThrow(refused('not a file'))
})
