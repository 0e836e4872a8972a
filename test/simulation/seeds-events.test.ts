import { RefusalError as Refusal } from '@tygase/client'
import { datagrams, links, type Simulation, simulate } from '@tygase/testkit'
import { describe, expect, test } from 'vitest'
import { court } from './support/court.js'

type Room = Simulation<typeof court>
type Told = { number: number; words: string[] }

/** A room, and what each client has been told, in its order. */
async function open(clients: number, options: Partial<Parameters<typeof simulate<typeof court>>[0]> = {}) {
  const told: Told[][] = []
  const room: Room = await simulate({
    game: court,
    clients,
    seed: 17,
    onConnect: ({ index, connection }) => {
      told[index] ??= []
      connection.registerEventHandler('told', (data) => void told[index]!.push(data))
    },
    ...options,
  })
  const idOf = (index: number): string => room.clients[index]!.connection.clientId
  return { room, told, idOf, server: room.server }
}

const hello: Told = { number: 1, words: ['a', 'b'] }

describe('an event of the server', () => {
  test('reaches the handlers of all connected clients once, with all that it carries [P17]', async () => {
    const { room, told, server } = await open(3)
    server.dispatchEvent('told', hello)
    await room.settle()
    expect(told).toEqual([[hello], [hello], [hello]])
    await room.end()
  })

  test('for one client reaches that one alone; for one that is not there, the call throws and names it [P18]', async () => {
    const { room, told, idOf, server } = await open(3)
    server.dispatchEvent('told', hello, { to: idOf(1) })
    await room.settle()
    expect(told).toEqual([[], [hello], []])
    expect(() => server.dispatchEvent('told', hello, { to: 'unknown-7' })).toThrow(/unknown-7/)
    await room.end()
  })

  test('is acked once per client, with its connection, once the handler has run [P21]', async () => {
    const { room, told, idOf, server } = await open(2)
    const acks: string[] = []
    server.dispatchEvent('told', hello, {
      retries: 3,
      onAck: ({ id }) => void acks.push(`${id} ${told.flat().length}`),
    })
    await room.settle()
    await room.step(5000)
    expect(acks.map((ack) => ack.split(' ')[0]).sort()).toEqual([idOf(0), idOf(1)].sort())
    expect(acks.every((ack) => Number(ack.split(' ')[1]) > 0)).toBe(true)
    await room.end()
  })

  test('is never acked by a client that has gone without a word, and fails once [P21] [P25]', async () => {
    const { room, server } = await open(2, { server: { limits: { graceMs: 3000 } } })
    room.clients[1]!.cut({ silent: true })
    const outcomes: string[] = []
    server.dispatchEvent('told', hello, {
      to: room.clients[1]!.connection.clientId,
      retries: Number.POSITIVE_INFINITY,
      onAck: () => outcomes.push('ack'),
      onFail: (_connection, { code }) => outcomes.push(code),
    })
    room.clients[1]!.crash()
    await room.step(20_000)
    expect(outcomes).toEqual(['session_closed'])
    expect(server.clients.size).toBe(1)
    await room.end()
  })

  test('that is retried comes once to each of three clients, though the network of one loses a third [P24]', async () => {
    const lossy = datagrams({ ...links.lan, loss: 0.33 })
    const { room, told, server } = await open(2, { link: datagrams(links.lan) })
    const third: Told[] = []
    room.addClient({
      link: lossy,
      onConnect: ({ connection }) => connection.registerEventHandler('told', (data) => void third.push(data)),
    })
    await room.complete(room.clients[2]!.connected)
    const acks: string[] = []
    const all = Array.from({ length: 20 }, (_, number) => ({ number, words: [] }))
    for (const each of all) {
      server.dispatchEvent('told', each, {
        retries: Number.POSITIVE_INFINITY,
        onAck: ({ id }) => void acks.push(id),
      })
      await room.step(50)
    }
    await room.settle()
    expect([told[0], told[1], third]).toEqual([all, all, all])
    expect(acks).toHaveLength(60)
    // what was sent again went to the third alone
    const resent = [...server.clients.values()].map(({ stats }) => stats.eventsResent)
    expect(resent.filter((count) => count === 0)).toHaveLength(2)
    await room.end()
  })

  test('waits for a client whose connection is broken, and comes once when it is back [P26]', async () => {
    const { room, told, server } = await open(2)
    room.clients[1]!.cut()
    await room.step(500)
    server.dispatchEvent('told', hello)
    await room.step(500)
    expect(told).toEqual([[hello], []])
    room.clients[1]!.heal()
    await room.settle()
    expect(told).toEqual([[hello], [hello]])
    await room.end()
  })

  test('beyond what may wait for a broken connection fails with a code, and the others get it [P26]', async () => {
    const { room, told, server, idOf } = await open(2, { server: { limits: { maxQueuedEvents: 10 } } })
    const lost = idOf(1)
    room.clients[1]!.cut()
    await room.step(500)
    const failed: string[] = []
    for (let number = 0; number < 50; number++) {
      server.dispatchEvent(
        'told',
        { number, words: [] },
        { onFail: ({ id }, { code }) => void failed.push(`${id === lost} ${code}`) },
      )
      await room.step(50)
    }
    await room.step(200)
    expect(told[0]).toHaveLength(50)
    expect(failed.length).toBeGreaterThanOrEqual(39)
    expect(new Set(failed)).toEqual(new Set(['true queue_full']))
    room.clients[1]!.heal()
    await room.settle()
    expect(told[1]!.length).toBeLessThanOrEqual(11)
    await room.end()
  })

  test('before the server runs is refused at the call [P27]', async () => {
    const { room, server } = await open(1)
    await room.end()
    expect(() => server.dispatchEvent('told', hello)).toThrow(expect.objectContaining({ code: 'not_running' }))
  })
})

describe('dispatching', () => {
  test('works from a handler, from an ack, from a rule and from a look at a new version [P20]', async () => {
    const { room, told, server, idOf } = await open(1)
    const number = (n: number): Told => ({ number: n, words: [] })
    server.registerEventHandler('look', () => server.dispatchEvent('told', number(1)))
    await room.complete(room.clients[0]!.connection.request('look'))
    server.dispatchEvent('told', number(2), { onAck: () => server.dispatchEvent('told', number(3)) })
    await room.settle()
    await room.complete(room.clients[0]!.connection.request('shout', 4))
    const end = room.server.store.subscribe(() => {
      end()
      server.dispatchEvent('told', number(5), { to: idOf(0) })
    })
    await room.complete(room.clients[0]!.connection.request('score', 1))
    await room.settle()
    await room.step(200)
    expect(told[0]!.map((data) => data.number)).toEqual([1, 2, 3, 4, 5])
    await room.end()
  })

  test('works at a client from a handler and from an ack [P20]', async () => {
    const { room, server } = await open(1)
    const { connection } = room.clients[0]!
    connection.registerEventHandler('other', () =>
      connection.dispatchEvent('score', 1, { onAck: () => connection.dispatchEvent('score', 10) }),
    )
    server.dispatchEvent('other', { at: 0 })
    await room.settle()
    await room.step(500)
    expect(room.server.store.state.score).toBe(11)
    await room.end()
  })
})

describe('an event of a client', () => {
  test('is handled under the id of its session, whatever id it claims [P19]', async () => {
    const { room, idOf } = await open(2)
    const reply = await room.complete(room.clients[1]!.connection.request('claim', { clientId: idOf(0) }))
    expect(reply).toEqual({ says: idOf(0), is: idOf(1) })
    await room.end()
  })

  test('without a rule or handler is refused and counted, and nothing else happens [P27]', async () => {
    const { room, server } = await open(2)
    const { connection } = room.clients[0]!
    const unknown = room.complete(connection.request('dance' as 'look'))
    await expect(unknown).rejects.toMatchObject({ code: 'event_unknown' })
    expect(server.stats.eventsUnknown).toBe(1)
    expect(await room.complete(connection.request('score', 3))).toBe(3)
    await room.end()
  })

  test('comes to the one handler at the server; a second one is an error until the first is off [P28] [M40]', async () => {
    const { room, server } = await open(1)
    const { connection } = room.clients[0]!
    const off = server.registerEventHandler('look', () => 'first')
    expect(() => server.registerEventHandler('look', () => 'second')).toThrow(
      expect.objectContaining({ code: 'handler_exists' }),
    )
    expect(await room.complete(connection.request('look'))).toBe('first')
    off()
    server.registerEventHandler('look', () => 'second')
    expect(await room.complete(connection.request('look'))).toBe('second')
    for (const side of [server, connection] as { registerEventHandler(name: never, handler: never): unknown }[]) {
      expect(() => side.registerEventHandler('look' as never, 5 as never)).toThrow(
        expect.objectContaining({ code: 'invalid_argument' }),
      )
    }
    await room.end()
  })

  test('of the server comes to all handlers at a client; a new one replaces one that was taken off [P28]', async () => {
    const { room, server } = await open(1)
    const { connection } = room.clients[0]!
    const heard: string[] = []
    const off = connection.registerEventHandler('other', () => void heard.push('first'))
    connection.registerEventHandler('other', () => void heard.push('second'))
    server.dispatchEvent('other', { at: 1 })
    await room.settle()
    off()
    connection.registerEventHandler('other', () => void heard.push('third'))
    server.dispatchEvent('other', { at: 2 })
    await room.settle()
    expect(heard).toEqual(['first', 'second', 'second', 'third'])
    await room.end()
  })

  test('may be handled at once or later; handlers begin in the order of the events [P28]', async () => {
    const { room, server } = await open(1)
    const { connection } = room.clients[0]!
    const begun: string[] = []
    server.registerEventHandler('say', async (words) => {
      begun.push(words)
      await new Promise<void>((resolve) => void room.clock.schedule(words === 'slow' ? 500 : 0, resolve))
      return words
    })
    const replies = ['slow', 'quick', 'third'].map((words) => connection.request('say', words))
    expect(await room.complete(Promise.all(replies))).toEqual(['slow', 'quick', 'third'])
    expect(begun).toEqual(['slow', 'quick', 'third'])
    await room.end()
  })

  test('whose handler throws or rejects harms neither its sender, nor others, nor the game [P29]', async () => {
    const { room, server } = await open(2)
    server.registerEventHandler('look', () => {
      throw new Error('thrown')
    })
    server.registerEventHandler('burn', () => Promise.reject(new Error('rejected')))
    const [one, other] = room.clients.map(({ connection }) => connection)
    for (const name of ['look', 'burn', 'fail'] as const) {
      await expect(room.complete(one!.request(name))).rejects.toBeInstanceOf(Refusal)
    }
    expect(await room.complete(one!.request('score', 1))).toBe(1)
    expect(await room.complete(other!.request('score', 1))).toBe(2)
    expect(room.problems.filter(({ level }) => level === 'error').length).toBeGreaterThanOrEqual(2)
    await room.end()
  })

  test('is handled by a rule with the state, its data and who sent it; a rule that returns nothing changes nothing [P30]', async () => {
    const { room, server } = await open(2)
    const { connection } = room.clients[1]!
    await room.complete(connection.request('setX', 7))
    expect(room.server.store.state.players.get(connection.clientId)).toEqual({ x: 7, y: 0 })
    const { version, state } = room.server.store
    expect(await room.complete(connection.request('look'))).toBeUndefined()
    expect([room.server.store.version, room.server.store.state]).toEqual([version, state])
    expect(server.stats.eventsUnknown).toBe(0)
    await room.end()
  })

  test('that changes one field leaves the change of another field by an event of the same tick [P31]', async () => {
    const { room } = await open(2)
    const [one, other] = room.clients.map(({ connection }) => connection)
    const ticks: number[] = []
    const end = room.server.store.subscribe((_state, version) => ticks.push(version))
    // requests go out at once, and arrive within a tick
    const done = [one!.request('setX', 5), one!.request('setY', 6), one!.request('burn'), other!.request('burn')]
    await room.complete(Promise.all(done))
    end()
    expect(ticks).toHaveLength(1)
    const { players, table } = room.server.store.state
    expect(players.get(one!.clientId)).toEqual({ x: 5, y: 6 })
    expect(table).toEqual({ cloth: { colour: 'green', holes: 2 }, price: 100 })
    await room.end()
  })

  test('that is not answered when its client leaves fails once at the client, and the server keeps nothing of it [P25]', async () => {
    const { room, server } = await open(1)
    const { connection } = room.clients[0]!
    room.clients[0]!.cut({ silent: true })
    const outcomes: string[] = []
    for (const retries of [0, 2, Number.POSITIVE_INFINITY]) {
      const onFail = ({ code }: { code: string }): void => void outcomes.push(code)
      connection.dispatchEvent('score', 1, { retries, onAck: () => outcomes.push('ack'), onFail })
    }
    await room.complete(connection.disconnect())
    expect(outcomes).toEqual(['session_closed', 'session_closed', 'session_closed'])
    await room.step(60_000)
    expect(server.clients.size).toBe(0)
    await room.end()
  })
})
