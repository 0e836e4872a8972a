import { silentLogger } from '@tygase/gamestate/internal'
import { memoryStorage } from '@tygase/storage'
import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { restoreState, StateSaver } from '../../src/rooms/saved-state.js'
import type { Storage } from '../../src/storage.js'
import { FakeCluster } from '../support/fake-cluster.js'
import { type Field, setRoomStage } from '../support/stage.js'

const save = { version: 1, intervalMs: 1000 }
const key = 'rooms/field/1'

/** A server of a cluster that saves its rooms, with the room 1. */
async function setClusterStage(storage: Storage, cluster: FakeCluster) {
  const stage = await setRoomStage({ storage, cluster }, { save })
  const make = () => stage.server.createRoom('field', { id: '1' })
  return { ...stage, make }
}

/** What was saved, with its epoch. */
async function savedIn(storage: Storage): Promise<readonly [epoch: number, keys: number] | undefined> {
  const saved = await restoreState<Field>(storage, key, { version: 1 })
  return saved && [saved.epoch, saved.state.here.size]
}

describe('a room of a cluster', () => {
  test('is saved with its epoch, which is the fence of the storage as well', async () => {
    const storage = memoryStorage()
    const { make, joined, pass } = await setClusterStage(storage, new FakeCluster(4))
    await make()
    await joined('/field/1')
    await pass(1500)
    expect(await savedIn(storage)).toEqual([4, 1])
    expect(await storage.fenceOf?.(key)).toBe(4)
  })

  test('is saved no more once another server has saved it with a higher epoch, and the error is logged', async () => {
    const storage = memoryStorage()
    const { make, joined, pass, log } = await setClusterStage(storage, new FakeCluster(4))
    await make()
    await joined('/field/1')
    await storage.put(key, 'of another server', { fence: 5 })
    await pass(1500)
    expect(await storage.get(key)).toBe('of another server')
    expect(log.errors).toEqual(['a state was not saved'])
  })

  test('is not saved while its server may not act, and is saved when it may act again', async () => {
    const storage = memoryStorage()
    const cluster = new FakeCluster(4)
    const { make, joined, pass, log } = await setClusterStage(storage, cluster)
    await make()
    await joined('/field/1')
    cluster.mayAct = false
    await pass(2500)
    expect(await savedIn(storage)).toEqual([4, 0])
    expect(log.errors).toContain('a state was not saved')
    cluster.mayAct = true
    await pass(2500)
    expect(await savedIn(storage)).toEqual([4, 1])
  })

  test('that was saved with an epoch as high as its own or higher gets a higher one before it acts', async () => {
    for (const epoch of [4, 5, 70]) {
      const storage = memoryStorage()
      const first = await setClusterStage(storage, new FakeCluster(epoch))
      await first.make()
      await first.joined('/field/1')
      await first.pass(1500)
      const cluster = new FakeCluster(4)
      const second = await setClusterStage(storage, cluster)
      await second.make()
      expect(cluster.epochOf('field/1')).toBe(epoch + 1)
      await second.joined('/field/1')
      await second.pass(1500)
      expect((await savedIn(storage))?.[0]).toBe(epoch + 1)
      expect(second.log.errors).toEqual([])
    }
  })

  test('keeps its epoch if it is above that of the saved state', async () => {
    const storage = memoryStorage()
    const record = { format: 1, version: 1, savedAt: '', tick: 0, state: Uint8Array.of(0) }
    await storage.put(key, record, { fence: 3 })
    const cluster = new FakeCluster(4)
    const { make } = await setClusterStage(storage, cluster)
    await make().catch(() => {})
    expect(cluster.claims).toEqual([['field/1', undefined]])
  })

  test('gets a higher epoch also if its record has one, and the storage has lost its fences', async () => {
    const storage = memoryStorage()
    const first = await setClusterStage(storage, new FakeCluster(9))
    await first.make()
    await first.joined('/field/1')
    await first.pass(1500)
    const record = await storage.get(key)
    const copied = memoryStorage()
    await copied.put(key, record)
    const cluster = new FakeCluster(2)
    await (await setClusterStage(copied, cluster)).make()
    expect(cluster.epochOf('field/1')).toBe(10)
  })

  test('gets an epoch above that with which its state was deleted', async () => {
    const storage = memoryStorage()
    const first = await setClusterStage(storage, new FakeCluster(6))
    const room = await first.make()
    await first.joined('/field/1')
    await first.pass(1500)
    await room.close({ forget: true })
    expect([await storage.get(key), await storage.fenceOf?.(key)]).toEqual([undefined, 6])
    const cluster = new FakeCluster(1)
    const second = await setClusterStage(storage, cluster)
    await second.make()
    await second.joined('/field/1')
    await second.pass(1500)
    expect(await savedIn(storage)).toEqual([7, 1])
  })

  test('that another server has by then is not made', async () => {
    const storage = memoryStorage()
    await storage.delete(key, { fence: 8 })
    const cluster = new FakeCluster(1)
    cluster.isTaken = (aboveEpoch) => aboveEpoch !== undefined
    const { make, log } = await setClusterStage(storage, cluster)
    await expect(make()).rejects.toMatchObject({ code: 'room_failed', cause: { code: 'room_exists' } })
    expect(log.errors).toContain('a room cannot be made')
  })

  test('is not made if the storage does not say its fence, and that is logged', async () => {
    const storage = memoryStorage()
    storage.fenceOf = () => Promise.reject(new Error('no'))
    const { make, log, server } = await setClusterStage(storage, new FakeCluster(1))
    await expect(make()).rejects.toMatchObject({ code: 'room_failed' })
    expect(log.errors).toContain('a room cannot be made')
    expect(server.rooms.size).toBe(0)
  })

  test('that is lost is saved no more, and no error is logged for it', async () => {
    const storage = memoryStorage()
    const cluster = new FakeCluster(4)
    const { make, joined, pass, log } = await setClusterStage(storage, cluster)
    await make()
    await joined('/field/1')
    await pass(1500)
    cluster.mayAct = false
    cluster.host?.loseRooms()
    await pass(5000)
    expect(log.errors).toEqual([])
    expect(await savedIn(storage)).toEqual([4, 1])
  })

  test('needs a storage with fences: another one is refused with invalid_argument', async () => {
    const { get, put, delete: remove, list, batch, close } = memoryStorage()
    const storage = { get, put, delete: remove, list, batch, close } as Storage
    await expect(setClusterStage(storage, new FakeCluster(1))).rejects.toMatchObject({ code: 'invalid_argument' })
    await setRoomStage({ storage }, { save })
  })
})

test('a state of a room for which its server may not act is refused with not_acting', async () => {
  const storage = memoryStorage()
  const codes: unknown[] = []
  const clock = new VirtualClock()
  const error = (details: object): void => void codes.push((details as { err: { code: string } }).err.code)
  let epoch: number | undefined
  const saver = new StateSaver<{ round: number }>({
    ...{ storage, key, version: 1, clock, logger: { ...silentLogger, error }, intervalMs: Number.POSITIVE_INFINITY },
    read: () => ({ state: { round: 1 }, tick: 1 }),
    epoch: () => epoch,
  })
  expect(await saver.save()).toBe(false)
  expect(codes).toEqual(['not_acting'])
  epoch = 3
  expect(await saver.save()).toBe(true)
  expect(await storage.fenceOf?.(key)).toBe(3)
})
