import type { Storage } from '@tygase/server'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runsOf } from './runs.js'

const plainValues: [what: string, value: unknown][] = [
  ['null', null],
  ['a number', 1.5],
  ['a number that is none', Number.NaN],
  ['a large whole number', 2 ** 53],
  ['a long text', 'ü😀'.repeat(50_000)],
  ['bytes', Uint8Array.of(0, 255, 1)],
  ['many bytes', new Uint8Array(70_000).fill(7)],
  ['no bytes', new Uint8Array()],
  ['names that objects have of their own', { constructor: 1, toJSON: 'a', hasOwnProperty: null, length: [] }],
  ['many keys', Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`key ${index}`, index]))],
  ['a tree', { name: 'Ada', tags: ['a', null], at: { x: 1, y: -2.5, data: Uint8Array.of(9) }, none: [], empty: {} }],
]

const badKeys: [what: string, key: unknown][] = [
  ['an empty text', ''],
  ['no text', 42],
  ['undefined', undefined],
  ['a line end in it', 'a\nb'],
  ['a zero in it', 'a\u0000'],
  ['half a character', 'a\ud800'],
  ['513 bytes', `${'ü'.repeat(256)}a`],
]

const badValues: [what: string, value: unknown][] = [
  ['undefined', undefined],
  ['a function', () => 1],
  ['an instance of a class', { at: new Date(0) }],
  ['a key __proto__', JSON.parse('{"__proto__": 1}')],
  ['a bigint', [1n]],
]

const keys = fc.oneof(
  fc.constantFrom('a', 'a/', 'a/1', 'a/10', 'a/2', 'b', 'ä', '\uffee', '😀', 'a'.repeat(512), 'a\u00ff'),
  fc.string({ unit: fc.constantFrom('a', '/', 'é', '\uffee', '😀'), minLength: 1, maxLength: 4 }),
)
const operations = fc.oneof(
  fc.record({ type: fc.constant('put' as const), key: keys, value: fc.integer() }),
  fc.record({ type: fc.constant('delete' as const), key: keys }),
)

const inOrder = (model: Map<string, unknown>) =>
  [...model]
    .map(([key, value]) => ({ key, value }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))

/** What every storage keeps to. @param open an empty one, closed by the caller after the test */
export function storageContract(name: string, open: () => Storage): void {
  describe(name, () => {
    test.each(plainValues)('gives back %s as it was put', async (_, value) => {
      const storage = open()
      await storage.put('key', value)
      expect(await storage.get('key')).toEqual(value)
      expect(await storage.list('')).toEqual([{ key: 'key', value }])
    })

    test('gives undefined for what is not there, and takes the deletion of it', async () => {
      const storage = open()
      await storage.put('a/1', 1)
      expect([await storage.get('a'), await storage.get('a/')]).toEqual([undefined, undefined])
      await storage.delete('a/1')
      await storage.delete('a/1')
      expect(await storage.get('a/1')).toBe(undefined)
    })

    test('keeps what it was given, whatever is done later with the value put or the value got', async () => {
      const storage = open()
      const value = { list: [1], bytes: Uint8Array.of(1) }
      const putting = storage.put('key', value)
      value.list.push(2)
      value.bytes[0] = 2
      await putting
      const got = (await storage.get('key')) as typeof value
      got.list.push(3)
      got.bytes[0] = 3
      const listed = (await storage.list('key'))[0]?.value as typeof value
      listed.bytes[0] = 4
      expect(await storage.get('key')).toEqual({ list: [1], bytes: Uint8Array.of(1) })
    })

    test.each(badKeys)(
      'refuses a key that is or has %s with storage_key_invalid, wherever it stands',
      async (_, bad) => {
        const storage = open()
        const key = bad as string
        const refused = expect.objectContaining({ name: 'StorageError', code: 'storage_key_invalid' })
        await expect(storage.get(key)).rejects.toEqual(refused)
        await expect(storage.put(key, 1)).rejects.toEqual(refused)
        await expect(storage.delete(key)).rejects.toEqual(refused)
        await expect(
          storage.batch([
            { type: 'put', key: 'good', value: 1 },
            { type: 'delete', key },
          ]),
        ).rejects.toEqual(refused)
        if (bad !== undefined) await expect(storage.list('', { after: key })).rejects.toEqual(refused)
        if (bad !== '') await expect(storage.list(key)).rejects.toEqual(refused)
        expect(await storage.list('')).toEqual([])
      },
    )

    test.each(badValues)(
      'refuses %s as a value with storage_value_invalid, and does no part of the batch',
      async (_, value) => {
        const storage = open()
        const refused = expect.objectContaining({ name: 'StorageError', code: 'storage_value_invalid' })
        await expect(storage.put('key', value)).rejects.toEqual(refused)
        const batch = storage.batch([
          { type: 'put', key: 'good', value: 1 },
          { type: 'put', key: 'bad', value },
        ])
        await expect(batch).rejects.toEqual(refused)
        expect(await storage.list('')).toEqual([])
      },
    )

    test('names the path of what it refuses', async () => {
      await expect(open().put('key', { a: [{ b: new Map() }] })).rejects.toThrow('value.a[0].b')
    })

    test('lists in pages: so many, behind the last of the page before', async () => {
      const storage = open()
      for (let i = 0; i < 25; i++) await storage.put(`row/${String(i).padStart(2, '0')}`, i)
      await storage.put('roy', 'behind')
      await storage.put('ro', 'before')
      const seen: unknown[] = []
      let page = await storage.list('row/', { limit: 10 })
      while (page.length > 0) {
        expect(page.length).toBeLessThanOrEqual(10)
        seen.push(...page.map(({ value }) => value))
        page = await storage.list('row/', { limit: 10, after: page.at(-1)!.key })
      }
      expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => i))
    })

    test('lists 100 where it is not told how many', async () => {
      const storage = open()
      await storage.batch(Array.from({ length: 120 }, (_, i) => ({ type: 'put', key: `${i}`, value: i })))
      expect((await storage.list('')).length).toBe(100)
      expect((await storage.list('', { limit: 10_000 })).length).toBe(120)
    })

    test.each([0, -1, 1.5, 10_001, Number.NaN])('refuses a limit of %d with invalid_argument', async (limit) => {
      await expect(open().list('', { limit })).rejects.toMatchObject({ code: 'invalid_argument' })
    })

    test('does what a map in the order of code points does, through any operations', async () => {
      const storage = open()
      const steps = fc.array(fc.tuple(fc.boolean(), fc.array(operations, { maxLength: 4 })), { maxLength: 6 })
      const check = fc.asyncProperty(steps, keys, fc.option(keys), async (batches, prefix, after) => {
        const model = new Map<string, unknown>()
        for (const { key } of await storage.list('', { limit: 10_000 })) await storage.delete(key)
        for (const [atOnce, batch] of batches) {
          for (const operation of batch) {
            if (operation.type === 'put') model.set(operation.key, operation.value)
            else model.delete(operation.key)
          }
          // writes that nobody waits for in between happen in the order of the calls
          if (atOnce) await storage.batch(batch)
          else {
            const one = (operation: (typeof batch)[number]): Promise<unknown> =>
              operation.type === 'put' ? storage.put(operation.key, operation.value) : storage.delete(operation.key)
            await Promise.all(batch.map(one))
          }
        }
        const expected = inOrder(model)
        expect(await storage.list('')).toEqual(expected)
        expect(await storage.list(prefix)).toEqual(expected.filter(({ key }) => key.startsWith(prefix)))
        if (after === null) return
        const behind = expected.filter(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0)
        expect(await storage.list('', { after, limit: 2 })).toEqual(behind.slice(0, 2))
        expect(await storage.list(prefix, { after })).toEqual(behind.filter(({ key }) => key.startsWith(prefix)))
        for (const key of [prefix, after]) expect(await storage.get(key)).toEqual(model.get(key))
      })
      await fc.assert(check, { numRuns: runsOf(60) })
    })

    describe('a fence', () => {
      const refused = expect.objectContaining({ name: 'StorageError', code: 'storage_fenced' })

      test('refuses each write with a lower one with storage_fenced, and takes equal and higher ones', async () => {
        const storage = open()
        await storage.put('key', 'a', { fence: 5 })
        await expect(storage.put('key', 'b', { fence: 4 })).rejects.toEqual(refused)
        await expect(storage.delete('key', { fence: 4 })).rejects.toEqual(refused)
        expect([await storage.get('key'), await storage.fenceOf?.('key')]).toEqual(['a', 5])
        await storage.put('key', 'c', { fence: 5 })
        await storage.put('key', 'd', { fence: 7 })
        await expect(storage.put('key', 'e', { fence: 5 })).rejects.toEqual(refused)
        expect([await storage.get('key'), await storage.fenceOf?.('key')]).toEqual(['d', 7])
      })

      test('outlives a fenced deletion: who was believed to be gone does not bring the value back', async () => {
        const storage = open()
        await storage.put('key', 'a', { fence: 5 })
        await storage.delete('key', { fence: 6 })
        await expect(storage.put('key', 'b', { fence: 5 })).rejects.toEqual(refused)
        expect([await storage.get('key'), await storage.fenceOf?.('key')]).toEqual([undefined, 6])
        await storage.delete('never there', { fence: 3 })
        await expect(storage.put('never there', 'b', { fence: 2 })).rejects.toEqual(refused)
        expect(await storage.list('')).toEqual([])
      })

      test('is that of its key alone, and is not listed', async () => {
        const storage = open()
        await storage.put('b', 1, { fence: 9 })
        await storage.put('a', 2, { fence: 1 })
        expect(await storage.list('')).toEqual([
          { key: 'a', value: 2 },
          { key: 'b', value: 1 },
        ])
        expect(await storage.fenceOf?.('c')).toBe(0)
      })

      test('does not matter to writes without one: a put leaves it, a deletion forgets it', async () => {
        const storage = open()
        await storage.put('key', 'a', { fence: 5 })
        await storage.put('key', 'b')
        expect([await storage.get('key'), await storage.fenceOf?.('key')]).toEqual(['b', 5])
        await storage.delete('key')
        expect([await storage.get('key'), await storage.fenceOf?.('key')]).toEqual([undefined, 0])
        await storage.put('key', 'c', { fence: 1 })
        expect(await storage.get('key')).toBe('c')
      })

      test('that is too low in one operation refuses the whole batch', async () => {
        const storage = open()
        await storage.put('b', 'old', { fence: 5 })
        const batch = storage.batch([
          { type: 'put', key: 'a', value: 1, fence: 9 },
          { type: 'put', key: 'b', value: 2, fence: 4 },
        ])
        await expect(batch).rejects.toEqual(refused)
        expect(await storage.list('')).toEqual([{ key: 'b', value: 'old' }])
        expect(await storage.fenceOf?.('a')).toBe(0)
        const falling = storage.batch([
          { type: 'put', key: 'c', value: 1, fence: 9 },
          { type: 'put', key: 'c', value: 2, fence: 8 },
        ])
        await expect(falling).rejects.toEqual(refused)
        expect(await storage.get('c')).toBe(undefined)
      })

      test.each([-1, 1.5, Number.NaN, 2 ** 53, '1'])('of %s is refused with invalid_argument', async (given) => {
        const fence = given as number
        const storage = open()
        const invalid = expect.objectContaining({ name: 'StorageError', code: 'invalid_argument' })
        await expect(storage.put('key', 1, { fence })).rejects.toEqual(invalid)
        await expect(storage.delete('key', { fence })).rejects.toEqual(invalid)
        expect(await storage.list('')).toEqual([])
      })

      test('never falls, through any writes at once: the last one with the highest fence is what is kept', async () => {
        const writes = fc.array(fc.record({ fence: fc.nat(5), isDelete: fc.boolean() }), { maxLength: 12 })
        let run = 0
        const storage = open()
        const check = fc.asyncProperty(writes, async (all) => {
          const key = `run/${++run}`
          let highest = 0
          let kept: number | undefined
          const expected = all.map(({ fence, isDelete }, place) => {
            if (fence < highest) return 'storage_fenced'
            highest = fence
            kept = isDelete ? undefined : place
            return 'done'
          })
          const write = ({ fence, isDelete }: (typeof all)[number], place: number): Promise<void> =>
            isDelete ? storage.delete(key, { fence }) : storage.put(key, place, { fence })
          const outcomes = all.map((each, place) =>
            write(each, place).then(
              () => 'done',
              (error: { code: string }) => error.code,
            ),
          )
          expect(await Promise.all(outcomes)).toEqual(expected)
          expect([await storage.get(key), await storage.fenceOf?.(key)]).toEqual([kept, highest])
        })
        await fc.assert(check, { numRuns: runsOf(60) })
      })
    })

    test('takes a batch of nothing', async () => {
      await open().batch([])
    })

    test('finishes what was begun before it closes, and refuses everything then with storage_closed', async () => {
      const storage = open()
      const putting = storage.put('key', 1)
      await storage.close()
      await putting
      await storage.close()
      const refused = expect.objectContaining({ name: 'StorageError', code: 'storage_closed' })
      await expect(storage.get('key')).rejects.toEqual(refused)
      await expect(storage.put('key', 1)).rejects.toEqual(refused)
      await expect(storage.delete('key')).rejects.toEqual(refused)
      await expect(storage.list('')).rejects.toEqual(refused)
      await expect(storage.batch([])).rejects.toEqual(refused)
      await expect(storage.fenceOf?.('key')).rejects.toEqual(refused)
    })
  })
}
