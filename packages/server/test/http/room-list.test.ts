import { describe, expect, it } from 'vitest'
import { createHttp } from '../../src/http/create-http.js'
import type { RoomQuery } from '../../src/http/room-list.js'

const room = { name: 'arena', id: '42', clients: 3, maxClients: 8, locked: false, metadata: { map: 'desert' } }

function setUp() {
  const asked: RoomQuery[] = []
  const listRooms = (query: RoomQuery) => {
    asked.push(query)
    return [room]
  }
  const http = createHttp({ rooms: { listRooms } })
  const ask = async (query: string) => {
    const response = await http.request(`/rooms${query}`)
    return { status: response.status, body: (await response.json()) as { code?: string; rooms?: unknown } }
  }
  return { asked, ask }
}

describe('the list of rooms', () => {
  it('is what the source of rooms gives', async () => {
    const { ask, asked } = setUp()
    expect(await ask('')).toEqual({ status: 200, body: { rooms: [room] } })
    expect(asked).toEqual([{ limit: 100 }])
  })

  it.each<[string, RoomQuery]>([
    ['?name=arena', { name: 'arena', limit: 100 }],
    ['?open=true&limit=1000', { open: true, limit: 1000 }],
    ['?open=false', { open: false, limit: 100 }],
    [
      `?where=${encodeURIComponent('{"map":"desert","level":3,"ranked":true,"clan":null}')}`,
      { where: { map: 'desert', level: 3, ranked: true, clan: null }, limit: 100 },
    ],
    ['?whatever=1&name=a&name=b', { name: 'a', limit: 100 }],
  ])('takes %s for what is asked', async (query, asked) => {
    const { ask, asked: seen } = setUp()
    expect((await ask(query)).status).toBe(200)
    expect(seen).toEqual([asked])
  })

  it.each([
    '?limit=0',
    '?limit=1001',
    '?limit=-1',
    '?limit=1.5',
    '?limit=1e2',
    '?limit=',
    '?open=1',
    '?where=',
    '?where=5',
    '?where=null',
    '?where=[1]',
    '?where={"a":',
    '?where={"a":{"b":1}}',
    '?where={"a":[1]}',
  ])('does not take %s: query_invalid', async (query) => {
    const { ask, asked } = setUp()
    expect(await ask(query)).toMatchObject({ status: 400, body: { code: 'query_invalid' } })
    expect(asked).toEqual([])
  })

  it('keeps a key that has another meaning as a name of metadata', async () => {
    const { ask, asked } = setUp()
    await ask(`?where=${encodeURIComponent('{"__proto__":1}')}`)
    expect(Object.keys(asked[0]?.where ?? {})).toEqual(['__proto__'])
  })
})
