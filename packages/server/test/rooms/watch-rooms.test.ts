import { type RoomFilter, type RoomListing, watchRooms } from '@tygase/client'
import { describe, expect, test } from 'vitest'
import { field, setRoomStage } from '../support/stage.js'

/** A server with a live list in virtual time, and a client of it. */
async function setWatch(filter: RoomFilter = {}) {
  const stage = await setRoomStage({}, { maxClients: 1 })
  stage.server.define('meadow', field).defineRoomList()
  const { clock, server, pass } = stage
  /** Waits in virtual time. */
  const over = async <Value>(promise: Promise<Value>): Promise<Value> => {
    const [result] = await Promise.all([promise, pass(300)])
    return result
  }
  const watch = (given: RoomFilter = filter) => over(watchRooms(server, given, { clock, logger: false }))
  return { ...stage, over, watch, list: await watch() }
}

const ids = (rooms: readonly RoomListing[]): string[] => rooms.map(({ id }) => id)

describe('watchRooms', () => {
  test('gives the rooms oldest first, and calls listeners when they have changed', async () => {
    const { server, pass, list } = await setWatch()
    const heard: string[][] = []
    const off = list.subscribe((rooms) => void heard.push(ids(rooms)))
    for (const id of ['c', 'a', 'b']) {
      await server.createRoom('field', { id })
      await pass(500)
    }
    await server.rooms.get('field/a')!.close()
    await pass(500)
    // it gets the place of the one that has gone, and is still the newest
    await server.createRoom('field', { id: 'a' })
    await pass(500)
    expect(ids(list.rooms)).toEqual(['c', 'b', 'a'])
    expect(heard).toEqual([['c'], ['c', 'a'], ['c', 'a', 'b'], ['c', 'b'], ['c', 'b', 'a']])
    off()
    await server.rooms.get('field/a')!.close()
    await pass(500)
    expect(heard).toHaveLength(5)
  })

  test('gives the same frozen array until a room has changed, with the same objects for all others', async () => {
    const { server, pass, list } = await setWatch()
    for (const id of ['a', 'b']) await server.createRoom('field', { id })
    await pass(500)
    const before = list.rooms
    await pass(2000)
    expect(list.rooms).toBe(before)
    server.rooms.get('field/b')!.lock()
    await pass(500)
    expect(list.rooms).not.toBe(before)
    expect(list.rooms[0]).toBe(before[0])
    expect(list.rooms[1]).toMatchObject({ id: 'b', locked: true, open: false })
    expect(before[1]).toMatchObject({ locked: false, open: true })
    expect([list.rooms, list.rooms[0]].every(Object.isFrozen)).toBe(true)
  })

  test('has the rooms of the filter: kind and open at the server, metadata and number here', async () => {
    const { server, pass, watch } = await setWatch()
    for (const [kind, id, map] of [
      ['field', 'a', 'ice'],
      ['field', 'b', 'lava'],
      ['meadow', 'c', 'ice'],
      ['meadow', 'd', 'ice'],
    ] as const) {
      await server.createRoom(kind, { id, metadata: { map } })
      await pass(100)
    }
    server.rooms.get('meadow/c')!.lock()
    for (const [filter, expected] of [
      [{ kind: 'meadow' }, ['c', 'd']],
      [{ open: true }, ['a', 'b', 'd']],
      [{ where: { map: 'ice' } }, ['a', 'c', 'd']],
      [{ where: { map: 'ice' }, limit: 2 }, ['a', 'c']],
      [{ where: { toString: 'x' } }, []],
      [{ kind: 'meadow', open: true, where: { map: 'ice' } }, ['d']],
    ] as const) {
      const list = await watch(filter)
      await pass(500)
      expect(ids(list.rooms)).toEqual(expected)
      void list.close()
    }
  })

  test('ends with close, and with the server', async () => {
    const { server, over, list, watch } = await setWatch()
    await over(list.close())
    expect([list.connection.status, server.stats.sessions]).toEqual(['closed', 0])
    const other = await watch()
    await over(server.shutdown({ endSessions: true }))
    expect(other.connection.closeInfo?.code).toBe('shutdown')
  })

  test('says if a server has no list, no such kind, or a game of its own in its place', async () => {
    const stage = await setRoomStage()
    const { clock, server, pass } = stage
    const fault = async (filter: RoomFilter = {}): Promise<unknown> => {
      const [error] = await Promise.all([
        watchRooms(server, filter, { clock, logger: false }).catch((error: unknown) => error),
        pass(300),
      ])
      return error
    }
    const code = 'rooms_not_listed'
    expect(await fault()).toMatchObject({ code, message: "no live list of rooms: there is no kind of room 'rooms'" })
    server.define('rooms', field)
    expect(await fault()).toMatchObject({ code, message: expect.stringContaining('a game of its own at /rooms') })
    expect(server.stats.sessions).toBe(0)
    const { watch } = await setWatch()
    await expect(watch({ kind: 'chess' })).rejects.toMatchObject({
      code,
      message: "no live list of rooms: there is no kind of room 'chess'",
      cause: expect.objectContaining({ code: 'connect_refused' }),
    })
  })

  test.each<[string, object]>([
    ['an unknown key', { name: 'x' }],
    ['no limit', { limit: 0 }],
    ['a limit that is too large', { limit: 1001 }],
    ['half a room', { limit: 1.5 }],
  ])('takes no filter with %s', async (_, filter) => {
    const { server } = await setRoomStage()
    await expect(watchRooms(server, filter)).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  test.each([undefined, null, 5, 'nowhere', 'ftp://host'])('is not at %j', async (address) => {
    await expect(watchRooms(address as never)).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})
