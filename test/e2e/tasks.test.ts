import { defineGame, EntityMap } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { createTasks } from '@tygase/tasks'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connect } from './support/patient.js'
import { searchedLogger } from './support/searched-log.js'
import { join, runServer } from './support/stage.js'

interface Work {
  sumTo(data: { n: number; by: string }): { sum: number; by: string }
  spin(data: { flags: Int32Array }): string
}

const maze = defineGame({
  initialState: () => ({ sums: new EntityMap<{ sum: number; by: string }>(), failures: [] as string[] }),
  tickRate: 20,
  events: (on) => ({
    ask: on(z.number(), () => {}),
    summed: on(
      z.object({ sum: z.number(), by: z.string() }),
      (state, { sum, by }) => void state.sums.set(by, { sum, by }),
      { from: 'server' },
    ),
    failed: on(
      z.object({ task: z.string(), code: z.string() }),
      (state, { task, code }) => void state.failures.push(`${task} ${code}`),
      { from: 'server' },
    ),
  }),
})

async function setUp() {
  const tasks = createTasks<Work>({ file: new URL('./support/work.mjs', import.meta.url), maxThreads: 1, maxQueue: 1 })
  onTestFinished(() => tasks.shutdown())
  const server = await runServer(maze)
  const work = tasks.bind(server, { results: { sumTo: 'summed' }, failed: 'failed' })
  server.registerEventHandler('ask', (n, { id }) => {
    work.start('sumTo', { n, by: id })
  })
  return { tasks, server, work }
}

test('a thread works out the request of a client, and the result reaches all as state, by a rule on a tick [M37]', async () => {
  const { server } = await setUp()
  const [one, other] = [await join(server), await join(server)]
  one.dispatchEvent('ask', 1000)
  const { clientId } = one
  for (const client of [one, other]) {
    await client.waitUntil((state) => state.sums.size === 1)
    expect(client.state.sums.get(clientId)).toEqual({ sum: 500_500, by: clientId })
  }
})

test('a client cannot send the event that brings a result', async () => {
  const { server } = await setUp()
  const client = await join(server)
  const sender = client as unknown as { request(name: string, data: unknown): Promise<unknown> }
  await expect(sender.request('summed', { sum: 1, by: 'me' })).rejects.toMatchObject({ code: 'event_unknown' })
  expect(server.store.state.sums.size).toBe(0)
})

test('ticks go on and clients are answered while a task works as hard as it can [M37]', async () => {
  const { server, work } = await setUp()
  const client = await join(server)
  const flags = new Int32Array(new SharedArrayBuffer(8))
  const told: string[] = []
  work.start('spin', { flags }, { onResult: (result) => told.push(result) })
  while (Atomics.load(flags, 0) === 0) await new Promise((resolve) => setImmediate(resolve))
  // ticks that are made in one turn of the event loop are late: the loop stood still meanwhile
  const tickCount = 20
  const turns = new Set<number>()
  let turn = 0
  await new Promise<void>((resolve) => {
    const first = server.machine.tick
    const off = server.machine.onTick(({ tick }) => {
      turns.add(turn)
      setImmediate(() => turn++)
      if (tick < first + tickCount) return
      off()
      resolve()
    })
  })
  // a task that held the loop up would let it turn once, for all of them. Other programs may make some ticks late
  expect(turns.size).toBeGreaterThan(2)
  expect(await client.request('ask', 3)).toBeUndefined()
  expect(told).toEqual([])
  expect(Atomics.load(flags, 1)).toBe(0)
  Atomics.store(flags, 1, 1)
  // the one that was asked for meanwhile has waited for the thread
  await client.waitUntil((state) => state.sums.size === 1)
  expect(told).toEqual(['stopped'])
})

test('the rules get an event for a task beyond the queue, and the game goes on [M37]', async () => {
  const { server } = await setUp()
  const client = await join(server)
  for (let i = 0; i < 3; i++) client.dispatchEvent('ask', 1_000_000)
  await client.waitUntil((state) => state.failures.length > 0 && state.sums.size === 1)
  expect(client.state.failures).toEqual(['sumTo task_queue_full'])
})

test('a shutdown ends a task that would never end, and the rules get an event [M37]', async () => {
  const { tasks, server, work } = await setUp()
  const client = await join(server)
  const flags = new Int32Array(new SharedArrayBuffer(8))
  work.start('spin', { flags })
  while (Atomics.load(flags, 0) === 0) await new Promise((resolve) => setImmediate(resolve))
  await tasks.shutdown()
  await client.waitUntil((state) => state.failures.length === 1)
  expect(client.state.failures).toEqual(['spin task_cancelled'])
  await expect(tasks.run('sumTo', { n: 1, by: '' })).rejects.toMatchObject({ code: 'task_cancelled' })
})

test('a room has the results of its own tasks, and no client of it can send them', async () => {
  const { tasks } = await setUp()
  const server = new Server({ logger: searchedLogger }).define('maze', maze)
  await server.run()
  onTestFinished(() => server.shutdown({ endSessions: true }))
  const [room, other] = [await server.createRoom<typeof maze>('maze'), await server.createRoom<typeof maze>('maze')]
  const client = await connect<typeof maze>(`ws://localhost:${server.port}/${room.key}`)
  onTestFinished(() => client.disconnect())
  tasks.bind(room, { results: { sumTo: 'summed' } }).start('sumTo', { n: 4, by: 'us' })
  await client.waitUntil((state) => state.sums.get('us')?.sum === 10)
  expect(other.store.state.sums.size).toBe(0)
  const sender = client as unknown as { request(name: string, data: unknown): Promise<unknown> }
  await expect(sender.request('summed', { sum: 1, by: 'me' })).rejects.toMatchObject({ code: 'event_unknown' })
})
