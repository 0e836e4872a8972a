import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { encodeValue } from '@tygase/gamestate/internal'
import { expect, test } from 'vitest'
import { often } from '../support/effort.js'
import { arena } from './support/arena.js'
import { eventPacket, eventsPacket } from './support/hostile-bytes.js'
import { LooseClient } from './support/loose-client.js'
import { join, runServer, urlOf } from './support/stage.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const unlimited = { maxPacketsPerSecond: Number.POSITIVE_INFINITY, maxEventsPerSecond: Number.POSITIVE_INFINITY }

async function setUp(limits: object) {
  const server = await runServer(arena, { limits })
  const fair = await join(server)
  const expectFairPlay = async (): Promise<void> => {
    expect(await fair.request('buy', { item: 'bread' })).toBe('bread bought')
    expect(fair.status).toBe('connected')
    await expect.poll(() => server.clients.size).toBe(1)
  }
  return { server, fair, expectFairPlay }
}

test.each<[string, object, (hostile: LooseClient) => void, string]>([
  [
    'events in one packet, more than may come in a second',
    { maxEventsPerSecond: 200 },
    (hostile) => hostile.sendRaw(eventsPacket(1, 201, 'nextRound')),
    'too_many_events',
  ],
  [
    'events whose outcomes it never lets go of',
    { ...unlimited, maxPendingEvents: 500 },
    (hostile) => {
      for (let i = 0; i < 100; i++) hostile.sendRaw(eventsPacket(1 + 10 * i, 10, 'unheard of'))
    },
    'too_many_pending',
  ],
  [
    'bytes in events whose outcomes it never lets go of',
    { ...unlimited, maxPendingBytes: 100_000 },
    (hostile) => {
      const payload = encodeValue({ item: 'x'.repeat(10_000) })
      for (let i = 1; i <= 100; i++) hostile.sendRaw(eventPacket(i, 'buy', payload))
    },
    'too_many_pending',
  ],
  [
    'events for a handler that never ends',
    { ...unlimited, maxPendingEvents: 500 },
    (hostile) => hostile.sendRaw(eventsPacket(1, 1000, 'note')),
    'too_many_pending',
  ],
])('a flood of %s is closed with a code, and the game of others goes on', async (_case, limits, flood, code) => {
  const { server, expectFairPlay } = await setUp(limits)
  server.registerEventHandler('note', () => new Promise(() => {}))
  const hostile = await LooseClient.join(urlOf(server))
  flood(hostile)
  expect(await hostile.closed).toBe(code)
  await expectFairPlay()
})

test('a client that sends as fast as it may, for long, holds up no other client, and learns which events the game did not take', async () => {
  const { server, fair } = await setUp({})
  const hostile = await LooseClient.join(urlOf(server))
  const codes = new Set<string>()
  for (let round = 0; round < 10; round++) {
    const requests = Array.from({ length: 1000 }, () =>
      hostile.request('nextRound').catch((error) => codes.add(error.code)),
    )
    expect(await fair.request('buy', { item: 'bread' })).toBe('bread bought')
    await Promise.all(requests)
  }
  expect([...codes].filter((code) => code !== 'event_refused')).toEqual([])
  expect(hostile.status).toBe('connected')
})

test('hostile clients that come again and again leave no memory behind', async () => {
  const { server, expectFairPlay } = await setUp({ ...unlimited, maxPendingEvents: 2000 })
  const payload = encodeValue({ item: 'y'.repeat(30_000) })
  const attack = async (): Promise<void> => {
    const hostile = await LooseClient.join(urlOf(server))
    for (let i = 1; i <= 50; i++) hostile.sendRaw(eventPacket(i, 'buy', payload))
    hostile.sendRaw(eventsPacket(51, 2000, `unheard of ${'z'.repeat(50)}`))
    hostile.sendRaw(eventsPacket(2051, 2000, 'unheard of'))
    await hostile.closed
    hostile.packetsIn.length = 0
  }
  const heapAfter = async (rounds: number): Promise<number> => {
    for (let round = 0; round < rounds; round++) await attack()
    let least = Number.POSITIVE_INFINITY
    // what is still on its way when the last of them has gone is let go of a few ticks later; what is kept stays
    for (let look = 0; look < 5; look++) {
      await expectFairPlay()
      collectGarbage()
      const { heapUsed, external } = process.memoryUsage()
      least = Math.min(least, heapUsed + external)
    }
    return least
  }
  const before = await heapAfter(often(4, 10))
  const after = await heapAfter(often(10, 20))
  // each attack brought 1.6 MB: were half of it kept, it would show, and a quarter after 20 of them
  expect(after - before).toBeLessThan(8_000_000)
})
