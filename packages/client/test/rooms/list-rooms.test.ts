import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { listRooms } from '../../src/index.js'

let server: Server | undefined

afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))))

/** A server that answers one thing. @returns its address, and what it was asked */
async function answering(status: number, body: string): Promise<{ address: string; asked: (string | undefined)[] }> {
  const asked: (string | undefined)[] = []
  server = createServer((request, response) => {
    asked.push(request.url)
    response.writeHead(status, { connection: 'close' }).end(body)
  })
  await new Promise<void>((resolve) => server?.listen(0, 'localhost', resolve))
  return { address: `ws://localhost:${(server.address() as AddressInfo).port}`, asked }
}

describe('the list of rooms', () => {
  test('is asked for with the filter, below the path of the server', async () => {
    const rooms = [{ name: 'arena', id: '1', clients: 2, locked: false, metadata: { map: 'ice' } }]
    const { address, asked } = await answering(200, JSON.stringify({ rooms }))
    expect(await listRooms(address)).toEqual(rooms)
    await listRooms(`${address}/games/`, { name: 'arena', where: { map: 'ice', level: 2 }, open: true, limit: 5 })
    expect(asked[0]).toBe('/rooms')
    const url = new URL(asked[1]!, 'http://x')
    expect([url.pathname, Object.fromEntries(url.searchParams)]).toEqual([
      '/games/rooms',
      { name: 'arena', where: '{"map":"ice","level":2}', open: 'true', limit: '5' },
    ])
  })

  test.each([
    [404, '{}'],
    [200, 'no JSON'],
    [200, '{}'],
    [200, 'null'],
  ])('rejects with rooms_not_listed for %d and %j', async (status, body) => {
    const { address } = await answering(status, body)
    await expect(listRooms(address)).rejects.toMatchObject({ code: 'rooms_not_listed' })
  })

  test('rejects with rooms_not_listed where nobody answers', async () => {
    const { address } = await answering(200, '{}')
    await new Promise((resolve) => server?.close(resolve))
    server = undefined
    await expect(listRooms(address)).rejects.toMatchObject({ code: 'rooms_not_listed' })
  })

  test.each(['', 'arena', 'ftp://host'])('takes no address %j', async (address) => {
    await expect(listRooms(address)).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})
