import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Logger } from '@tygase/gamestate'
import { createHttp } from '@tygase/http'
import { VirtualClock } from '@tygase/testkit/internal'
import { expect, onTestFinished, test } from 'vitest'
import { setRequestAddress } from '../../src/entrance/address.js'
import { type AllowedOrigins, httpAnswers } from '../../src/entrance/http-answers.js'
import type { RoomListing } from '../../src/room.js'
import { listRooms, type RoomFilter } from '../../src/rooms/listing.js'

const room: RoomListing = {
  kind: 'arena',
  id: '42',
  clients: 3,
  locked: false,
  open: true,
  metadata: {},
  madeAtMs: 1000,
}

/** Asks the answers of a server without a request listener, and `createHttp`. */
async function setUp(list: (filter: RoomFilter) => RoomListing[], allowedOrigins?: AllowedOrigins) {
  const clock = new VirtualClock()
  const logged: object[] = []
  const ignore = (): void => {}
  const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: (details) => void logged.push(details) }
  const listener = httpAnswers({ path: '/games', rooms: { listRooms: list }, allowedOrigins, clock, logger })
  let from = '127.0.0.1'
  const server = createServer((request, response) => {
    setRequestAddress(request, { host: from, port: 4242 })
    listener(request, response)
  })
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
    clock,
    logged,
    origin,
    askFrom: (host: string, headers: Record<string, string> = {}) => {
      from = host
      return fetch(`${origin}/games/rooms`, { headers })
    },
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
  ['a word that is neither true nor false', '?open=yes', 'GET', 400, 'query_invalid'],
  ['a key that there is not', '?nmae=field', 'GET', 400, 'query_invalid'],
  ['a filter that is no JSON', '?where={', 'GET', 400, 'query_invalid'],
  ['another method', '', 'DELETE', 405, 'method_not_allowed'],
]

test.each(asked)('%s is answered by a server alone as by createHttp', async (_, query, method, status, code) => {
  const { ask, logged } = await setUp(list)
  const { own, byHttp } = await ask(query, method)
  expect(own).toEqual(byHttp)
  expect(own.status).toBe(status)
  expect((own.body as { code?: string }).code).toBe(code)
  expect(logged).toEqual([])
})

test('a list that fails is answered 500 without the reason, which is logged', async () => {
  const failure = new Error('the table at 10.0.0.5 is gone')
  const { ask, logged } = await setUp(() => {
    throw failure
  })
  const { own, byHttp } = await ask('')
  expect(own).toEqual(byHttp)
  expect(own).toMatchObject({ status: 500, body: { code: 'answer_failed', message: 'the server failed' } })
  expect(logged).toEqual([{ err: failure }])
})

test.each(['/rooms', '/games/rooms/', '/games/roomsandmore', '/games', '/'])(
  '%s is not the list: 426 with a text for people',
  async (path) => {
    const { origin } = await setUp(list)
    const response = await fetch(`${origin}${path}`)
    expect([response.status, response.headers.get('upgrade')]).toEqual([426, 'websocket'])
    expect(await response.text()).toMatch(/This is a TyGaSe game server[\s\S]*WebSocket/)
  },
)

const pages: [what: string, allowed: AllowedOrigins | undefined, origin: string | undefined, told: string | null][] = [
  ['any page', undefined, 'http://localhost:5173', 'http://localhost:5173'],
  ['a page that may connect', ['https://game.example'], 'https://game.example', 'https://game.example'],
  ['a page that a function lets in', (origin) => origin !== undefined, 'https://a.example', 'https://a.example'],
  ['a page that may not connect', ['https://game.example'], 'https://other.example', null],
  ['a program that is not a browser', ['https://game.example'], undefined, null],
]

test.each(pages)('%s may read the list, or not, as it may connect', async (_, allowed, origin, told) => {
  const { askFrom } = await setUp(list, allowed)
  const { status, headers } = await askFrom('203.0.113.7', origin === undefined ? {} : { origin })
  expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([200, told, 'Origin'])
})

test('a page may read an error, too', async () => {
  const { askFrom } = await setUp(() => {
    throw new Error('the table is gone')
  })
  const { status, headers } = await askFrom('127.0.0.1', { origin: 'https://a.example' })
  expect([status, headers.get('access-control-allow-origin')]).toEqual([500, 'https://a.example'])
})

test('an address may ask 600 times in a minute, as at createHttp, and this machine without a limit', async () => {
  const { askFrom, clock } = await setUp(list)
  const statuses = async (count: number, host: string): Promise<number[]> => {
    const all: number[] = []
    for (let i = 0; i < count; i++) {
      const response = await askFrom(host)
      await response.arrayBuffer()
      all.push(response.status)
    }
    return all
  }
  const all = await statuses(601, '203.0.113.7')
  expect(all).toEqual([...Array(600).fill(200), 429])
  const response = await askFrom('203.0.113.7')
  expect([response.headers.get('retry-after'), await response.json()]).toMatchObject([
    '1',
    { code: 'too_many_requests' },
  ])
  expect(await statuses(2, '203.0.113.8')).toEqual([200, 200])
  clock.advance(1000)
  expect(new Set(await statuses(10, '203.0.113.7'))).toEqual(new Set([200]))
  expect(new Set(await statuses(610, '127.0.0.1'))).toEqual(new Set([200]))
})

test('a page that may not connect reads 403 origin_refused at every path but the list, so that its client can say why', async () => {
  const { origin } = await setUp(list, ['https://game.example'])
  const refused = await fetch(`${origin}/`, { headers: { origin: 'https://other.example' } })
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, '*'])
  expect(await refused.json()).toMatchObject({ code: 'origin_refused' })
  const allowed = await fetch(`${origin}/`, { headers: { origin: 'https://game.example' } })
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([426, '*'])
  await allowed.text()
})

test('a client that does not read its list is cut after 30 s', async () => {
  const text = 'x'.repeat(50_000_000)
  let asked = (): void => {}
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  const { clock, origin } = await setUp(() => {
    asked()
    return [{ ...room, metadata: { text } }]
  })
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.pause()
  socket.write('GET /games/rooms HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await isAsked
  // let the answer be written
  await new Promise((resolve) => setImmediate(resolve))
  clock.advance(30_000)
  let bytes = 0
  socket.on('data', (chunk) => {
    bytes += chunk.length
  })
  socket.resume()
  await new Promise((resolve) => socket.once('close', resolve))
  expect(bytes).toBeLessThan(text.length)
})

test('a list that was sent holds no timer', async () => {
  const { clock, origin } = await setUp(list)
  await (await fetch(`${origin}/games/rooms`)).arrayBuffer()
  expect(clock.pending).toBe(0)
})
