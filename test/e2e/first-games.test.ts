import { defineGame, event } from '@tygase/gamestate'
import type { Client } from '@tygase/server'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { join, once, runServer } from './support/stage.js'

const echo = defineGame({
  initialState: () => ({}),
  serverEvents: { said: event<string>() },
  events: (on) => ({ say: on(z.string(), (_state, text) => text) }),
})

test('an echo server is a rule that returns what it gets [M2]', async () => {
  const server = await runServer(echo)
  const client = await join(server)
  for (const text of ['hello', '', 'ÄÖ 👋', 'x'.repeat(10_000)]) expect(await client.request('say', text)).toBe(text)
})

test('a broadcast is made by keeping who is connected, and reaches each of them once [M3]', async () => {
  const server = await runServer(echo)
  const present = new Map<string, Client>()
  server.room.onJoin((connection) => void present.set(connection.id, connection))
  server.room.onLeave(({ id }) => void present.delete(id))
  server.registerEventHandler('say', (text, { id }) => {
    for (const other of present.keys()) {
      if (other !== id) server.dispatchEvent('said', text, { to: other })
    }
  })
  const [speaker, ...listeners] = await Promise.all([join(server), join(server), join(server)])
  const gone = await join(server)
  const left = once((listener) => server.room.onLeave(listener))
  await gone.disconnect()
  await left
  const heard: string[] = []
  for (const client of [speaker, ...listeners]) {
    client.registerEventHandler('said', (text) => void heard.push(`${client.clientId} ${text}`))
  }
  await speaker.request('say', 'hello')
  for (const client of listeners) await client.request('say', 'end')
  const greetings = heard.filter((line) => line.endsWith('hello'))
  expect(greetings.sort()).toEqual(listeners.map(({ clientId }) => `${clientId} hello`).sort())
  expect([...present.keys()].sort()).toEqual([...server.clients.keys()].sort())
})
