import { Server } from '@tygase/server'
import { describe, expect, it } from 'vitest'
import { createHttp } from '../src/create-http.js'

type RoomFilter = NonNullable<Parameters<Server['listRooms']>[0]>

const room = {
  ...{ kind: 'arena', id: '42', clients: 3, maxClients: 8, locked: false, open: true },
  ...{ metadata: { map: 'desert' }, madeAtMs: 1000 },
}

function setUp() {
  const asked: RoomFilter[] = []
  const source = {
    listRooms: (filter: RoomFilter) => {
      // throws for a filter that no server takes
      new Server().listRooms(filter)
      asked.push(filter)
      return [room]
    },
  }
  const http = createHttp({ rooms: source })
  const ask = async (query: string) => {
    const response = await http.request(`/rooms${query}`)
    return { status: response.status, body: (await response.json()) as { code?: string; rooms?: unknown } }
  }
  return { asked, ask }
}

const where = (text: string): string => `?where=${encodeURIComponent(text)}`

describe('the list of rooms', () => {
  it('is the list of the source', async () => {
    const { ask, asked } = setUp()
    expect(await ask('')).toEqual({ status: 200, body: { rooms: [room] } })
    expect(asked).toEqual([{ open: false }])
  })

  it.each<[string, RoomFilter]>([
    ['?kind=arena', { kind: 'arena', open: false }],
    ['?open=true&limit=1000', { open: true, limit: 1000 }],
    [
      where('{"map":"desert","level":3,"ranked":true,"clan":null}'),
      { where: { map: 'desert', level: 3, ranked: true, clan: null }, open: false },
    ],
    ['?open=false', { open: false }],
  ])('takes the query %s', async (query, filter) => {
    const { ask, asked } = setUp()
    expect((await ask(query)).status).toBe(200)
    expect(asked).toEqual([filter])
  })

  it.each([
    '?limit=0',
    '?limit=1001',
    '?limit=1.5',
    '?limit=',
    '?limit=x',
    '?open=1',
    '?whatever=1',
    '?kind=a&kind=b',
    where('5'),
    where('[1]'),
    where('{"a":'),
    where('{"a":{}}'),
  ])('refuses the query %s with query_invalid', async (query) => {
    const { ask, asked } = setUp()
    expect(await ask(query)).toMatchObject({ status: 400, body: { code: 'query_invalid' } })
    expect(asked).toEqual([])
  })

  it('keeps a key that has another meaning as a name of metadata', async () => {
    const { ask, asked } = setUp()
    await ask(where('{"__proto__":1}'))
    expect(Object.keys(asked[0]?.where ?? {})).toEqual(['__proto__'])
  })

  it('that fails is answered 500 without the reason', async () => {
    const http = createHttp({ rooms: { listRooms: () => Promise.reject(new Error('the table at 10.0.0.5 is gone')) } })
    const response = await http.request('/rooms')
    expect(response.status).toBe(500)
    expect(await response.json()).toEqual({ code: 'answer_failed', message: 'the server failed' })
  })

  it('is not a route without a source of rooms', async () => {
    expect((await createHttp().request('/rooms')).status).toBe(404)
  })
})
