import { createRandom, defineGame, equalStates } from '@tygase/gamestate'
import { expect, test } from 'vitest'
import { LooseClient } from './support/loose-client.js'
import { join, once, runServer, urlOf } from './support/stage.js'

const frameBytes = 400_000
const maxBufferedBytes = 1_000_000

/** So much changes on each tick that what the kernel keeps for a connection is full soon. */
const film = defineGame({
  initialState: () => ({ frame: new Uint8Array(0), count: 0 }),
  tickRate: 50,
  timeStep: (state, _dt, ctx) => {
    const random = createRandom(ctx.tick)
    const frame = new Uint8Array(frameBytes)
    for (let i = 0; i < frameBytes; i += 100) frame[i] = random() * 256
    state.frame = frame
    state.count++
  },
})

async function setUp(slowTimeoutMs: number) {
  // a reader that has stopped answers nothing, for long on a busy machine
  const limits = { idleTimeoutMs: 600_000 }
  const server = await runServer(film, { maxBufferedBytes, slowTimeoutMs, limits })
  const quick = await join(server)
  const reader = await LooseClient.join(urlOf(server))
  const connection = server.clients.get(reader.clientId)!
  let mostBuffered = 0
  server.store.subscribe(() => {
    mostBuffered = Math.max(mostBuffered, connection.bufferedBytes)
  })
  /** Resolves once the server has left the reader out so many times more. */
  const skipped = async (times: number): Promise<void> => {
    const until = server.stats.writesSkipped + times
    await once((listener) => server.store.subscribe(() => server.stats.writesSkipped >= until && listener()))
  }
  return { server, quick, reader, connection, skipped, mostBuffered: () => mostBuffered }
}

test('a reader that stops is skipped within its limit while the others play on, and makes up with one delta when it goes on', async () => {
  const { server, quick, reader, skipped, mostBuffered } = await setUp(60_000)
  reader.socket.pause()
  await skipped(20)
  // what is written at once is one delta more than the limit
  expect(mostBuffered()).toBeLessThan(maxBufferedBytes + 2 * frameBytes)
  const { version } = server.store
  await quick.waitUntil((state) => state.count >= version + 5)

  const before = reader.store!.version
  const stoppedAt = server.store.version
  const versions: number[] = []
  reader.socket.on('message', () => {
    const last = reader.store!.version
    if (last > (versions.at(-1) ?? before)) versions.push(last)
  })
  reader.socket.resume()
  const hasCaughtUp = once((listener) =>
    reader.socket.on('message', () => reader.store!.version > stoppedAt && listener()),
  )
  // a reader that is closed would be awaited without end
  expect(await Promise.race([hasCaughtUp.then(() => 'has caught up'), reader.closed])).toBe('has caught up')
  // somewhere on the way it went from what it had to what there was by then
  const steps = versions.map((version, index) => version - (versions[index - 1] ?? before))
  expect(Math.max(...steps)).toBeGreaterThan(10)
  expect(reader.status).toBe('connected')
  expect(equalStates(reader.store!.state, server.store.at(reader.store!.version))).toBe(true)
})

test('a reader that never goes on is closed with too_slow, and what waited for it is let go of', async () => {
  const { server, quick, reader, connection, mostBuffered } = await setUp(300)
  reader.socket.pause()
  const [ended, info] = await once<Parameters<Parameters<typeof server.room.onLeave>[0]>>((listener) =>
    server.room.onLeave(listener),
  )
  expect(ended).toBe(connection)
  expect(info?.code).toBe('too_slow')
  expect(connection.bufferedBytes).toBe(0)
  expect(mostBuffered()).toBeLessThan(maxBufferedBytes + 2 * frameBytes)
  expect([...server.clients.keys()]).toEqual([quick.clientId])
  const { version } = server.store
  await quick.waitUntil((state) => state.count >= version + 5)
})
