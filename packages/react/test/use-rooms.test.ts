import { connect, type RoomFilter } from '@tygase/client'
import { createElement as h, StrictMode } from 'react'
import { expect, test } from 'vitest'
import { type RoomsView, useRooms } from '../src/index.js'
import { openDom } from './support/dom.js'
import { type party, setServer } from './support/party.js'

const dom = openDom()

async function setLobby() {
  const stage = await setServer()
  const { clock, server } = stage
  const views: RoomsView[] = []
  const { random } = stage.options('')
  const Lobby = ({ filter = {} }: { filter?: RoomFilter }) => {
    const view = useRooms(server, filter, { clock, logger: false, random })
    if (view !== views.at(-1)) views.push(view)
    return `${view.status}: ${view.rooms.map(({ id, clients }) => `${id} ${clients}`).join(', ')}`
  }
  const pass = (ms: number): Promise<void> => dom.act(() => stage.pass(ms))
  const join = (path: string, name = 'Bob') => connect<typeof party>(server.at(path), stage.options(name))
  return { ...stage, Lobby, views, pass, join }
}

test('useRooms shows rooms as they come, fill and go, over one connection in StrictMode', async () => {
  const { Lobby, pass, join, sessions } = await setLobby()
  await dom.render(h(StrictMode, null, h(Lobby)))
  expect(dom.text).toBe('connecting: ')
  await pass(300)
  expect([dom.text, sessions()]).toEqual(['connected: ', 1])
  const joining = join('/party/red')
  await pass(600)
  expect(dom.text).toBe('connected: red 1')
  const bob = await joining
  const left = bob.disconnect()
  await pass(600)
  await left
  expect(dom.text).toBe('connected: red 0')
  await pass(31_000)
  expect(dom.text).toBe('connected: ')
  await dom.unmount()
  await pass(300)
  expect(sessions()).toBe(0)
})

test('useRooms is another list for another filter, and a room that has not changed is the same object', async () => {
  const { Lobby, pass, join, sessions, views } = await setLobby()
  const joining = [join('/party/red')]
  await pass(300)
  joining.push(join('/party/blue'), join('/party/blue'))
  await pass(300)
  await Promise.all(joining)
  await dom.render(h(Lobby))
  await pass(600)
  expect(dom.text).toBe('connected: red 1, blue 2')
  const before = views.at(-1)!.rooms
  await pass(600)
  expect(views.at(-1)!.rooms).toBe(before)
  const more = join('/party/green')
  await pass(600)
  await more
  expect(views.at(-1)!.rooms.slice(0, 2)).toEqual(before)
  expect(views.at(-1)!.rooms[0]).toBe(before[0])
  await dom.render(h(Lobby, { filter: { open: true } }))
  await pass(600)
  expect([dom.text, sessions()]).toEqual(['connected: red 1, green 1', 5])
})

test('useRooms says why there is no list, and asks again', async () => {
  const { Lobby, pass, views, server } = await setLobby()
  await dom.render(h(Lobby, { filter: { kind: 'chess' } }))
  await pass(300)
  expect(views.at(-1)).toMatchObject({ status: 'failed', rooms: [], error: { code: 'rooms_not_listed' } })
  await dom.render(h(Lobby))
  await pass(300)
  await server.createRoom('party', { id: 'red' })
  await pass(600)
  expect(dom.text).toBe('connected: red 0')
  for (const client of server.rooms.get('rooms/all')!.clients.values()) client.disconnect()
  await pass(300)
  expect(dom.text).toBe('closed: ')
  await dom.act(views.at(-1)!.retry)
  await pass(300)
  expect(dom.text).toBe('connected: red 0')
})
