import { describe, expect, test } from 'vitest'
import { RefusalError } from '../../src/index.js'
import { setRoomStage } from '../support/stage.js'

describe('the hooks of a room', () => {
  test('are called in the order of its life, with the room, the client, and why it has left [M1]', async () => {
    const calls: unknown[][] = []
    let ticks = 0
    const { server, joined, pass, clock } = await setRoomStage(
      { auth: () => ({ userId: 'ada', name: 'Ada', claims: { rank: 3 } }) },
      {
        idleGraceMs: 1000,
        onCreate: (room) => void calls.push(['create', room.key, room.clients.size]),
        onJoin: ({ room, userId, name, identity, isHost }) =>
          void calls.push(['join', room.clients.size, userId, name, identity?.claims, isHost]),
        onLeave: (client, info) => void calls.push(['leave', client.room.clients.size, client.userId, info?.code]),
        onTick: (room, tick) => {
          ticks++
          expect(tick).toBe(room.machine.tick)
        },
        onShutdown: (room) => void calls.push(['shutdown', room.status]),
      },
    )
    const client = await joined('/field/1')
    await pass(500)
    expect(ticks).toBeGreaterThanOrEqual(10)
    client.session.close('disconnected', '', clock.now())
    client.flush()
    await pass(2000)
    expect(server.rooms.size).toBe(0)
    expect(calls).toEqual([
      ['create', 'field/1', 0],
      ['join', 1, 'ada', 'Ada', { rank: 3 }, true],
      ['leave', 0, 'ada', 'disconnected'],
      ['shutdown', 'closing'],
    ])
  })

  test('keep clients waiting while onCreate takes its time', async () => {
    let finish = (): void => {}
    const onCreate = () =>
      new Promise<void>((resolve) => {
        finish = resolve
      })
    const { join, pass } = await setRoomStage({}, { onCreate })
    const { client } = join('/field/1')
    await pass(200)
    expect(client.session.status).toBe('connecting')
    finish()
    await pass(100)
    expect(client.session.status).toBe('connected')
  })

  test.each([
    ['throw', () => fail()],
    ['return a promise that rejects', async () => fail()],
  ])('that %s, each of them, are logged and stop nothing [M32]', async (_, hook) => {
    const { server, joined, pass, log, clock } = await setRoomStage(
      {},
      {
        onJoin: hook,
        onLeave: hook,
        onTick: hook,
        onShutdown: hook,
        idleGraceMs: 500,
        handlers: { add: hook },
      },
    )
    const client = await joined('/field/1')
    const answer = client.send('add', 1).catch(({ refusal }) => refusal.code)
    await pass(200)
    expect(await answer).toBe('handler_failed')
    client.session.close('disconnected', '', clock.now())
    client.flush()
    await pass(1000)
    expect(server.rooms.size).toBe(0)
    expect([...new Set(log.errors)].sort()).toEqual([
      'a handler failed',
      'onJoin of a room failed',
      'onLeave of a room failed',
      'onShutdown of a room failed',
      'onTick of a room failed',
    ])
  })
})

describe('messages', () => {
  test('go to the handler of their type, and what it returns or refuses goes back [M40]', async () => {
    const { joined, pass } = await setRoomStage(
      {},
      {
        handlers: {
          add: (amount, { room, id }) => {
            if (amount > 10) throw new RefusalError('too_much', 'ten is enough')
            room.pushEvent('add', amount, id)
            return 'twice'
          },
        },
      },
    )
    const client = await joined('/field/1')
    const answers = [5, 50].map((amount) => client.send('add', amount).catch(({ refusal }) => refusal))
    await pass(200)
    expect(await Promise.all(answers)).toEqual(['twice', { code: 'too_much', message: 'ten is enough' }])
    expect(client.store?.state.sum).toBe(10)
  })

  test('that are pushed by the server go to the rules, and are logged when they are refused', async () => {
    const { server, joined, pass, log } = await setRoomStage()
    const client = await joined('/field/1')
    const room = server.rooms.get('field/1')!
    room.pushEvent('add', 5)
    room.pushEvent('add', 'five')
    await pass(200)
    expect(client.store?.state.sum).toBe(5)
    expect(log.warnings).toEqual(['an event that the server has pushed was refused'])
  })

  test('of an unknown type are refused with event_unknown [M40]', async () => {
    const { joined, pass } = await setRoomStage()
    const client = await joined('/field/1')
    const answer = client.send('dance').catch(({ refusal }) => refusal.code)
    await pass(100)
    expect(await answer).toBe('event_unknown')
  })

  test('have one handler to a type: another is refused with handler_exists until the first is taken away [M40]', async () => {
    const { server, joined, pass } = await setRoomStage()
    const client = await joined('/field/1')
    const room = server.rooms.get('field/1')! as unknown as Awaited<
      ReturnType<typeof server.createRoom<typeof import('../support/stage.js').field>>
    >
    const end = room.registerEventHandler('whisper', () => 'first')
    expect(() => room.registerEventHandler('whisper', () => 'second')).toThrow(
      expect.objectContaining({ code: 'handler_exists' }),
    )
    expect(() => room.registerEventHandler('whisper', undefined as never)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
    end()
    end()
    room.registerEventHandler('whisper', () => 'second')
    const answer = client.send('whisper', client.session.clientId)
    await pass(200)
    expect(await answer).toBe('second')
  })
})

function fail(): never {
  throw new Error('a bug')
}
