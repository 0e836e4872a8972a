import { defineGame } from '@tygase/gamestate'
import { links, simulate } from '@tygase/testkit'
import { expect, it } from 'vitest'
import { z } from 'zod'

const megabyte = 1024 * 1024

/** A game whose state becomes as large as somebody wishes. */
const book = defineGame({
  initialState: () => ({ text: '' }),
  tickRate: 20,
  events: (on) => ({
    fill: on(z.int(), (state, length) => {
      state.text = 'x'.repeat(length)
    }),
  }),
})

const slowLink = { ...links.lan, bandwidthBytesPerSecond: 64 * 1024 }

it('a change of a megabyte over 64 KB/s arrives, though it takes longer than the idle time', async () => {
  const simulation = await simulate({ game: book, clients: 1, seed: 1, link: slowLink })
  const [client] = simulation.clients
  client!.connection.dispatchEvent('fill', megabyte)
  await simulation.runUntil(() => client!.connection.state.text.length === megabyte)
  await simulation.settle()
  expect([client!.connection.status, client!.isGone]).toEqual(['connected', false])
  await simulation.end()
})

it('a state of a megabyte over 64 KB/s arrives at who comes late', async () => {
  const simulation = await simulate({ game: book, clients: 1, seed: 2 })
  simulation.clients[0]!.connection.dispatchEvent('fill', megabyte)
  await simulation.settle()
  const late = simulation.addClient({ link: slowLink })
  const connection = await simulation.complete(late.connected)
  expect(connection.state.text.length).toBe(megabyte)
  await simulation.end()
})

it('a client with the usual limits connects over a round trip of two seconds with loss', async () => {
  const simulation = await simulate({ game: book, clients: 0, seed: 3, link: links.soak })
  const client = simulation.addClient()
  const connection = await simulation.complete(client.connected)
  expect(connection.status).toBe('connected')
  await simulation.end()
})
