import type { Immutable, Logger } from '@tygase/gamestate'
import { silentLogger } from '@tygase/gamestate/internal'
import { memoryStorage } from '@tygase/storage'
import { VirtualClock } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { restoreState, StateSaver } from '../../src/rooms/saved-state.js'
import type { Storage } from '../../src/storage.js'

interface Counter {
  count: number
}

/** A storage whose writes take until they are let through, one by one. */
class SlowStorage {
  readonly inner = memoryStorage()
  readonly storage: Storage
  readonly waiting: { go(): void; fail(error: Error): void }[] = []
  puts = 0
  most = 0

  constructor() {
    const put = async (key: string, value: unknown): Promise<void> => {
      this.puts++
      const turn = new Promise<void>((go, fail) => this.waiting.push({ go, fail }))
      this.most = Math.max(this.most, this.waiting.length)
      await turn
      await this.inner.put(key, value)
    }
    this.storage = { ...bound(this.inner), put }
  }
}

const bound = (storage: Storage): Storage => ({
  get: (key) => storage.get(key),
  put: (key, value) => storage.put(key, value),
  delete: (key) => storage.delete(key),
  list: (prefix, options) => storage.list(prefix, options),
  batch: (operations) => storage.batch(operations),
  close: () => storage.close(),
})

function setSaver(intervalMs = 1000) {
  const clock = new VirtualClock()
  const slow = new SlowStorage()
  const errors: unknown[] = []
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: (details) => errors.push(details) }
  const now: { state: Immutable<Counter>; tick: number } = { state: { count: 0 }, tick: 0 }
  const change = (): void => {
    now.tick++
    now.state = { count: now.state.count + 1 }
  }
  const saver = new StateSaver<Counter>({
    storage: slow.storage,
    key: 'counter',
    version: 1,
    read: () => ({ ...now }),
    intervalMs,
    clock,
    logger,
  })
  /** Lets through what waits, and all that follows from it happen. */
  const settle = async (error?: Error): Promise<void> => {
    const turn = slow.waiting.shift()
    if (error) turn?.fail(error)
    else turn?.go()
    for (let round = 0; round < 50; round++) await Promise.resolve()
  }
  const saved = async () => (await restoreState<Counter>(slow.inner, 'counter', { version: 1 }))?.state.count
  return { clock, slow, errors, now, change, saver, settle, saved }
}

test('a state is saved on the interval, counted from the end of the save before', async () => {
  const { clock, slow, saver, change, settle, saved } = setSaver(1000)
  saver.start()
  change()
  clock.advance(999)
  expect(slow.puts).toBe(0)
  clock.advance(1)
  expect(slow.puts).toBe(1)
  clock.advance(5000)
  change()
  await settle()
  expect(await saved()).toBe(1)
  clock.advance(999)
  expect(slow.puts).toBe(1)
  clock.advance(1)
  expect(slow.puts).toBe(2)
})

test('a state that has not changed is not saved by the interval again', async () => {
  const { clock, slow, saver, now, settle } = setSaver(1000)
  saver.start()
  clock.advance(1000)
  await settle()
  for (let round = 0; round < 10; round++) {
    now.tick++
    clock.advance(1000)
    await settle()
  }
  expect(slow.puts).toBe(1)
})

test('a save that is asked for keeps the tick too, and writes nothing where both are as they were', async () => {
  const { slow, saver, now, settle } = setSaver()
  const first = saver.save()
  await settle()
  expect([await first, await saver.save(), slow.puts]).toEqual([true, true, 1])
  now.tick = 400
  const second = saver.save()
  await settle()
  await second
  expect((await restoreState(slow.inner, 'counter', { version: 1 }))?.tick).toBe(400)
})

test('there are never two saves at once: those asked for meanwhile are one, with the state of then', async () => {
  const { slow, saver, change, settle, saved, clock } = setSaver(10)
  saver.start()
  change()
  const first = saver.save()
  const later = [1, 2, 3].map(() => {
    change()
    clock.advance(10)
    return saver.save()
  })
  change()
  expect(slow.puts).toBe(1)
  await settle()
  expect([await first, await saved(), slow.puts]).toEqual([true, 1, 2])
  await settle()
  expect(await Promise.all(later)).toEqual([true, true, true])
  expect([await saved(), slow.most]).toEqual([5, 1])
})

test('a save that fails is logged, answers false, and the next one is made', async () => {
  const { clock, saver, change, settle, errors, saved, slow } = setSaver(1000)
  saver.start()
  change()
  const first = saver.save()
  await settle(new Error('the disk is full'))
  expect(await first).toBe(false)
  expect(errors).toEqual([{ err: expect.objectContaining({ message: 'the disk is full' }), key: 'counter' }])
  clock.advance(1000)
  await settle(new Error('still full'))
  clock.advance(1000)
  await settle()
  expect([await saved(), errors.length, slow.puts]).toEqual([1, 2, 3])
})

test('a state that cannot be read is logged and stops nothing', async () => {
  const errors: object[] = []
  const clock = new VirtualClock()
  const read = () => {
    throw new Error('no state')
  }
  const logger: Logger = { debug() {}, info() {}, warn() {}, error: (details) => errors.push(details) }
  const saver = new StateSaver({ storage: memoryStorage(), key: 'k', version: 1, read, intervalMs: 10, clock, logger })
  saver.start()
  for (let round = 0; round < 3; round++) {
    clock.advance(10)
    await saver.stop()
    saver.start()
  }
  expect([await saver.save(), errors.length]).toEqual([false, 4])
})

test('a saver that was stopped saves no more by itself, and has finished when stop resolves', async () => {
  const { clock, saver, change, settle, slow, saved } = setSaver(1000)
  saver.start()
  change()
  clock.advance(1000)
  let isStopped = false
  void saver.stop().then(() => {
    isStopped = true
  })
  await Promise.resolve()
  expect(isStopped).toBe(false)
  await settle()
  expect([isStopped, await saved()]).toEqual([true, 1])
  change()
  clock.advance(60_000)
  expect([slow.puts, clock.pending]).toEqual([1, 0])
})

test('a saver that is started twice, or again after stop, has one interval', async () => {
  const { clock, saver, change, settle, slow } = setSaver(1000)
  saver.start()
  saver.start()
  change()
  clock.advance(1000)
  void saver.stop()
  saver.start()
  await settle()
  expect([clock.pending, slow.puts]).toEqual([1, 1])
})

test('an interval of Infinity saves only when asked', async () => {
  const { clock, saver, slow } = setSaver(Number.POSITIVE_INFINITY)
  saver.start()
  expect([clock.pending, slow.puts]).toEqual([0, 0])
})

test.each([0, -1, Number.NaN, '5' as never])('an interval of %d ms is refused with invalid_argument', (intervalMs) => {
  expect(() => setSaver(intervalMs)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
})

test.each([
  ['at once', (value: boolean) => value],
  ['later', async (value: boolean) => value],
])('what is not wanted is not saved, on the interval nor when asked; said %s', async (_, say) => {
  const clock = new VirtualClock()
  const storage = memoryStorage()
  let wanted = false
  const saver = new StateSaver<Counter>({
    storage,
    key: 'counter',
    version: 1,
    read: () => ({ state: { count: 1 }, tick: 1 }),
    intervalMs: 1000,
    clock,
    logger: silentLogger,
    isWanted: () => say(wanted),
  })
  saver.start()
  clock.advance(1000)
  expect([await saver.save(), await storage.get('counter')]).toEqual([false, undefined])
  wanted = true
  expect(await saver.save()).toBe(true)
  expect((await restoreState<Counter>(storage, 'counter', { version: 1 }))?.state.count).toBe(1)
  await saver.stop()
})
