import { watchRooms } from '@tygase/client'
import { Server } from '@tygase/server'
import { expect, onTestFinished, test } from 'vitest'
import { arena } from './support/arena.js'
import { connect } from './support/patient.js'
import { searchedLogger } from './support/searched-log.js'

test.each(['', '/games'])('a live list of rooms is beside the one of HTTP, below the path %j', async (path) => {
  const server = new Server({ logger: searchedLogger }).define('arena', arena, { maxClients: 1 }).defineRoomList()
  await server.run(path === '' ? {} : { path })
  onTestFinished(() => server.shutdown({ endSessions: true }))
  const url = `ws://localhost:${server.port}${path}`
  const list = await watchRooms(new URL(url), { kind: 'arena' })
  expect(list.rooms).toEqual([])
  const ada = await connect(`${url}/arena/one`)
  await expect.poll(() => list.rooms.map(({ id, clients, open }) => [id, clients, open])).toEqual([['one', 1, false]])
  const answer = await fetch(`${url.replace('ws', 'http')}/rooms`)
  expect(await answer.json()).toEqual({ rooms: list.rooms })
  await ada.disconnect()
  await expect.poll(() => list.rooms[0]?.open).toBe(true)
  await list.close()
  // an http: URL is the same server
  const other = await watchRooms(url.replace('ws', 'http'), { open: true })
  expect(other.rooms).toHaveLength(1)
  await other.close()
})
