import { equalStates } from '@tygase/gamestate'
import { describe, expect, test } from 'vitest'
import { RefusalError } from '../../src/index.js'
import { setRoomStage } from '../support/stage.js'

describe('a wrong request is answered with a code, and touches no other client', () => {
  test.each([
    ['nothing that the game knows', 'dance', 1, 'event_unknown'],
    ['a name in other letters', 'ADD', 1, 'event_unknown'],
    ['data of another kind', 'add', 'one', 'event_invalid'],
    ['no data', 'add', undefined, 'event_invalid'],
    ['an object where a number is due', 'add', { amount: 1 }, 'event_invalid'],
  ])('%s [G6]', async (_, name, data, code) => {
    const { joined, pass } = await setRoomStage()
    const [a, b] = [await joined('/field/1'), await joined('/field/1')]
    const answer = a.send(name, data).catch(({ refusal }) => refusal.code)
    await pass(200)
    expect(await answer).toBe(code)
    const next = b.send('add', 2)
    await pass(200)
    expect(await next).toBe(2)
    expect([a, b].map(({ session }) => session.status)).toEqual(['connected', 'connected'])
  })

  test.each([
    ['bytes that are no packet', Uint8Array.of(255, 255, 255), 'malformed'],
    ['a packet above the limit', new Uint8Array(2 * 1024 * 1024), 'packet_too_large'],
  ])('%s end the session that they came by [G6]', async (_, bytes, code) => {
    const { server, joined, pass } = await setRoomStage()
    const [a, b] = [await joined('/field/1'), await joined('/field/1')]
    a.sendRaw(bytes)
    await pass(200)
    expect(a.session.closeInfo?.code).toBe(code)
    expect(b.session.status).toBe('connected')
    expect([...server.rooms.get('field/1')!.clients.keys()]).toEqual([b.session.clientId])
  })

  test('a refusal of a handler gives its sender the reason; a failure gives only the fact, and is logged [G7]', async () => {
    const { joined, pass, log } = await setRoomStage(
      { exposeErrors: false },
      {
        handlers: {
          add: (amount) => {
            if (amount < 0) throw new RefusalError('no_debts', 'you cannot pay that')
            throw new Error('the secret of the house')
          },
        },
      },
    )
    const client = await joined('/field/1')
    const answers = [-1, 1].map((amount) => client.send('add', amount).catch(({ refusal }) => refusal))
    await pass(200)
    expect(await Promise.all(answers)).toEqual([
      { code: 'no_debts', message: 'you cannot pay that' },
      { code: 'handler_failed', message: 'the handler failed' },
    ])
    expect(log.errors).toEqual(['a handler failed'])
  })
})

describe('a client that is cut off', () => {
  test('is suspended as soon as its idle time is over, and gone after its grace time; senders notice nothing [G10]', async () => {
    const { server, join, joined, pass } = await setRoomStage({ limits: { idleTimeoutMs: 2000, graceMs: 3000 } })
    await joined('/field/1')
    const { client, link } = join('/field/1')
    await pass(200)
    const room = server.rooms.get('field/1')!
    room.channels.create('news')
    void client.send('$channels', ['subscribe', 'room', 'news'])
    await pass(100)
    const connection = room.clients.get(client.session.clientId!)!
    // its cable is pulled: nothing comes of it any more, not even an end
    link.ends[0].send = () => {}
    for (let ms = 0; ms < 2200; ms += 100) {
      room.dispatchEvent('news', 'x')
      room.channels.publish('news', 'x')
      await pass(100)
    }
    expect(connection.status).toBe('suspended')
    await pass(3200)
    expect([connection.status, room.clients.size, room.channels.list()]).toEqual([
      'closed',
      1,
      [{ name: 'news', subscribers: 0 }],
    ])
  })
})

test('shutting down ends the sessions of all rooms with a code, and resolves in time [G11]', async () => {
  const { server, joined, pass, clock } = await setRoomStage()
  const clients = [await joined('/field/1'), await joined('/field/2'), await joined('/field/2')]
  const beganMs = clock.now()
  let tookMs: number | undefined
  void server.shutdown({ endSessions: true, reason: 'good night' }).then(() => {
    tookMs = clock.now() - beganMs
  })
  await pass(1000)
  expect(tookMs).toBeLessThan(1000)
  expect(clients.map(({ session }) => session.closeInfo)).toEqual(
    clients.map(() => ({ code: 'shutdown', reason: 'good night', byPeer: true })),
  )
  expect([server.stats.rooms, server.stats.sessions]).toEqual([0, 0])
})

test.each(['at the next version', 'far ahead'])(
  'replicas follow a store that is reset %s; a number that they hold is refused',
  async (where) => {
    const { server, joined, pass } = await setRoomStage()
    const clients = [await joined('/field/1'), await joined('/field/1')]
    const { store } = server.rooms.get('field/1')!
    void clients[0]!.send('add', 5)
    await pass(500)
    const state = { ...store.state, sum: 100 }
    expect(() => store.reset(state, store.version)).toThrow(expect.objectContaining({ code: 'version_not_newer' }))
    if (where === 'far ahead') store.reset(state, store.version + 1000)
    else store.reset(state)
    for (const amount of [1, 2]) {
      await pass(200)
      void clients[1]!.send('add', amount)
    }
    await pass(500)
    expect(store.state.sum).toBe(103)
    for (const client of clients) expect(equalStates(client.store!.state, store.state)).toBe(true)
  },
)
