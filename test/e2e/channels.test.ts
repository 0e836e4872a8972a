import type { ChannelMessage } from '@tygase/client'
import { defineGame } from '@tygase/gamestate'
import { expect, test } from 'vitest'
import { connect } from './support/patient.js'
import { runRooms } from './support/room-stage.js'
import { runServer, urlOf } from './support/stage.js'

/** Ticks once a second: what waited for a tick would be late. */
const slow = defineGame({ initialState: () => ({}), tickRate: 1 })

test('a message is there at once, long before the next tick [C6]', async () => {
  const server = await runServer(slow)
  server.channels.create('news')
  const [a, b] = await Promise.all([connect(urlOf(server)), connect(urlOf(server))])
  let atOnce = 0
  await a.channels.subscribe('news', () => {})
  for (let i = 0; i < 10; i++) {
    const heard = new Promise<ChannelMessage>((resolve) => void b.channels.subscribe('news', resolve))
    await b.channels.list()
    const { tick } = server.machine
    await a.channels.publish('news', `message ${i}`)
    expect(await heard).toEqual({ channel: 'news', kind: 'text', data: `message ${i}`, from: a.clientId })
    if (server.machine.tick === tick) atOnce++
  }
  // one that waits for the tick is never there before it, and a tick comes between now and then by chance
  expect(atOnce).toBeGreaterThan(0)
  await Promise.all([a.disconnect(), b.disconnect()])
})

test('clients make, list and leave channels, and what is wrong is refused and costs nothing else [C6] [C7]', async () => {
  const { server, join } = await runRooms({ channels: { clientsMayCreate: true } })
  const [a, b] = [await join('/arena/1'), await join('/arena/2')]
  const heard: ChannelMessage[] = []
  await a.serverChannels.create('lobby', (message) => void heard.push(message))
  await b.serverChannels.subscribe('lobby', () => {})
  expect(await a.serverChannels.list()).toEqual([{ name: 'lobby', subscribers: 2 }])
  expect(await b.serverChannels.publishJson('lobby', { x: [1, 'two', null] })).toBe(2)
  await a.serverChannels.list()
  expect(heard).toEqual([{ channel: 'lobby', kind: 'json', data: { x: [1, 'two', null] }, from: b.clientId }])
  await expect(a.channels.subscribe('lobby', () => {})).rejects.toMatchObject({ code: 'unknown_channel' })
  await expect(a.channels.create('mine', () => {})).rejects.toMatchObject({ code: 'channel_denied' })
  await expect(a.serverChannels.publish('lobby', 5 as never)).rejects.toMatchObject({ code: 'channel_invalid' })
  await a.serverChannels.unsubscribe('lobby')
  await b.disconnect()
  await expect.poll(() => server.channels.list()).toEqual([])
  expect(a.status).toBe('connected')
})
