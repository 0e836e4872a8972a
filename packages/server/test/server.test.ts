import { inspect } from 'node:util'
import { connect } from '@tygase/client'
import { defineGame, equalStates } from '@tygase/gamestate'
import { createSeededRandom } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { RefusalError, Server } from '../src/index.js'
import { schemaOf } from './support/schema.js'
import { field, quickLink, setStage } from './support/stage.js'

test('a client that brings no join data is refused, and told that it brought none', async () => {
  const joinData = schemaOf((value): value is string => typeof value === 'string')
  const server = new Server({ game: defineGame({ initialState: () => ({}), joinData }), logger: false })
  await server.run({ port: false })
  const text = 'join_invalid: the data of the join: not what it should be'
  await expect(connect(server, {} as never)).rejects.toThrow(new RegExp(`${text}; the client brought none$`))
  await expect(connect(server, { data: 5 as never })).rejects.toThrow(new RegExp(`${text}$`))
  await server.shutdown({ endSessions: true })
})

describe('a mistake of the caller throws at the call', () => {
  test('dispatching before run and after shutdown', async () => {
    const { server } = await setStage()
    await server.shutdown()
    expect(() => server.dispatchEvent('news', 'x')).toThrow(expect.objectContaining({ code: 'not_running' }))
    expect(() => server.openTransport()).toThrow(expect.objectContaining({ code: 'not_running' }))
  })

  test('a handler that is no function, and reserved names', async () => {
    const { server } = await setStage()
    const wrong = expect.objectContaining({ code: 'invalid_argument' })
    expect(() => server.registerEventHandler('add', 5 as never)).toThrow(wrong)
    expect(() => server.registerEventHandler('$shutdown' as 'add', () => {})).toThrow(wrong)
    expect(() => server.dispatchEvent('$game' as 'news', 'x')).toThrow(wrong)
    for (const name of ['onJoin', 'onLeave', 'onSuspend', 'onResume'] as const) {
      expect(() => server.room[name](undefined as never)).toThrow(wrong)
    }
  })

  test.each<[string, unknown]>([
    ['sendEveryTicks', 0],
    ['sendEveryTicks', 1.5],
    ['maxBufferedBytes', -1],
    ['maxSessions', Number.NaN],
    ['maxHandshakes', 0],
    ['maxSessionsPerAddress', 0],
    ['maxHandshakesPerAddress', 2.5],
    ['maxClient', 8],
    ['onjoin', () => {}],
    ['private', 'yes'],
    ['auth', 'me'],
  ])('the option %s of %s', (name, value) => {
    expect(() => new Server({ game: field, [name]: value })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }),
    )
  })

  test.each([
    ['graceMs', -1],
    ['maxEventBytes', Number.NaN],
    ['keepAliveMs', 0],
    ['idleTimeoutMs', 10],
    ['ackTimeoutMs', 0],
  ])('the limit %s of %d, before any client comes', (name, value) => {
    expect(() => new Server({ game: field, limits: { [name]: value } })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }),
    )
  })

  test.each([[{ port: -1 }], [{ port: 65_536 }], [{ port: 1.5 }], [{ timeout: 5 }], [8080], [null]])(
    'run with %j',
    async (options) => {
      await expect(new Server({ game: field }).run(options as never)).rejects.toMatchObject({
        code: 'invalid_argument',
      })
    },
  )

  test.each([[5], [null], [field]])('a server made of %s', (options) => {
    expect(() => new Server(options as never)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })

  test('a server made of a game instead of options, with words that say how it is made', () => {
    expect(() => new Server(field as never)).toThrow('new Server takes { game }, not the game itself')
  })

  test('the members about one game, at a server with rooms', () => {
    const server = new Server()
    const unknown = expect.objectContaining({ code: 'unknown_room' })
    expect(() => server.room).toThrow(unknown)
    expect(() => server.clients).toThrow(unknown)
    expect(() => server.dispatchEvent('news' as never)).toThrow(unknown)
  })

  test('rooms, at a server with one game', async () => {
    const server = new Server({ game: field })
    expect(() => server.define('field', field)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
    await expect(server.createRoom('game')).rejects.toMatchObject({ code: 'room_limit' })
  })
})

test('console.log shows a server by its port, rooms and clients, and a client by its public parts', async () => {
  const { server, join, pass } = await setStage()
  join()
  await pass(500)
  expect(inspect(server)).toBe("{ port: undefined, rooms: [ 'game/game' ], clients: 1 }")
  const client = [...server.clients.values()][0]!
  const { id, isHost } = client
  const shown = { id, userId: undefined, name: undefined, isHost, status: 'connected', room: 'game/game' }
  expect(inspect(client)).toBe(inspect(shown))
})

test('disconnect of a client may be passed around', async () => {
  const { server, join, pass } = await setStage()
  join()
  await pass(500)
  const client = [...server.clients.values()][0]!
  const { disconnect } = client
  disconnect('enough')
  expect(client.closeInfo).toMatchObject({ code: 'kicked', reason: 'enough' })
})

describe('time', () => {
  test('a request costs the round trip and at most one tick', async () => {
    const { clock, join } = await setStage()
    const { client } = join({ ...quickLink, latencyMs: 100 })
    clock.advance(1010)
    const startMs = clock.now()
    let tookMs = Number.NaN
    const sent = client.send('add', 3).then(() => {
      tookMs = clock.now() - startMs
    })
    for (let ms = 0; ms < 300 && Number.isNaN(tookMs); ms++) {
      clock.advance(1)
      await Promise.resolve()
      await Promise.resolve()
      await Promise.resolve()
    }
    await sent
    expect(tookMs).toBeGreaterThanOrEqual(200)
    expect(tookMs).toBeLessThanOrEqual(252)
  })

  test('the machine is run by the server, and stopped by its shutdown', async () => {
    const { clock, machine, server } = await setStage()
    clock.advance(1001)
    expect(machine.tick).toBe(20)
    await server.shutdown()
    expect(machine.running).toBe(false)
  })

  test('a game that was paused stays paused when its server runs again', async () => {
    const { machine, server } = await setStage()
    server.room.pause()
    await server.shutdown()
    await server.run({ port: false })
    expect(machine.running).toBe(false)
    server.room.resume()
    expect(machine.running).toBe(true)
    await server.shutdown()
    expect(() => server.room.resume()).toThrow(expect.objectContaining({ code: 'not_running' }))
  })

  test('nothing is scheduled any more after shutdown', async () => {
    const { clock, server, join } = await setStage()
    const { client } = join()
    clock.advance(500)
    await server.shutdown({ endSessions: true })
    clock.advance(5000)
    expect(client.session.status).toBe('closed')
    expect(clock.pending).toBe(0)
  })

  test('while the game is paused clients know it, events of the server arrive, and sessions stay alive', async () => {
    const { clock, machine, server, join } = await setStage()
    const { client } = join()
    clock.advance(500)
    machine.stop()
    server.dispatchEvent('news', 'tea')
    clock.advance(60_000)
    expect(client.heard).toEqual(['tea'])
    expect(client.session.status).toBe('connected')
    expect(client.events.at(1)).toMatchObject({ name: '$game', data: { running: false } })
  })

  test.each([1, 3])(
    'with sendEveryTicks %d that many ticks lie between two versions that arrive',
    async (sendEveryTicks) => {
      const { clock, machine, server, join } = await setStage({ sendEveryTicks })
      machine.onTick(() => server.pushEvent('add', 1))
      const { client } = join()
      clock.advance(3000)
      const steady = client.states.slice(3)
      expect(steady.length).toBeGreaterThan(10)
      for (const { version, base } of steady) expect(version - (base ?? 0)).toBe(sendEveryTicks)
    },
  )
})

describe('sessions', () => {
  test('joins and leaves reach the rules, hooks are called once each [M1]', async () => {
    const { clock, server, store, join } = await setStage()
    const told: string[] = []
    server.room.onJoin(({ id: clientId }) => told.push(`connect ${clientId}`))
    server.room.onLeave(({ id: clientId }, info) => told.push(`disconnect ${clientId} ${info?.code}`))
    const { client } = join()
    clock.advance(200)
    const { clientId } = client.session
    expect([...store.state.here.keys()]).toEqual([clientId])
    expect([...server.clients.keys()]).toEqual([clientId])
    client.session.close('disconnected', '', clock.now())
    clock.advance(200)
    expect(store.state.here.size).toBe(0)
    expect(server.clients.size).toBe(0)
    expect(told).toEqual([`connect ${clientId}`, `disconnect ${clientId} disconnected`])
  })

  test('a client whose link is cut resumes its session, and events dispatched meanwhile come once, in order', async () => {
    const { clock, server, dial, join } = await setStage()
    const told: string[] = []
    server.room.onSuspend(() => told.push('suspend'))
    server.room.onResume(() => told.push('resume'))
    server.room.onLeave(() => told.push('disconnect'))
    const { client, link } = join()
    clock.advance(500)
    const [connection] = server.clients.values()
    link.cut()
    clock.advance(500)
    expect(connection?.status).toBe('suspended')
    for (const text of ['one', 'two', 'three']) server.dispatchEvent('news', text)
    clock.advance(500)
    client.attach(dial().ends[0])
    clock.advance(500)
    expect(server.clients.get(client.session.clientId ?? '')).toBe(connection)
    expect(connection?.status).toBe('connected')
    expect(client.heard).toEqual(['one', 'two', 'three'])
    expect(told).toEqual(['suspend', 'resume'])
  })

  test('a client that vanishes without a word is suspended when idle, then gone when its grace time is over [P45]', async () => {
    const { clock, server, store, join } = await setStage({ limits: { idleTimeoutMs: 2000, graceMs: 3000 } })
    const told: string[] = []
    server.room.onSuspend((_connection, info) => told.push(`suspend ${info?.code}`))
    server.room.onLeave((_connection, info) => told.push(`disconnect ${info?.code}`))
    const { link } = join()
    clock.advance(500)
    link.conditions = { ...quickLink, latencyMs: 1e6 }
    clock.advance(2200)
    expect(told).toEqual(['suspend idle'])
    clock.advance(3200)
    expect(told).toEqual(['suspend idle', 'disconnect grace_over'])
    expect(store.state.here.size).toBe(0)
  })

  test('events that a client has not acked when it goes for good fail, once each', async () => {
    const { clock, server, join } = await setStage()
    const { client } = join()
    clock.advance(200)
    const failed: string[] = []
    const onFail = (_connection: unknown, { code }: { code: string }): number => failed.push(code)
    client.answer = () => undefined
    server.dispatchEvent('news', 'x', { retries: Number.POSITIVE_INFINITY, onFail })
    server.clients.get(client.session.clientId ?? '')?.disconnect('out')
    clock.advance(200)
    expect(failed).toEqual(['session_closed'])
    expect(client.statuses.at(-1)).toMatchObject(['closed', { code: 'kicked', reason: 'out', byPeer: true }])
  })
})

describe('a mistake of one client harms no other client', () => {
  test.each([
    ['garbage', Uint8Array.of(255, 255, 255)],
    ['half a message', Uint8Array.of(7, 1)],
    ['an empty packet', new Uint8Array(0)],
  ])('%s after the hello', async (_case, bytes) => {
    const { clock, server, join } = await setStage()
    const good = join().client
    const bad = join().client
    clock.advance(300)
    bad.sendRaw(bytes)
    clock.advance(300)
    const answer = good.send('add', 2)
    clock.advance(300)
    expect(await answer).toBe(2)
    expect(good.session.status).toBe('connected')
    if (bytes.length > 0) expect(server.clients.has(bad.session.clientId ?? '')).toBe(false)
  })

  test('a payload that cannot be read ends the session as malformed', async () => {
    const { clock, server, join } = await setStage()
    const { client } = join()
    clock.advance(300)
    client.session.send('add', Uint8Array.of(0x16), {}, clock.now())
    client.flush()
    clock.advance(300)
    expect(client.statuses.at(-1)).toMatchObject(['closed', { code: 'malformed', byPeer: true }])
    expect(server.clients.size).toBe(0)
  })

  test('hooks and handlers that throw are logged, and the game goes on [M32]', async () => {
    const { clock, log, server, join } = await setStage()
    const bang = (): never => {
      throw new Error('bang')
    }
    server.room.onJoin(bang)
    server.registerEventHandler('add', bang)
    const { client } = join()
    clock.advance(300)
    const answer = client.send('add', 1)
    clock.advance(300)
    await expect(answer).rejects.toMatchObject({ code: 'event_refused', refusal: { code: 'handler_failed' } })
    expect(log.errors).toEqual(['a listener of onJoin failed', 'a handler failed'])
    expect(client.session.status).toBe('connected')
  })

  test('names that begin with $ are unknown to clients, except for their own', async () => {
    const { clock, server, join } = await setStage()
    const { client } = join()
    clock.advance(300)
    const answer = client.send('$game', {})
    clock.advance(300)
    await expect(answer).rejects.toMatchObject({ refusal: { code: 'event_unknown' } })
    expect(server.counters.get('eventsUnknown')).toBe(1)
  })
})

describe('over a link that loses, doubles and reorders', () => {
  test.each([1, 2, 3])('replicas converge and every event is handled once, in order (seed %d)', async (seed) => {
    const { clock, machine, server, store, join } = await setStage()
    const bad = {
      ...quickLink,
      latencyMs: 100,
      jitterMs: 50,
      loss: 0.1,
      duplicate: 0.05,
      reorder: 0.05,
      reliable: false,
    }
    const random = createSeededRandom(seed)
    const clients = [join(bad).client, join(bad).client, join(bad).client]
    clock.advance(3000)
    const sent = clients.map(() => 0)
    for (let round = 0; round < 60; round++) {
      const at = Math.floor(random() * clients.length)
      sent[at]!++
      void clients[at]!.send('add', 1, Number.POSITIVE_INFINITY)
      if (round % 10 === 0) server.dispatchEvent('news', `${round}`, { retries: Number.POSITIVE_INFINITY })
      clock.advance(random() * 60)
    }
    clock.advance(5000)
    expect(store.state.sum).toBe(60)
    machine.stop()
    clock.advance(3000)
    for (const client of clients) {
      expect(client.session.status).toBe('connected')
      expect(equalStates(client.store?.state, store.state)).toBe(true)
      expect(client.heard.filter((data) => typeof data === 'string')).toEqual(['0', '10', '20', '30', '40', '50'])
    }
  })

  test('an event of a rule waits for the version of its tick', async () => {
    const { clock, join } = await setStage()
    const bad = { ...quickLink, latencyMs: 30, loss: 0.3, reliable: false }
    const { client } = join(bad)
    clock.advance(3000)
    for (let i = 0; i < 30; i++) {
      void client.send('add', 1, 20)
      clock.advance(200)
    }
    clock.advance(3000)
    const added = client.events.filter(({ name }) => name === 'added')
    expect(added.length).toBeGreaterThan(5)
    for (const { atVersion } of added) expect(atVersion).toBeGreaterThan(0)
  })
})

test('a rule may address a client that has left: nothing happens', async () => {
  const { clock, log, join } = await setStage()
  const { client } = join()
  clock.advance(300)
  const answer = client.send('whisper', 'nobody')
  clock.advance(300)
  await answer
  expect(log.errors).toEqual([])
})

test('a handler cannot be for a name that no event can have', async () => {
  const { server } = await setStage()
  const register = (name: string) => server.registerEventHandler(name as never, () => undefined)
  expect(() => register('x'.repeat(129))).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining('129 characters') }),
  )
  expect(() => register('x'.repeat(128))).not.toThrow()
})

test('a handler is the only one until it is off, and its refusal keeps the event from the rules', async () => {
  const { clock, server, store, join } = await setStage()
  const off = server.registerEventHandler('add', () => 'first')
  const second = (): never => {
    throw new RefusalError('closed', 'come back tomorrow')
  }
  expect(() => server.registerEventHandler('add', second)).toThrow(expect.objectContaining({ code: 'handler_exists' }))
  off()
  off()
  server.registerEventHandler('add', second)
  const { client } = join()
  clock.advance(300)
  const answer = client.send('add', 5)
  clock.advance(300)
  await expect(answer).rejects.toMatchObject({ refusal: { code: 'closed', message: 'come back tomorrow' } })
  expect(store.state.sum).toBe(0)
})

test('one line says where the server runs, and which rooms it has', async () => {
  const { server, log } = await setStage()
  await server.shutdown()
  await server.run({ hostname: '127.0.0.1', path: '/play' })
  const { port } = server
  expect(log.infos.at(-1)).toBe(`the server runs at ws://127.0.0.1:${port}/play (game)`)
  await server.shutdown({ drainMs: 0 })
  expect(server.port).toBeUndefined()
})
