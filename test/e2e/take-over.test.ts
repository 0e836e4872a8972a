import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { connect } from '@tygase/client'
import type { Logger } from '@tygase/gamestate'
import { openJournal } from '@tygase/record'
import { type RoomOptions, Server } from '@tygase/server'
import type { JournaledRoom } from '@tygase/server/internal'
import { MemoryJournal } from '@tygase/testkit'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { arena } from './support/arena.js'
import { searched } from './support/searched-log.js'
import { once } from './support/stage.js'

/** A journal that opens when the test says so. */
class SlowJournal extends MemoryJournal {
  /** Opens it. @param error why it cannot be opened */
  end: (error?: Error) => void = () => {}
  readonly #ended = new Promise<void>((resolve, reject) => {
    this.end = (error) => (error === undefined ? resolve() : reject(error))
  })

  constructor() {
    super()
    this.#ended.catch(() => {})
    onTestFinished(() => this.end())
  }

  override async open(): Promise<readonly JournaledRoom[]> {
    await this.#ended
    return super.open()
  }
}

function serverWith(
  journal: MemoryJournal | ReturnType<typeof openJournal>,
  options: RoomOptions<typeof arena> = {},
  own?: Logger,
): Server {
  const server = new Server({ logger: searched(own) })
  server.define('arena', arena, { ...options, save: { journal } })
  onTestFinished(() => server.shutdown({ endSessions: true }))
  return server
}

/** Resolves once there is an answer at the port. */
async function listens(port: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://localhost:${port}/`).catch(() => undefined)
    if (answer !== undefined) return void (await answer.text())
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const folder = mkdtempSync(joinPath(tmpdir(), 'tygase-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a server that waits for the one before takes its port and its rooms, and clients go on there at once', async () => {
  const first = serverWith(openJournal(folder))
  await first.run()
  const port = first.port!
  const client = await connect(`ws://localhost:${port}/arena/1`, { game: arena })
  const statuses: string[] = []
  client.onStatus((status, info) => statuses.push(info ? `${status} ${info.code}` : status))
  await client.request('move', { dx: 4, dy: 0 })

  const next = serverWith(openJournal(folder))
  const running = next.run({ port })
  expect(next.running).toBe(false)
  const resumed = once((listener) => client.onStatus((status) => status === 'connected' && listener()))
  await first.shutdown({ handOver: true, endSessions: true })
  await Promise.all([running, resumed])
  expect(next.port).toBe(port)
  expect(statuses).toEqual(['suspended shutdown', 'connected'])
  const ack = await client.request('move', { dx: 1, dy: 0 })
  expect(ack).toEqual({ x: 5, y: 0 })
  await client.disconnect()
})

test('clients are connected to a server that waits before the one before stops', async () => {
  const journal = openJournal(`${folder}/spare`)
  const first = serverWith(journal)
  await first.run()
  const port = first.port!
  const statuses: string[] = []
  /** How many changes of the status each connection has seen before it. */
  const connections: number[] = []
  const proxy = createServer((socket) => {
    connections.push(statuses.length)
    const server = dial(port, 'localhost')
    for (const end of [socket, server]) end.on('error', () => {})
    socket.pipe(server).pipe(socket)
  })
  await new Promise<void>((resolve) => proxy.listen(0, 'localhost', resolve))
  onTestFinished(() => void proxy.close())
  const client = await connect(`ws://localhost:${(proxy.address() as { port: number }).port}/arena/1`, { game: arena })
  client.registerEventHandler('moved', () => {})
  client.onStatus((status) => statuses.push(status))

  const next = serverWith(openJournal(`${folder}/spare`))
  const running = next.run({ port })
  const resumed = once((listener) => client.onStatus((status) => status === 'connected' && listener()))
  while (!journal.isAwaited) await new Promise<void>((resolve) => setImmediate(resolve))
  await first.shutdown({ handOver: true, endSessions: true })
  await Promise.all([running, resumed])
  expect([statuses, connections]).toEqual([
    ['suspended', 'connected'],
    [0, 0],
  ])
  expect(await client.request('move', { dx: 1, dy: 0 })).toMatchObject({ x: 1 })
  await client.disconnect()
})

test('a server that waits plays the rooms on a stage until it is ready, and no code of its own but rules runs there', async () => {
  const first = serverWith(openJournal(`${folder}/warm`))
  await first.run()
  const client = await connect(`ws://localhost:${first.port}/arena/1`, { game: arena })
  await client.request('move', { dx: 4, dy: 0 })

  const calls: string[] = []
  const note = (name: string) => (): void => void calls.push(name)
  const nothing = (): void => {}
  let tell: (details: object) => void = nothing
  const ready = new Promise<object>((resolve) => {
    tell = resolve
  })
  const next = serverWith(
    openJournal(`${folder}/warm`),
    {
      ...{ onCreate: note('create'), onJoin: note('join'), onLeave: note('leave'), onTick: note('tick') },
      auth: () => {
        calls.push('auth')
        return { userId: 'a' }
      },
      handlers: { move: note('move') },
    },
    {
      ...{ debug: nothing, warn: nothing, error: nothing },
      info: (details, message) => {
        if (message.startsWith('ready to go on')) tell(details)
      },
    },
  )
  const running = next.run()
  expect(await ready).toEqual({ rooms: 1 })
  expect([calls, next.rooms.size, first.rooms.size]).toEqual([[], 0, 1])
  // the room that is played is not this one
  expect(await client.request('move', { dx: 1, dy: 0 })).toEqual({ x: 5, y: 0 })
  await client.disconnect()
  await first.shutdown({ handOver: true, endSessions: true })
  await running
  expect(calls).toContain('create')
})

test('clients that connect while rooms are made again wait, and come in when they are', async () => {
  const journal = new SlowJournal()
  const server = serverWith(journal)
  const port = await freePort()
  const running = server.run({ port })
  let isIn = false
  await listens(port)
  const entering = connect(`ws://localhost:${port}/arena/1`, { game: arena }).then((client) => {
    isIn = true
    return client
  })
  // by then its hello has come, or is about to
  await listens(port)
  expect([server.running, isIn]).toEqual([false, false])
  journal.end()
  await running
  const client = await entering
  expect(await client.request('move', { dx: 2, dy: 0 })).toEqual({ x: 2, y: 0 })
  await client.disconnect()
})

test('if the journal cannot be opened, clients that wait are to try again, and the port is free', async () => {
  const journal = new SlowJournal()
  const server = serverWith(journal)
  const port = await freePort()
  const running = server.run({ port })
  await listens(port)
  const refused = connect(`ws://localhost:${port}/arena/1`, { game: arena, timeoutMs: 500 }).catch((error) => error)
  journal.end(Object.assign(new Error('damaged'), { code: 'journal_failed' }))
  await expect(running).rejects.toMatchObject({ code: 'journal_failed' })
  expect(await refused).toMatchObject({ code: 'connect_timeout' })
  const other = createServer()
  await new Promise<void>((resolve, reject) => other.once('error', reject).listen(port, 'localhost', resolve))
  await new Promise((resolve) => other.close(resolve))
})

test('a port that another program has is told once the journal is open', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, 'localhost', resolve))
  const { port } = other.address() as { port: number }
  const journal = new SlowJournal()
  const server = serverWith(journal)
  const running = server.run({ port })
  journal.end()
  await expect(running).rejects.toMatchObject({ code: 'port_in_use' })
  expect(server.running).toBe(false)
  await new Promise((resolve) => other.close(resolve))
  await server.run({ port })
  expect(server.port).toBe(port)
})
