import type { Connection } from '@tygase/client'
import { equalStates } from '@tygase/gamestate'
import { createSeededRandom } from '@tygase/testkit/internal'
import { expect, test } from 'vitest'
import { often } from '../support/effort.js'
import { arena } from './support/arena.js'
import { join, runServer } from './support/stage.js'

const clientCount = 20
const ticks = often(150, 500)
const seed = 7

test('20 clients have identical replicas at equal versions after many ticks of random play', async () => {
  const server = await runServer(arena, { maxVersions: ticks * 2 })
  const clients = await Promise.all(Array.from({ length: clientCount }, () => join(server, { flushIntervalMs: 20 })))
  const random = createSeededRandom(seed)
  const firstTick = server.machine.tick
  const differing: number[] = []
  const compared = new Map(clients.map((client) => [client.clientId, 0]))
  for (const client of clients) {
    client.subscribe((state) => {
      // every version that a replica takes is the server's own of that number
      const own = server.store.at(client.version)
      if (own === undefined || !equalStates(own, state)) differing.push(client.version)
      compared.set(client.clientId, compared.get(client.clientId)! + 1)
      if (server.machine.tick < firstTick + ticks) play(client, random)
    })
  }
  for (const client of clients) play(client, random)

  await Promise.all(clients.map((client) => client.waitUntil(() => server.machine.tick >= firstTick + ticks)))
  await Promise.all(clients.map((client) => client.request('note', 'the end')))
  const { version } = server.store
  await Promise.all(clients.map((client) => client.waitUntil(() => client.version >= version)))
  server.machine.stop()
  const last = server.store.version
  await Promise.all(clients.map((client) => client.waitUntil(() => client.version === last)))
  for (const client of clients) expect(equalStates(client.state, server.store.state)).toBe(true)
  expect(differing, `versions that differ, with seed ${seed}`).toEqual([])
  // a machine that is busy with other things leaves out ticks and writes
  for (const count of compared.values()) expect(count).toBeGreaterThan(ticks / 10)
})

function play(client: Connection<typeof arena>, random: () => number): void {
  const dice = random()
  if (dice < 0.3) client.dispatchEvent('move', { dx: random() - 0.5, dy: random() - 0.5 })
  else if (dice < 0.33) client.dispatchEvent('nextRound')
  else if (dice < 0.34) client.dispatchEvent('note', `note ${random()}`)
}
