import { Server } from '@tygase/server'
import { afterEach, expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { connect } from './support/patient.js'
import { searchedLogger } from './support/searched-log.js'
import { once, urlOf } from './support/stage.js'

const server = new Server({ game: arena, logger: searchedLogger })
afterEach(() => server.shutdown({ endSessions: true }))

test('a client in the same process plays without any port', async () => {
  await server.run({ port: false })
  expect(server.port).toBeUndefined()
  const client = await connect<typeof arena>(server)
  expect(client.isHost).toBe(true)
  expect(await client.request('move', { dx: 1, dy: 2 })).toEqual({ x: 1, y: 2 })
  const heard = once<[{ text: string }]>((listener) => client.registerEventHandler('news', listener))
  server.dispatchEvent('news', { text: 'psst' })
  expect((await heard)[0]).toEqual({ text: 'psst' })
  await client.disconnect()
  await expect.poll(() => server.clients.size).toBe(0)
})

test('a client in the same process finds the game at whatever path it is', async () => {
  await server.run({ port: false, path: '/play' })
  expect(server.path).toBe('/play')
  expect((await connect<typeof arena>(server)).status).toBe('connected')
})

test('clients in process and over the network play together', async () => {
  await server.run()
  const inside = await connect<typeof arena>(server)
  const outside = await connect<typeof arena>(urlOf(server))
  await inside.request('note', 'from inside')
  await outside.waitUntil((state) => state.log.includes('from inside'))
  await outside.disconnect()
})

test('a server that does not run yet is waited for', async () => {
  const connecting = connect<typeof arena>(server)
  await server.run({ port: false })
  const client = await connecting
  expect(client.status).toBe('connected')
})
