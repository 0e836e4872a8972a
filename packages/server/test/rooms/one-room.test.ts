import { expect, test } from 'vitest'
import { Server } from '../../src/index.js'
import { decodeSnapshot } from '../../src/journal/room-snapshot.js'
import { field, LogBook, refusalOf, setRoomStage, setStage } from '../support/stage.js'

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work()
  } catch (error) {
    return (error as { code?: string }).code
  }
  return undefined
}

test('the one room of a game is not made again once it is closed', async () => {
  const { server, join, pass, room } = await setStage()
  join()
  await pass(200)
  const closing = server.room.close()
  const { client: during } = join()
  await pass(200)
  await closing
  const { client: after } = join()
  await pass(200)
  expect([during, after].map(refusalOf)).toEqual(['room_closed', 'room_closed'])
  expect([server.rooms.size, server.room]).toEqual([0, room])
  await server.shutdown()
  await expect(server.run({ port: false })).rejects.toMatchObject({ code: 'room_closed' })
})

test('the host that shuts its one room down shuts the server down, which may run again', async () => {
  const { server, join, pass } = await setStage({ hostShutsDown: 'room' })
  const { client: host } = join()
  const { client: guest } = join()
  await pass(200)
  void host.send('$shutdown').catch(() => {})
  await pass(1000)
  expect(
    [server.running, host, guest].map((one) => (one === false ? one : (one as typeof host).session.status)),
  ).toEqual([false, 'closed', 'closed'])
  await server.run({ port: false })
  const { client: next } = join()
  await pass(200)
  expect([next.session.status, server.hostClient]).toEqual(['connected', next.session.clientId])
})

test('an event that is pushed into a closed room is refused with room_closed', async () => {
  const { server } = await setStage()
  await server.room.close()
  expect(codeOf(() => server.pushEvent('add', 1))).toBe('room_closed')
})

test('one game takes no idleGraceMs, which nothing would obey', () => {
  expect(codeOf(() => new Server({ game: field, idleGraceMs: 50 }))).toBe('invalid_argument')
  expect(codeOf(() => new Server({ game: field, idleGraceMs: Number.POSITIVE_INFINITY }))).toBeUndefined()
})

test('a server without a game warns when it runs', async () => {
  const log = new LogBook()
  await new Server({ logger: log }).run({ port: false })
  expect(log.warnings).toEqual([expect.stringContaining('the server has no game')])
})

test('a client with a wrong path gets to know the form of a path', async () => {
  const { joined } = await setRoomStage()
  const client = await joined('/field/1/2')
  expect(refusalOf(client)).toBe('unknown_room')
  expect(client.session.closeInfo?.reason).toContain('/<kind>/<id>, not /field/1/2')
})

test.each([['throws', () => Promise.reject(new Error('a bug')), 'a room cannot be made']])(
  'an onCreate that %s fails the room with room_failed',
  async (_, onCreate, logged) => {
    const { server, joined, log } = await setRoomStage({}, { onCreate })
    expect(refusalOf(await joined('/field/1'))).toBe('room_failed')
    await expect(server.createRoom('field', { id: '2' })).rejects.toMatchObject({ code: 'room_failed' })
    expect([server.rooms.size, new Set(log.errors)]).toEqual([0, new Set([logged])])
  },
)

test('a handler that throws nothing is logged', async () => {
  const { join, pass, log } = await setStage({
    handlers: {
      add: () => {
        throw undefined
      },
    },
  })
  const { client } = join()
  await pass(200)
  void client.send('add', 1).catch(() => {})
  await pass(200)
  expect(log.errors).toEqual(['a handler threw nothing'])
})

test.each([
  [true, 'a bug in onJoin'],
  [false, undefined],
])('with exposeErrors %s a client whose onJoin threw gets the message: %s', async (exposeErrors, message) => {
  const failing: typeof field = {
    ...field,
    onJoin: () => {
      throw new Error('a bug in onJoin')
    },
  }
  const { join, pass } = await setStage({ game: failing, exposeErrors } as never)
  const { client } = join()
  await pass(200)
  const reason = client.session.closeInfo?.reason ?? ''
  expect(reason).toMatch(/^handler_failed: /)
  expect(reason.includes('a bug')).toBe(message !== undefined)
})

test('events of a client that leaves in a pause do not run', async () => {
  const { join, pass, server, store } = await setStage()
  const [{ client: ada }, { client: bob }] = [join(), join()]
  await pass(200)
  server.room.pause()
  void ada.send('add', 5).catch(() => {})
  void bob.send('add', 2).catch(() => {})
  await pass(200)
  server.clients.get(ada.session.clientId!)?.disconnect()
  await pass(200)
  server.room.resume()
  await pass(200)
  expect(store.state.sum).toBe(2)
})

test('the one room of a game goes on with what another process gives it before the first run, and not later', async () => {
  const first = await setStage()
  first.server.pushEvent('add', 7)
  await first.pass(200)
  const exported = first.server.room.export()
  await first.pass(200)
  const bytes = await exported
  const server = new Server({ game: field, clock: first.clock, logger: false })
  await server.import(bytes)
  await server.run({ port: false })
  expect(server.room.store.state.sum).toBe(7)
  await expect(server.import(bytes)).rejects.toMatchObject({ code: 'room_exists' })
})

test('a room that is exported does not wait for ever for its handlers: the event of one that goes on is lost, and does not run again', async () => {
  const { join, pass, server } = await setStage()
  const done: unknown[] = []
  server.registerEventHandler('add', () => new Promise(() => {}))
  const { client } = join()
  await pass(200)
  void client.send('add', 1).catch(() => {})
  await pass(200)
  const exported = server.room.export()
  void exported.then(() => done.push('exported'))
  await pass(1900)
  const { tick } = server.machine
  expect(done).toEqual([])
  await pass(200)
  expect(done).toEqual(['exported'])
  expect(tick).toBeGreaterThan(35)
  const [session] = decodeSnapshot(await exported).sessions
  // it counts as received, and has no outcome
  expect(session!.ledger).toMatchObject({ receivedThrough: 1, awaited: [1] })
})
