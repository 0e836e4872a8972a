import { defineGame, event } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { expect, onTestFinished, test } from 'vitest'
import { often } from '../support/effort.js'
import { CheapClient } from './support/cheap-client.js'
import { searchedLogger } from './support/searched-log.js'
import { once } from './support/stage.js'

const clientCount = often(100, 1000)
const slowCount = 20
/** As many may shake hands at a time. */
const batchSize = 50
const pieceBytes = 60_000
/** More than the kernels at both ends keep of a connection whose reader has stopped. */
const mostSends = 40

/** A game whose clients have nothing to do, and nothing to say. */
const lounge = defineGame({
  initialState: () => ({}),
  tickRate: 20,
  serverEvents: { film: event<Uint8Array>() },
})

const limits = { idleTimeoutMs: 600_000, keepAliveMs: 300_000, maxQueuedBytes: 1e9 }

/**
 * A server with a room full of clients. Some have stopped to read: half of them with bytes that wait at the server, half with
 * bytes that only the kernel keeps.
 */
async function setUp() {
  let onTick = (): void => {}
  const ticked = (): Promise<void> =>
    new Promise((resolve) => {
      onTick = resolve
    })
  const server = new Server({ logger: searchedLogger, limits, drainMs: 20_000 })
  server.define('lounge', lounge, {
    sendMembers: false,
    slowTimeoutMs: 600_000,
    maxBufferedBytes: 1e9,
    onTick: () => onTick(),
  })
  onTestFinished(() => server.shutdown({ endSessions: true, drainMs: 0 }))
  await server.run()
  const room = await server.createRoom<typeof lounge>('lounge', { id: 'one' })
  const clients: CheapClient[] = []
  while (clients.length < clientCount) {
    const length = Math.min(batchSize, clientCount - clients.length)
    const batch = Array.from({ length }, () => new CheapClient(server.port!, '/lounge/one'))
    // on a busy machine the time of a handshake may end before its turn: another one takes its place
    const outcomes = batch.map(({ joined, farewell }) =>
      Promise.race([joined.then(() => true), farewell.then(() => false)]),
    )
    const areIn = await Promise.all(outcomes)
    clients.push(...batch.filter((_, place) => areIn[place]))
  }
  if (room.clients.size < clientCount) {
    await once((listener) => room.onJoin(() => room.clients.size === clientCount && listener()))
  }
  const slow = clients.slice(0, slowCount)
  const quick = clients.slice(slowCount)
  for (const { socket } of slow) socket.pause()
  const slowIds = [...room.clients.keys()].slice(0, slowCount)
  await fill(room.clients, slowIds.slice(0, slowCount / 2), async (to) => {
    for (let i = 0; i < 10; i++) room.dispatchEvent('film', new Uint8Array(pieceBytes), { to })
    await ticked()
  })
  return { server, room, slow, quick, all: clients }
}

/** Sends to clients that do not read until bytes wait for all of them. */
async function fill(
  clients: ReadonlyMap<string, { bufferedBytes: number }>,
  ids: readonly string[],
  send: (ids: string[]) => Promise<void>,
): Promise<void> {
  for (let sent = 0; sent < mostSends; sent++) {
    const more = ids.filter((id) => clients.get(id)!.bufferedBytes < 2 * pieceBytes)
    if (more.length === 0) return
    await send(more)
  }
  throw new Error('the kernel keeps all')
}

type Stage = Awaited<ReturnType<typeof setUp>>
const reason = 'see you tomorrow'

test.each<[string, number, (stage: Stage) => unknown]>([
  ['the server shuts down', 4002, ({ server }) => server.shutdown({ reason })],
  ['the server ends all sessions', 4002, ({ server }) => server.shutdown({ reason, endSessions: true })],
  ['their room ends', 4002, ({ room }) => room.close({ reason })],
  ['all are removed', 4008, ({ room }) => [...room.clients.values()].map((client) => client.disconnect(reason))],
])('of many clients each learns why it is over, slow readers too: %s', async (_, code, end) => {
  const stage = await setUp()
  const ended = end(stage)
  const told = await Promise.all(stage.quick.map(({ farewell }) => farewell))
  for (const client of stage.slow) client.readSlowly()
  told.push(...(await Promise.all(stage.slow.map(({ farewell }) => farewell))))
  expect(told.filter((each) => each.code !== code || each.reason !== reason)).toEqual([])
  expect(told).toHaveLength(clientCount)
  await ended
})
