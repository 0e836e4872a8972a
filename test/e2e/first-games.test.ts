import { defineGame, event } from '@tygase/gamestate'
import type { ServerConnection } from '@tygase/server'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { join, once, runBackend } from './support/stage.js'

const echo = defineGame({
  initialState: () => ({}),
  serverEvents: { said: event<string>() },
  events: (on) => ({ say: on(z.string(), (_state, text) => text) }),
})

test('an echo server is a rule that returns what it gets [M2]', async () => {
  const backend = await runBackend(echo)
  const client = await join(backend)
  for (const text of ['hello', '', 'ÄÖ 👋', 'x'.repeat(10_000)]) expect(await client.request('say', text)).toBe(text)
})

test('a broadcast is made by keeping who is connected, and reaches each of them once [M3]', async () => {
  const backend = await runBackend(echo)
  const present = new Map<string, ServerConnection>()
  backend.server.onConnect((connection) => void present.set(connection.clientId, connection))
  backend.server.onDisconnect(({ clientId }) => void present.delete(clientId))
  backend.server.registerEventHandler('say', (text, { clientId }) => {
    for (const other of present.keys()) {
      if (other !== clientId) backend.dispatchEvent('said', text, { targetClient: other })
    }
  })
  const [speaker, ...listeners] = await Promise.all([join(backend), join(backend), join(backend)])
  const gone = await join(backend)
  const left = once((listener) => backend.server.onDisconnect(listener))
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
  expect([...present.keys()].sort()).toEqual([...backend.connections.keys()].sort())
})
