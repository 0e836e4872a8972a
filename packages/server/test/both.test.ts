import { connect } from '@tygase/client'
import { EntityMap } from '@tygase/gamestate'
import { createTransportPair, type Transport } from '@tygase/protocol/internal'
import { memoryStorage } from '@tygase/storage'
import { describe, expect, test } from 'vitest'
import { type Auth, BlockList, type Client, RefusalError } from '../src/index.js'
import { type Arena, arena, auth, type Connected, kinds, setUp } from './support/arena-stage.js'

describe.each(kinds)('a server with %s', (kind) => {
  test('lets a client in: its own row is there when connect resolves, and events go both ways', async () => {
    const { join, room, settle, log } = await setUp(kind)
    const ada = await join({ data: { name: '  Ada ' } })
    expect(ada.state.players.get(ada.clientId)).toEqual({ name: 'Ada', gold: 0 })
    expect([...room().clients.keys()]).toEqual([ada.clientId])
    expect(room().clients.get(ada.clientId)?.data).toEqual({ name: 'Ada' })
    expect(await settle(ada.request('pay', { gold: 5 }))).toBe(5)
    expect(await settle(ada.request('whoAmI'))).toEqual({ userId: null, name: null, isHost: true, data: 'Ada' })
    expect(log.errors).toEqual([])
  })

  test('sends what onJoin dispatches to the client that joins', async () => {
    const { enter, pass } = await setUp(kind)
    const heard: string[] = []
    const entered = enter().then((ada) => void ada.registerEventHandler('news', (text) => void heard.push(text)))
    await pass(300)
    await entered
    await pass(100)
    expect(heard).toEqual(['welcome Ada'])
  })

  test.each([
    ['rejects', 'banned', 'banned'],
    ['throws', 'broken', 'handler_failed'],
  ])('refuses a client whose onJoin %s: no seat, no state, no onLeave, no hook', async (_, name, code) => {
    const calls: string[] = []
    const { refused, room, join } = await setUp(kind, {
      maxClients: 1,
      onJoin: ({ data }) => void calls.push(`join ${(data as { name: string }).name}`),
      onLeave: () => void calls.push('leave'),
    })
    expect(await refused({ data: { name } })).toBe(code)
    expect([room().clients.size, room().isOpen, room().store.version]).toEqual([0, true, 0])
    await join()
    expect(calls).toEqual(['join Ada'])
  })

  test('runs joins and leaves at once while the game is paused, and its events afterwards', async () => {
    const { join, room, pass, settle } = await setUp(kind)
    const ada = await join()
    room().pause()
    const eve = await join({ data: { name: 'Eve' } })
    expect(ada.state.players.size).toBe(1)
    expect(eve.state.players.get(eve.clientId)?.name).toBe('Eve')
    expect([ada.gameRunning, eve.gameRunning]).toEqual([false, false])
    let isPaid = false
    const paid = eve.request('pay', { gold: 1 }).then(() => {
      isPaid = true
    })
    await pass(500)
    expect(isPaid).toBe(false)
    await settle(ada.disconnect())
    expect(room().store.state.players.size).toBe(1)
    room().resume()
    await settle(paid)
    expect([isPaid, eve.gameRunning]).toEqual([true, true])
  })

  test('moves no game time with joins and leaves in a pause, nor after it', async () => {
    const { join, room, pass, settle } = await setUp(kind)
    const ada = await join()
    await pass(1000)
    room().pause()
    await pass(200)
    const [machineTime, clientTime, tick] = [room().machine.time, ada.time, room().machine.tick]
    for (let i = 0; i < 10; i++) {
      const eve = await join({ data: { name: 'Eve' } })
      expect(eve.time).toBe(machineTime)
      await settle(eve.disconnect())
    }
    expect([room().machine.time, ada.time]).toEqual([machineTime, clientTime])
    expect(room().machine.tick).toBe(tick + 20)
    room().resume()
    await pass(5000)
    expect(Math.abs(ada.time - room().machine.time)).toBeLessThan(0.1)
    room().pause()
    room().machine.step()
    await pass(200)
    expect(Math.abs(ada.time - room().machine.time)).toBeLessThan(0.1)
  })

  test('finds the user of a client, and refuses one that it does not believe', async () => {
    const { join, refused, room, settle } = await setUp(kind, { auth })
    const ada = await join({ credentials: 'ada' })
    expect(await settle(ada.request('whoAmI'))).toMatchObject({ userId: 'ada', name: 'the ada' })
    expect(room().clients.get(ada.clientId)).toMatchObject({
      userId: 'ada',
      name: 'the ada',
      identity: { userId: 'ada' },
    })
    expect(await refused({ credentials: 'bad' })).toBe('wrong_password')
  })

  test('lets auth take its time, and no more', async () => {
    const slow: Auth = () => new Promise(() => {})
    const { refused, room } = await setUp(kind, { auth: slow, authTimeoutMs: 500 })
    expect(await refused()).toBe('auth_timeout')
    expect(room().clients.size).toBe(0)
  })

  test('ends the older session of a user that joins again, if the newest counts', async () => {
    const { join, room } = await setUp(kind, { auth, sessionsPerUser: 'newest' })
    const first = await join({ credentials: 'ada', reconnect: false })
    const second = await join({ credentials: 'ada' })
    expect([first.status, second.status, room().clients.size]).toEqual(['closed', 'connected', 1])
    expect(first.closeInfo?.code).toBe('kicked')
  })

  test('ends a session when the identity of its user expires', async () => {
    const expiring: Auth = () => ({ userId: 'ada', expiresAtMs: Date.now() + 3000 })
    const { join, pass } = await setUp(kind, { auth: expiring })
    const ada = await join({ reconnect: false })
    await pass(2000)
    expect(ada.status).toBe('connected')
    await pass(2000)
    expect(ada.closeInfo).toMatchObject({ code: 'kicked', reason: expect.stringMatching(/^identity_expired: /) })
  })

  test('ends it within a minute after the time of day has jumped, and in time if that is set back', async () => {
    let dayMs = 0
    const wallClock = { now: () => dayMs }
    const expiring: Auth = () => ({ userId: 'ada', expiresAtMs: dayMs + 100_000 })
    const { join, pass } = await setUp(kind, { auth: expiring, wallClock })
    const ada = await join({ reconnect: false })
    const bob = await join({ reconnect: false })
    dayMs -= 3_600_000
    await pass(90_000)
    expect([ada.status, bob.status]).toEqual(['connected', 'connected'])
    await pass(20_000)
    expect([ada.status, bob.status]).toEqual(['closed', 'closed'])
    const eve = await join({ reconnect: false })
    dayMs += 3_600_000
    await pass(61_000)
    expect(eve.closeInfo?.code).toBe('kicked')
  })

  test('keeps seats for tickets, in a full and locked room', async () => {
    const { join, refused, room } = await setUp(kind, { maxClients: 2 })
    const { ticket } = room().reserve()
    await join()
    expect(await refused()).toBe('room_full')
    room().lock()
    expect(await refused()).toBe('room_locked')
    const eve = await join({ ticket, data: { name: 'Eve' } })
    expect(eve.state.players.get(eve.clientId)?.name).toBe('Eve')
    expect(await refused({ ticket })).toBe('ticket_unknown')
    room().unlock()
  })

  test('sends each client the members of its room, and which of them are connected', async () => {
    const { join, settle, server, pass } = await setUp(kind, { auth })
    const [ada, bob] = [await join({ credentials: 'ada' }), await join({ credentials: 'bob' })]
    const users = (): unknown[] => [...ada.members.values()].map(({ userId, connected }) => [userId, connected])
    expect(users()).toEqual([
      ['ada', true],
      ['bob', true],
    ])
    await settle(bob.disconnect())
    expect(users()).toEqual([['ada', true]])
    expect(server.running).toBe(true)
    await pass(10)
  })

  test('calls hooks once each, in their order, with the room and the client', async () => {
    const calls: unknown[] = []
    const { join, settle, server, room } = await setUp(kind, {
      onCreate: ({ status, clients }) => void calls.push(['create', status, clients.size]),
      onJoin: ({ id, room: { clients } }) => void calls.push(['join', clients.has(id)]),
      onLeave: ({ room: { clients } }, info) => void calls.push(['leave', clients.size, info?.code]),
      onShutdown: () => void calls.push(['shutdown']),
    })
    const added: string[] = []
    room().onJoin(() => added.push('join'))
    room().onLeave(() => added.push('leave'))
    const ada = await join()
    await settle(ada.disconnect())
    await settle(server.shutdown({ endSessions: true }))
    expect(calls).toEqual([['create', 'opening', 0], ['join', true], ['leave', 0, 'disconnected'], ['shutdown']])
    expect(added).toEqual(['join', 'leave'])
  })

  test('stops nothing if hooks, handlers and subscribers throw or reject', async () => {
    const fail = (): never => {
      throw new Error('a bug')
    }
    const reject = async (): Promise<never> => fail()
    const { join, settle, room, log } = await setUp(kind, {
      onJoin: fail,
      onLeave: reject as never,
      onTick: fail,
    })
    room().store.subscribe(reject as never)
    room().machine.onTick(reject as never)
    room().onJoin(reject as never)
    const [ada, bob] = [await join(), await join()]
    await settle(bob.disconnect())
    expect(await settle(ada.request('pay', { gold: 2 }))).toBe(2)
    const refusal = await settle(ada.request('bug').catch((error) => error))
    expect(refusal.code).toBe('handler_failed')
    expect(refusal.message).toMatch(/a bug/)
    expect(log.errors.length).toBeGreaterThan(4)
  })

  test('has one handler for an event, which gets what the schema returned and may answer null', async () => {
    const got: unknown[] = []
    const { join, settle, room } = await setUp(kind, {
      handlers: {
        pay: (data, client: Client) => {
          got.push([data, client.id])
          if (data.gold > 10) throw new RefusalError('too_much', 'ten is enough')
          return data.gold === 0 ? null : undefined
        },
      },
    })
    const ada = await join()
    expect(await settle(ada.request('pay', { gold: 0, note: ' hi ', isAdmin: true } as never))).toBe(null)
    expect(await settle(ada.request('pay', { gold: 3 }))).toBe(3)
    expect(await settle(ada.request('pay', { gold: 30 }).catch((error) => error.code))).toBe('too_much')
    expect(got[0]).toEqual([{ gold: 0, note: 'hi' }, ada.clientId])
    expect(() => room().registerEventHandler('pay', () => 1)).toThrow(
      expect.objectContaining({ code: 'handler_exists' }),
    )
    expect(() => room().registerEventHandler('reward' as 'pay', () => 1)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })

  test('lets only its own code send an event that is declared from the server', async () => {
    const { join, settle, room, pass } = await setUp(kind)
    const ada = await join()
    const asked = ada.request('reward' as never, { id: ada.clientId, gold: 100 } as never)
    const refusal = await settle(asked.catch((error: { code: string; message: string }) => error) as never)
    expect(refusal).toMatchObject({
      code: 'event_unknown',
      message: expect.stringMatching(/^there is no event 'reward' that a client may send; there are (?!.*reward)/),
    })
    room().pushEvent('reward', { id: ada.clientId, gold: 7 })
    await pass(200)
    expect(ada.state.players.get(ada.clientId)?.gold).toBe(7)
  })

  test('has channels that clients subscribe to', async () => {
    const { join, settle, room } = await setUp(kind)
    room().channels.create('chat')
    const [ada, bob] = [await join(), await join()]
    const heard: unknown[] = []
    await settle(ada.channels.subscribe('chat', ({ data, from }) => void heard.push([data, from])))
    await settle(bob.channels.subscribe('chat', () => {}))
    await settle(bob.channels.publish('chat', 'hello'))
    room().channels.publish('chat', 'from the house')
    await settle(Promise.resolve())
    expect(heard).toEqual([
      ['hello', bob.clientId],
      ['from the house', undefined],
    ])
  })

  test.each([
    [{ maxClients: 2 }, 'room_full'],
    [{ maxSessions: 2 }, 'server_full'],
  ])('takes no more clients than %j', async (limit, code) => {
    const { join, refused, settle } = await setUp(kind, limit)
    const [ada] = [await join(), await join()]
    expect(await refused()).toBe(code)
    await settle(ada!.disconnect())
    expect(await refused()).toBeUndefined()
  })

  test('counts sessions by address, and ends those of an address that is blocked', async () => {
    const blockList = new BlockList()
    const { settle, server, room, clock, log } = await setUp(kind, { maxSessionsPerAddress: 1, blockList })
    const enterFrom = (host: string): Promise<Connected> => {
      const openTransport = (): Transport => {
        const [own, clients] = createTransportPair((deliver) => void clock.schedule(0, deliver))
        server.acceptTransport(Object.assign(own, { clientAddress: { host, port: 1 } }))
        return clients
      }
      const address = { openTransport, path: kind === 'one game' ? '/' : '/arena/1' }
      const options = { clock, logger: log, reconnect: false, timeoutMs: 800, data: { name: 'Ada' } } as const
      return connect<typeof arena>(address, options)
    }
    const ada = await settle(enterFrom('192.0.2.1'))
    const refused = enterFrom('192.0.2.1').catch((error) => error.closeInfo?.code)
    expect(await settle(refused, 1000)).toBe('too_many_sessions')
    expect(room().clients.size).toBe(1)
    await settle(enterFrom('192.0.2.2'))
    blockList.add('192.0.2.1')
    await settle(Promise.resolve())
    expect([ada.status, room().clients.size]).toEqual(['closed', 1])
  })

  test('lists its room with metadata, and not if it is private', async () => {
    const { join, server, room, pass } = await setUp(kind, { metadata: { map: 'lava' }, maxClients: 4 })
    const ada = await join()
    const { kind: name, id } = room()
    expect(server.listRooms()).toEqual([
      {
        ...{ kind: name, id, clients: 1, maxClients: 4, locked: false, open: true },
        ...{ metadata: { map: 'lava' }, madeAtMs: expect.any(Number) },
      },
    ])
    expect(ada.room).toMatchObject({ kind: name, id, maxClients: 4, metadata: { map: 'lava' } })
    room().metadata = { map: 'ice' }
    await pass(200)
    expect(ada.room.metadata).toEqual({ map: 'ice' })
    expect(server.listRooms({ where: { map: 'ice' }, open: true }).length).toBe(1)
    room().isPrivate = true
    expect(server.listRooms()).toEqual([])
  })

  test.each([
    [undefined, 'not_host_client', true],
    ['server', undefined, false],
  ] as const)('is shut down by its host client if hostShutsDown is %s', async (hostShutsDown, code, runs) => {
    const { join, settle, server, pass } = await setUp(kind, hostShutsDown === undefined ? {} : { hostShutsDown })
    const [host, guest] = [await join({ reconnect: false }), await join({ reconnect: false })]
    const asked = host.disconnect({ shutdownServer: true }).then(
      () => undefined,
      (error) => error.refusal?.code ?? error.code,
    )
    expect(await settle(asked, 1000)).toBe(code)
    await pass(500)
    expect(server.running).toBe(runs)
    expect(guest.status).toBe(runs ? 'connected' : 'closed')
  })

  test('shows each client its own view', async () => {
    const { join } = await setUp(kind)
    const [ada, bob] = [await join(), await join({ data: { name: 'Bob' } })]
    expect([ada, bob].map(({ state }) => [...state.players.values()].map(({ name }) => name))).toEqual([
      ['Ada'],
      ['Bob'],
    ])
  })

  test.each([
    [undefined, undefined],
    [arena, undefined],
    [{ ...arena, version: 2 }, 'game_outdated'],
    [{ ...arena, version: 4 }, 'server_outdated'],
  ])('compares the version of the game, if a client has it: %#', async (game, code) => {
    const { refused } = await setUp(kind)
    expect(await refused(game === undefined ? {} : { game })).toBe(code)
  })

  test('refuses join data that the game does not accept', async () => {
    const { refused } = await setUp(kind)
    expect(await refused({ data: { name: 'x'.repeat(50) } })).toBe('join_invalid')
    expect(await refused({ data: { name: 5 } as never })).toBe('join_invalid')
  })

  test('saves its state beyond the server, without the rows of clients that were there', async () => {
    const storage = memoryStorage()
    const first = await setUp(kind, { storage, save: {} })
    const ada = await first.join()
    await first.settle(ada.request('pay', { gold: 9 }))
    first.room().store.commit({ ...first.room().store.state, rounds: 4 } as Arena, first.room().store.version + 1)
    await first.settle(first.server.shutdown({ endSessions: true }))
    const second = await setUp(kind, { storage, save: {} })
    expect(second.room().store.state.rounds).toBe(4)
    const bob = await second.join({ data: { name: 'Bob' } })
    expect([...bob.state.players.values()].map(({ name }) => name)).toEqual(['Bob'])
  })

  test('lets sessions resume after a shutdown and another run', async () => {
    const { join, server, settle, pass, room } = await setUp(kind)
    const ada = await join()
    await settle(ada.request('pay', { gold: 4 }))
    await settle(server.shutdown())
    expect(ada.status).toBe('suspended')
    await server.run({ port: false })
    await pass(5000)
    expect([ada.status, ada.state.players.get(ada.clientId)?.gold, room().clients.size]).toEqual(['connected', 4, 1])
  })

  test('sends what was dispatched just before an end, runs onLeave, and saves the state after it', async () => {
    const storage = memoryStorage()
    const { join, server, settle, room } = await setUp(kind, { storage, save: {}, sendEveryTicks: 5 })
    const ada = await join({ reconnect: false })
    const heard: string[] = []
    ada.registerEventHandler('news', (text) => void heard.push(text))
    ada.registerEventHandler('paid', (gold) => void heard.push(`paid ${gold}`))
    await settle(Promise.resolve())
    heard.length = 0
    room().pushEvent('pay', { gold: 3 } as never, ada.clientId)
    room().dispatchEvent('news', 'the last word')
    await settle(server.shutdown({ endSessions: true }))
    expect(heard).toEqual(['paid 3', 'the last word'])
    expect(ada.closeInfo).toMatchObject({ code: 'shutdown' })
    const again = await setUp(kind, { storage, save: {} })
    expect(again.room().store.state.players.size).toBe(0)
  })

  test('never sends a delta from a version of before a reset', async () => {
    const { join, room, pass, server } = await setUp(kind)
    const [ada, bob] = [await join(), await join()]
    const { store } = room()
    for (let i = 1; i <= 5; i++) {
      store.reset({ rounds: i, players: new EntityMap(i % 2 ? [] : [['x', { name: 'x', gold: i }]]) })
      if (i === 3) {
        await server.shutdown()
        await server.run({ port: false })
      }
      await pass(i === 3 ? 5000 : 120)
      store.commit({ ...store.state, rounds: i * 10 } as Arena, store.version + 1)
      await pass(200)
      for (const each of [ada, bob])
        expect([i, each.state.rounds, each.state.players.size]).toEqual([i, i * 10, i % 2 ? 0 : 1])
    }
  })

  test('counts what it sends and receives, for the room and in all', async () => {
    const { join, server, room, settle } = await setUp(kind)
    const ada = await join()
    await settle(ada.request('pay', { gold: 1 }))
    const client = room().clients.get(ada.clientId)!
    for (const counters of [server.counters, room().counters]) {
      expect(counters.get('bytesOut')).toBe(client.stats.bytesOut)
      expect(counters.get('stateBytes')).toBe(client.stats.stateBytes)
    }
    expect(client.stats.stateBytes).toBeGreaterThan(0)
    expect(server.stats).toMatchObject({ sessions: 1, rooms: 1 })
  })
})
