import { describe, expect, test } from 'vitest'
import { listRooms, readRoomFilter } from '../../src/rooms/listing.js'
import { setRoomStage } from '../support/stage.js'

async function setList() {
  const stage = await setRoomStage(
    { wallClock: { now: () => 1000 } },
    { maxClients: 1, metadata: { map: 'lava', level: 1 } },
  )
  const { server } = stage
  await server.createRoom('field', { id: 'a' })
  await server.createRoom('field', { id: 'b', metadata: { map: 'ice', level: 2, isHard: true } })
  await server.createRoom('field', { id: 'secret', private: true })
  ;(await server.createRoom('field', { id: 'locked' })).lock()
  await stage.joined('/field/full')
  return stage
}

describe('the list of rooms', () => {
  test('has what anybody may know of the public ones', async () => {
    const { server } = await setList()
    const common = { kind: 'field', clients: 0, maxClients: 1, locked: false, open: true, madeAtMs: 1000 }
    const lava = { map: 'lava', level: 1 }
    expect(server.listRooms()).toEqual([
      { ...common, id: 'a', metadata: lava },
      { ...common, id: 'b', metadata: { map: 'ice', level: 2, isHard: true } },
      { ...common, id: 'locked', locked: true, open: false, metadata: lava },
      { ...common, id: 'full', clients: 1, open: false, metadata: lava },
    ])
  })

  test.each([
    [{ kind: 'field' }, ['a', 'b', 'locked', 'full']],
    [{ kind: 'meadow' }, []],
    [{ where: { map: 'lava' } }, ['a', 'locked', 'full']],
    [{ where: { map: 'ice', isHard: true } }, ['b']],
    [{ where: { map: 'ice', isHard: false } }, []],
    [{ where: { toString: 'x' } }, []],
    [{ open: true }, ['a', 'b']],
    [{ limit: 2 }, ['a', 'b']],
    [{ where: { level: 1 }, open: true, limit: 5 }, ['a']],
  ])('by the filter %j is %j', async (filter, ids) => {
    const { server } = await setList()
    expect(server.listRooms(filter as never).map(({ id }) => id)).toEqual(ids)
  })

  test.each([0, 1001, 1.5, Number.NaN])('takes no limit of %d', async (limit) => {
    const { server } = await setList()
    expect(() => server.listRooms({ limit })).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })

  test('shows metadata as they are now; they are copied, and plain', async () => {
    const { server } = await setList()
    const room = server.rooms.get('field/a')!
    const mine = { map: 'sand', tags: ['x'] }
    room.metadata = mine
    mine.tags.push('y')
    expect(server.listRooms({ where: { map: 'sand' } })[0]?.metadata).toEqual({ map: 'sand', tags: ['x'] })
    for (const wrong of [5, [1], null, { f: () => {} }, { long: 'x'.repeat(50_000) }]) {
      expect(() => {
        room.metadata = wrong as never
      }).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
    }
  })
})

describe('a filter in a query', () => {
  test('is read as a client writes it', () => {
    const query = new URLSearchParams({
      kind: 'a',
      where: '{"map":"ice","level":2,"x":null}',
      open: 'true',
      limit: '7',
    })
    expect(readRoomFilter(query)).toEqual({ kind: 'a', where: { map: 'ice', level: 2, x: null }, open: true, limit: 7 })
    expect(readRoomFilter(new URLSearchParams())).toEqual({ open: false })
    expect(readRoomFilter(new URLSearchParams({ open: 'false' }))).toEqual({ open: false })
  })

  test.each([
    'name=a',
    'open=1',
    'open=yes',
    'open=',
    'nmae=a',
    'map=ice',
    '__proto__=x',
    'limit=',
    'limit=many',
    'open=true&open=false',
  ])('is refused rather than taken for another: %s', (query) => {
    expect(() => listRooms([], readRoomFilter(new URLSearchParams(query)))).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })

  test.each(['{', '[1]', '5', 'null', '{"a":{}}', '{"a":[1]}'])('cannot be where=%s', (where) => {
    expect(() => readRoomFilter(new URLSearchParams({ where }))).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })
})
