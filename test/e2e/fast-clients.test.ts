import { encodeValue } from '@tygase/gamestate/internal'
import { expect, test } from 'vitest'
import { often } from '../support/effort.js'
import { arena } from './support/arena.js'
import { LooseClient } from './support/loose-client.js'
import { join, once, runServer, urlOf } from './support/stage.js'

/** A server that echoes, and a client that plays on while another one sends too fast. */
async function setUp(limits: object) {
  const server = await runServer(arena, { limits })
  const fair = await join(server)
  const expectFairPlay = async (): Promise<void> => {
    expect(await fair.request('buy', { item: 'bread' })).toBe('bread bought')
  }
  const heard: number[] = []
  server.registerEventHandler('note', (text) => void heard.push(Number(text)))
  return { server, expectFairPlay, heard }
}

/** Packets of one event each, so many more than may come that most of them wait. @returns the client, once it is slowed */
async function storm(server: Awaited<ReturnType<typeof setUp>>['server'], count: number) {
  const fast = await LooseClient.join(urlOf(server))
  const connection = server.clients.get(fast.clientId)!
  for (let number = 1; number <= count; number++) fast.sendPayload('note', encodeValue(String(number)))
  await once((listener) => server.store.subscribe(() => connection.stats.readPauses > 0 && listener()))
  return { fast, connection }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

test('a client that sends events as fast as it can gets an answer to each, and others play on', async () => {
  const { server, expectFairPlay } = await setUp({})
  server.registerEventHandler('nextRound', () => {})
  // its own timeouts run while it is slowed, and a busy machine slows it more
  const fast = await join(server, { flushIntervalMs: 1, limits: { ackTimeoutMs: 30_000 } })
  const total = often(30_000, 100_000)
  let [sent, answered] = [0, 0]
  const failures: string[] = []
  const fair = expectFairPlay()
  await new Promise<void>((resolve) => {
    const sendMore = (): void => {
      // as many as a session queues
      for (; sent < total && sent - answered < 4000; sent++) {
        fast.dispatchEvent('nextRound', undefined, {
          onAck: () => {
            answered++
            if (answered === total) resolve()
            else if (sent - answered === 2000) sendMore()
          },
          onFail: ({ code }) => {
            failures.push(code)
            resolve()
          },
        })
      }
    }
    sendMore()
  })
  expect([answered, failures]).toEqual([total, []])
  await fair
  await expectFairPlay()
  const { stats, status } = server.clients.get(fast.clientId)!
  expect(status).toBe('connected')
  expect(stats.eventsIn).toBe(total)
  expect(stats.readPauses).toBeGreaterThan(0)
})

test('what came with one read waits its turn: all of it is handled, once and in order', async () => {
  const { server, expectFairPlay, heard } = await setUp({ maxPacketsPerSecond: 1000 })
  const { fast, connection } = await storm(server, 3000)
  expect(heard.length).toBeLessThan(2000)
  await expectFairPlay()
  await once((listener) => server.store.subscribe(() => heard.length === 3000 && listener()))
  expect(heard).toEqual(numbers(3000))
  expect([connection.status, fast.status]).toEqual(['connected', 'connected'])
})

test('a client that says goodbye while it is slowed is heard to the end', async () => {
  const { server, heard } = await setUp({ maxPacketsPerSecond: 1000 })
  const { fast, connection } = await storm(server, 1500)
  fast.session.close('disconnected', 'bye', performance.now())
  fast.flush()
  fast.socket.close(4000, 'bye')
  const [ended, info] = await once<Parameters<Parameters<typeof server.room.onLeave>[0]>>((listener) =>
    server.room.onLeave(listener),
  )
  expect([ended, info]).toMatchObject([connection, { code: 'disconnected', byPeer: true }])
  expect(heard).toEqual(numbers(1500))
})

test('a client that is gone while it is slowed is noticed, though much of what it sent has not been read', async () => {
  const { server, expectFairPlay } = await setUp({ maxPacketsPerSecond: 10, graceMs: 60_000 })
  const { fast, connection } = await storm(server, 4000)
  fast.socket.terminate()
  const [suspended] = await once<Parameters<Parameters<typeof server.room.onSuspend>[0]>>((listener) =>
    server.room.onSuspend(listener),
  )
  expect(suspended).toBe(connection)
  await expectFairPlay()
})

test('a client that is removed while it is slowed is told why, and its socket closes at once', async () => {
  const { server, expectFairPlay } = await setUp({ maxPacketsPerSecond: 10 })
  const { fast, connection } = await storm(server, 1000)
  connection.disconnect('too eager')
  expect(await fast.closed).toBe('kicked')
  expect(fast.closeInfo).toMatchObject({ code: 'kicked', reason: 'too eager' })
  await expectFairPlay()
})
