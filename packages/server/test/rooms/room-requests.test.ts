import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from '@tygase/gamestate'
import { expect, onTestFinished, test } from 'vitest'
import { createHttp } from '../../src/http/create-http.js'
import { listRooms, type RoomFilter, type RoomListing } from '../../src/rooms/room-list.js'
import { roomRequests } from '../../src/rooms/room-requests.js'

const room: RoomListing = { name: 'arena', id: '42', clients: 3, locked: false, metadata: {} }

/** Asks the server of rooms itself, and `createHttp`. */
async function setUp(list: (filter: RoomFilter) => RoomListing[]) {
  const logged: object[] = []
  const ignore = (): void => {}
  const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: (details) => void logged.push(details) }
  const server = createServer(roomRequests('/games', list, logger))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const http = createHttp({ rooms: { listRooms: list } })
  const read = async (response: Response) => ({
    status: response.status,
    allow: response.headers.get('allow'),
    cache: response.headers.get('cache-control'),
    body: (await response.json()) as unknown,
  })
  return {
    logged,
    origin,
    ask: async (query: string, method = 'GET') => ({
      own: await read(await fetch(`${origin}/games/rooms${query}`, { method })),
      byHttp: await read(await http.request(new Request(`http://localhost/rooms${query}`, { method }))),
    }),
  }
}

const list = (filter: RoomFilter): RoomListing[] => [...listRooms([], filter), room]

const asked: [what: string, query: string, method: string, status: number, code: string | undefined][] = [
  ['a list', '?open=true', 'GET', 200, undefined],
  ['a limit out of range', '?limit=0', 'GET', 400, 'query_invalid'],
  ['a filter that is no JSON', '?where={', 'GET', 400, 'query_invalid'],
  ['another method', '', 'DELETE', 405, 'method_not_allowed'],
]

test.each(asked)('%s is answered by a server of rooms as by createHttp', async (_, query, method, status, code) => {
  const { ask, logged } = await setUp(list)
  const { own, byHttp } = await ask(query, method)
  expect(own).toEqual(byHttp)
  expect(own.status).toBe(status)
  expect((own.body as { code?: string }).code).toBe(code)
  expect(logged).toEqual([])
})

test('a list that fails is answered 500, says nothing of why, and is logged', async () => {
  const failure = new Error('the table at 10.0.0.5 is gone')
  const { ask, logged } = await setUp(() => {
    throw failure
  })
  const { own, byHttp } = await ask('')
  expect(own).toEqual(byHttp)
  expect(own).toMatchObject({ status: 500, body: { code: 'answer_failed', message: 'the server failed' } })
  expect(logged).toEqual([{ err: failure }])
})

test.each(['/rooms', '/games/rooms/', '/games/roomsandmore', '/games'])('%s is no list: 426', async (path) => {
  const { origin } = await setUp(list)
  expect((await fetch(`${origin}${path}`)).status).toBe(426)
})
