import { defineGame, equalStates } from '@tygase/gamestate'
import type { Transport } from '@tygase/protocol'
import { createSeededRandom, SimulatedLink, VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { Server } from '../src/index.js'
import { LogBook, quickLink, setStage } from './support/stage.js'
import { VirtualClient } from './support/virtual-client.js'

const silence = { ...quickLink, latencyMs: 1e9 }

/** A game that writes down what happens, in order. */
function setScript() {
  const clock = new VirtualClock()
  const told: string[] = []
  const game = defineGame({
    initialState: () => ({ steps: 0 }),
    tickRate: 10,
    timeStep: (state, dt) => {
      state.steps++
      told.push(`step ${dt.toFixed(3)}`)
    },
    events: (on) => ({ say: on(() => void told.push('message')) }),
  })
  const server = new Server({ game, clock, random: createSeededRandom(5) })
  server.room.onJoin(() => told.push('connect'))
  server.room.onLeave(() => told.push('disconnect'))
  return { clock, told, server }
}

test('the life of a server: it starts, clients connect, send, and leave once, steps take their time, and it shuts down last [M1]', async () => {
  const { clock, told, server } = setScript()
  await server.run({ port: false })
  told.push('running')
  const link = new SimulatedLink(clock, createSeededRandom(1), quickLink)
  server.acceptTransport(link.ends[1])
  const client = new VirtualClient(clock, link.ends[0])
  clock.advance(150)
  void client.send('say')
  void client.send('say')
  clock.advance(100)
  client.session.close('disconnected', '', clock.now())
  clock.advance(1000)
  await server.shutdown()
  told.push('shut down')
  const steps = told.filter((what) => what.startsWith('step'))
  expect(new Set(steps)).toEqual(new Set(['step 0.100']))
  expect(steps.length).toBe(12)
  expect(told.filter((what) => !what.startsWith('step'))).toEqual([
    'running',
    'connect',
    'message',
    'message',
    'disconnect',
    'shut down',
  ])
  expect(told.at(0)).toBe('running')
  clock.advance(1000)
  expect(told.at(-1)).toBe('shut down')
})

describe('the id of a client', () => {
  test('is unlike all others and stays through a resume [M4]', async () => {
    const { clock, server, dial, join } = await setStage()
    const clients = Array.from({ length: 20 }, () => join())
    clock.advance(200)
    const ids = clients.map(({ client }) => client.session.clientId)
    expect(new Set(ids).size).toBe(20)
    expect(ids.every((id) => /^[0-9a-z]{8}$/.test(id ?? ''))).toBe(true)
    const { client, link } = clients[0]!
    link.cut()
    clock.advance(200)
    client.attach(dial().ends[0])
    clock.advance(200)
    expect(client.session.clientId).toBe(ids[0])
    expect(server.clients.size).toBe(20)
  })

  test('comes with each event to the handler, and events of one client come in their order [M4]', async () => {
    const { clock, server, join } = await setStage()
    const heard: unknown[] = []
    server.registerEventHandler('add', (amount, { id }) => void heard.push([id, amount]))
    const { client } = join()
    clock.advance(200)
    for (let i = 0; i < 10; i++) void client.send('add', i)
    clock.advance(200)
    expect(heard).toEqual(Array.from({ length: 10 }, (_, i) => [client.session.clientId, i]))
  })
})

test.each([
  ['hello', 'client'],
  ['welcome', 'server'],
] as const)('a %s that gets lost is sent again, and the client connects [M10]', async (_what, from) => {
  const { clock, server, newLink } = await setStage()
  const link = newLink({ ...quickLink, reliable: false })
  const [clientEnd, serverEnd] = link.ends
  server.acceptTransport(from === 'server' ? losingFirst(serverEnd) : serverEnd)
  const client = new VirtualClient(clock, from === 'client' ? losingFirst(clientEnd) : clientEnd)
  clock.advance(1500)
  expect(client.session.status).toBe('connected')
  expect(server.clients.size).toBe(1)
})

/** The same end, but the first packet that it is given never leaves. */
function losingFirst(end: Transport): Transport {
  let isFirst = true
  const send = end.send.bind(end)
  end.send = (bytes) => {
    if (!isFirst) send(bytes)
    isFirst = false
  }
  return end
}

describe('a client that has nothing to say', () => {
  test.each([
    [1000, 5000],
    [300, 900],
  ])(
    'is heard of once in %d ms at least and stays for more than ten times the %d ms after which it would be idle [M27]',
    async (keepAliveMs, idleTimeoutMs) => {
      const { clock, machine, server, join } = await setStage({ limits: { keepAliveMs, idleTimeoutMs } })
      machine.stop()
      const { client } = join()
      clock.advance(2000)
      const [connection] = server.clients.values()
      const before = connection?.stats.packetsIn ?? 0
      clock.advance(idleTimeoutMs * 12)
      const heard = (connection?.stats.packetsIn ?? 0) - before
      // on its way and looked at every 10 ms, so a little later than every keepAliveMs
      expect(heard).toBeGreaterThanOrEqual(Math.floor((idleTimeoutMs * 12) / (keepAliveMs + 20)))
      expect([connection?.status, client.session.status]).toEqual(['connected', 'connected'])
    },
  )
})

describe('a client from which nothing comes any more', () => {
  test.each([
    [5000, 30_000, {}],
    [2000, 700, { idleTimeoutMs: 2000, graceMs: 700 }],
    [600, 0, { idleTimeoutMs: 600, graceMs: 0, keepAliveMs: 100 }],
  ])(
    'is suspended after %d ms and gone after %d ms more, each reported once, as the options say [P45] [M28]',
    async (idleTimeoutMs, graceMs, limits) => {
      const { clock, server, join } = await setStage({ limits })
      const told: [what: string, atMs: number][] = []
      server.room.onSuspend(() => told.push(['suspend', clock.now()]))
      server.room.onLeave(() => told.push(['disconnect', clock.now()]))
      const { link } = join()
      clock.advance(3000)
      const sinceMs = clock.now()
      link.conditions = silence
      clock.advance(60_000)
      expect(told.map(([what]) => what)).toEqual(['suspend', 'disconnect'])
      // the last packet may be a keep-alive old, and timers are looked at once a tick
      const [suspended, gone] = told.map(([, atMs]) => atMs - sinceMs)
      expect(suspended).toBeGreaterThan(idleTimeoutMs - 1100)
      expect(suspended).toBeLessThanOrEqual(idleTimeoutMs + 100)
      expect((gone ?? 0) - (suspended ?? 0)).toBeGreaterThanOrEqual(graceMs)
      expect((gone ?? 0) - (suspended ?? 0)).toBeLessThanOrEqual(graceMs + 100)
      expect(server.clients.size).toBe(0)
    },
  )

  test('and goes on if it comes back in time, with the current state [P45]', async () => {
    const { clock, server, store, dial, join } = await setStage()
    const told: string[] = []
    server.room.onSuspend(() => told.push('suspend'))
    server.room.onResume(() => told.push('resume'))
    server.room.onLeave(() => told.push('disconnect'))
    const { client, link } = join()
    clock.advance(500)
    link.conditions = silence
    clock.advance(8000)
    server.pushEvent('add', 5)
    client.attach(dial().ends[0])
    clock.advance(500)
    expect(told).toEqual(['suspend', 'resume'])
    expect(equalStates(client.store?.state, store.state)).toBe(true)
    expect(store.state.sum).toBe(5)
  })
})

test('a client is connecting, connected, suspended when the server dies, disconnecting and closed, in the right cases [M31]', async () => {
  const { clock, dial, newLink } = await setStage()
  const link = dial()
  const client = new VirtualClient(clock, link.ends[0])
  expect(client.session.status).toBe('connecting')
  clock.advance(100)
  expect(client.session.status).toBe('connected')
  link.cut()
  clock.advance(100)
  expect(client.session.status).toBe('suspended')
  client.attach(dial().ends[0])
  clock.advance(100)
  expect(client.session.status).toBe('connected')
  client.session.close('disconnected', '', clock.now())
  expect(client.session.status).toBe('disconnecting')
  client.flush()
  expect(client.session.status).toBe('closed')

  // nobody at the other end
  const alone = new VirtualClient(clock, newLink(quickLink).ends[0])
  clock.advance(3000)
  expect(alone.statuses.at(-1)).toMatchObject(['closed', { code: 'handshake_timeout' }])
})

test('whatever throws, each hook, handler or callback: it is logged, the others are called, and the game goes on [M32]', async () => {
  const { clock, log, server, dial, join } = await setStage()
  const called: string[] = []
  const bang = (name: string) => (): never => {
    called.push(name)
    throw new Error('bang')
  }
  server.room.onJoin(bang('onJoin'))
  server.room.onSuspend(bang('onSuspend'))
  server.room.onResume(bang('onResume'))
  server.room.onLeave(bang('onLeave'))
  server.room.onLeave(() => called.push('the one behind'))
  const { client, link } = join()
  const other = join().client
  clock.advance(200)
  server.dispatchEvent('news', 'x', { to: client.session.clientId!, onAck: bang('onAck') })
  clock.advance(200)
  client.answer = () => ({ kind: 'refused', code: 'no', message: '' })
  server.dispatchEvent('news', 'x', { to: client.session.clientId!, onFail: bang('onFail') })
  clock.advance(200)
  link.cut()
  clock.advance(200)
  client.attach(dial().ends[0])
  clock.advance(200)
  server.clients.get(client.session.clientId!)?.disconnect()
  clock.advance(200)
  const names = ['onJoin', 'onAck', 'onFail', 'onSuspend', 'onResume', 'onLeave']
  expect(called.filter((name) => name !== 'onJoin')).toEqual([...names.slice(1), 'the one behind'])
  expect(called.filter((name) => name === 'onJoin').length).toBe(2)
  expect(log.errors.length).toBe(called.length - 1)
  const answer = other.send('add', 2)
  clock.advance(200)
  expect(await answer).toBe(2)
})

test('counts match a scripted run exactly, and the round-trip time is right within a tenth [M33]', async () => {
  const { clock, server, machine, join } = await setStage({ logger: new LogBook() })
  machine.stop()
  const { client } = join({ ...quickLink, latencyMs: 50 })
  clock.advance(3000)
  const [connection] = server.clients.values()
  const before = { ...connection!.stats }
  for (let i = 0; i < 7; i++) void client.send('unheard of')
  for (let i = 0; i < 5; i++) server.dispatchEvent('news', `${i}`)
  clock.advance(1000)
  const { eventsIn, eventsOut, eventsDuplicate, eventsLost, eventsResent } = connection!.stats
  expect({ eventsIn: eventsIn - before.eventsIn, eventsOut: eventsOut - before.eventsOut }).toEqual({
    eventsIn: 7,
    eventsOut: 5,
  })
  expect([eventsDuplicate, eventsLost, eventsResent]).toEqual([0, 0, 0])
  expect(server.stats).toMatchObject({ eventsUnknown: 7, refusedTransports: 0, blocked: 0, refusedOrigins: 0 })
  expect(connection!.stats.packetsIn).toBe(client.session.counters.get('packetsOut'))
  // what the server has sent is what the client has received, state included
  const { packetsOut, bytesOut, stateBytes } = connection!.stats
  expect([packetsOut, bytesOut]).toEqual(
    (['packetsIn', 'bytesIn'] as const).map((name) => client.session.counters.get(name)),
  )
  expect(stateBytes).toBeGreaterThan(0)
  expect(server.counters.get('bytesOut')).toBe(bytesOut)
  expect(connection?.rttMs).toBeGreaterThan(90)
  expect(connection?.rttMs).toBeLessThan(110)
})

test('when many leave in one turn, and each of them was host, the others get the new host once', async () => {
  const { clock, server, join } = await setStage()
  const clients = Array.from({ length: 6 }, () => join().client)
  clock.advance(500)
  const last = clients.at(-1)!
  const before = last.events.length
  for (const { id: clientId } of [...server.clients.values()].slice(0, 4)) server.clients.get(clientId)?.disconnect()
  clock.advance(500)
  const news = last.events.slice(before).filter(({ name }) => name === '$game')
  expect(news.map(({ data }) => data)).toEqual([expect.objectContaining({ host: server.hostClient })])
  expect(server.clients.size).toBe(2)
})

test('a shutdown cuts no connection before its client has been sent the reason, however long a hook takes', async () => {
  const ended: string[] = []
  let release = (): void => {}
  let isSlow = false
  const onShutdown = async (): Promise<void> => {
    if (isSlow) await new Promise<void>((resolve) => (release = resolve))
  }
  const { server, join, pass } = await setStage({ onShutdown })
  await server.shutdown()
  const listener = { listen: async () => ({ url: 'paper:' }), close: async () => void ended.push('the port is closed') }
  await server.run({ port: false, listeners: [listener] })
  isSlow = true
  join()
  await pass(200)
  server.room.onSuspend(() => ended.push('the client is told'))
  const down = server.shutdown({ reason: 'tidying up' })
  await pass(4000)
  expect(ended).toEqual([])
  release()
  await pass(100)
  await down
  expect(ended).toEqual(['the client is told', 'the port is closed'])
})
