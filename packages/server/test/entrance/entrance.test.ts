import { encodeValue } from '@tygase/gamestate/internal'
import { ClientSession } from '@tygase/protocol'
import { createSeededRandom } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { type AuthRequest, RefusalError } from '../../src/index.js'
import { FakeTransport } from '../support/fake-transport.js'
import { isForgotten } from '../support/is-forgotten.js'
import { schemaOf } from '../support/schema.js'
import { type Field, field, refusalOf, setRoomStage } from '../support/stage.js'
import { VirtualClient } from '../support/virtual-client.js'

describe('auth', () => {
  test('gets what the client presents and how it came, and its answer is seen in the room [G1]', async () => {
    const asked: [unknown, AuthRequest][] = []
    const { server, joined } = await setRoomStage({
      auth: async (credentials, request) => {
        asked.push([credentials, request])
        return { userId: 'ada', name: 'Ada', claims: { team: 2 } }
      },
    })
    await joined('/field/42', { credentials: { token: 'x' } })
    const [[credentials, request] = []] = asked
    expect([asked.length, credentials]).toEqual([1, { token: 'x' }])
    const { signal, ...how } = request!
    expect(how).toEqual({ path: '/field/42', query: {}, headers: undefined, address: undefined, timeoutMs: 4000 })
    expect(signal.aborted).toBe(false)
    const [client] = server.rooms.get('field/42')!.clients.values()
    expect([client?.userId, client?.name, client?.identity?.claims]).toEqual(['ada', 'Ada', { team: 2 }])
  })

  test('is another for a kind of room that has its own', async () => {
    const { server, joined } = await setRoomStage(
      { auth: () => ({ userId: 'by the server' }) },
      { auth: () => ({ userId: 'by the room' }) },
    )
    await joined('/field/1')
    expect([...server.rooms.get('field/1')!.clients.values()][0]?.userId).toBe('by the room')
  })

  test('is not asked for a kind of room that there is not, nor for a session that goes on', async () => {
    let asked = 0
    const { server, join, joined, pass } = await setRoomStage({ auth: () => ({ userId: `u${asked++}` }) })
    await joined('/meadow/1')
    expect(asked).toBe(0)
    const { client, link } = join('/field')
    await pass(100)
    link.ends[1].close(4004, 'cut')
    await pass(100)
    client.attach(server.at('/field').openTransport())
    await pass(100)
    expect([client.session.status, asked, server.stats.sessions]).toEqual(['connected', 1, 1])
  })

  test.each([
    ['throws', () => Promise.reject(new Error('the data base is away'))],
    ['throws at once', () => fail()],
    ['knows no userId', () => ({ userId: '' })],
    ['says nothing', () => undefined as never],
  ])('that %s is logged, and the client learns auth_failed and no more [G2]', async (_, auth) => {
    const { server, joined, log } = await setRoomStage({ auth })
    const client = await joined('/field/1')
    expect(client.session.closeInfo?.reason).toBe('auth_failed: authentication failed')
    expect(log.errors).toEqual(['auth failed'])
    expect(server.stats.rooms).toBe(0)
  })

  test('has so much time; then the client is refused with auth_timeout, and a late answer lets no client in', async () => {
    let answer = (_: { userId: string }): void => {}
    const auth = () =>
      new Promise<{ userId: string }>((resolve) => {
        answer = resolve
      })
    const { server, joined, pass } = await setRoomStage({ auth, authTimeoutMs: 1000 })
    const client = await joined('/field/1')
    await pass(750)
    expect(client.session.status).toBe('connecting')
    await pass(200)
    expect(refusalOf(client)).toBe('auth_timeout')
    answer({ userId: 'late' })
    await pass(100)
    expect(server.stats).toMatchObject({ rooms: 0, sessions: 0 })
  })

  test.each([
    ['the client has gone', 50],
    ['its time is over', 1000],
  ])('is told by a signal that %s, and what it throws then is no failure', async (_, afterMs) => {
    const ends: boolean[] = []
    const auth = (_: unknown, { signal }: AuthRequest) =>
      new Promise<never>((_, reject) => {
        signal.onabort = () => {
          ends.push(signal.aborted)
          reject(signal.reason)
        }
      })
    const { join, pass, log } = await setRoomStage({ auth, authTimeoutMs: 1000 })
    const { link } = join('/field/1')
    await pass(afterMs)
    if (afterMs < 1000) link.ends[0].close(4001, 'bye')
    else await pass(100)
    await pass(50)
    expect([ends, log.errors]).toEqual([[true], []])
  })

  test('hears nothing more once it has answered', async () => {
    const signals: AbortSignal[] = []
    const auth = (_: unknown, { signal }: AuthRequest) => {
      signals.push(signal)
      return { userId: 'ada' }
    }
    const { joined, join, pass } = await setRoomStage({ auth }, { onCreate: () => new Promise(() => {}) })
    const { link } = join('/field/1')
    await pass(100)
    link.ends[0].close(4001, 'bye')
    await pass(100)
    await joined('/field/2')
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
  })

  test('makes no room for a client that has gone meanwhile', async () => {
    let answer = (_: { userId: string }): void => {}
    const auth = () =>
      new Promise<{ userId: string }>((resolve) => {
        answer = resolve
      })
    const { server, join, pass } = await setRoomStage({ auth })
    const { link } = join('/field/1')
    await pass(100)
    link.ends[0].close(4001, 'bye')
    await pass(100)
    answer({ userId: 'gone' })
    await pass(100)
    expect(server.stats).toMatchObject({ rooms: 0, sessions: 0 })
  })

  test('never sees its secrets in the log [G3]', async () => {
    const lines: string[] = []
    const note = (details: object, message: string) => void lines.push(JSON.stringify([details, message]))
    const logger = { debug: note, info: note, warn: note, error: note }
    const { joined } = await setRoomStage({
      logger,
      auth: (credentials) => {
        if (credentials === 'secret 1') throw new RefusalError('no', 'not you')
        throw new Error('a bug')
      },
    })
    await joined('/field/1', { credentials: 'secret 1' })
    await joined('/field/1', { credentials: 'secret 2' })
    expect(lines.length).toBeGreaterThanOrEqual(3)
    expect(lines.filter((line) => line.includes('secret'))).toEqual([])
  })
})

test('nothing of a hello is kept once its client is in the room: credentials least of all', async () => {
  const { server, pass } = await setRoomStage({ auth: () => ({ userId: 'ada' }) })
  const transport = new FakeTransport()
  server.acceptTransport(transport)
  const isGone = await isForgotten(async () => {
    const credentials = encodeValue({ credentials: 'a password' })
    const options = { path: '/field/1', credentials, random: createSeededRandom(1), listener: { onEvent: () => {} } }
    const session = new ClientSession(options, 0)
    session.attach({ reliable: true }, 0)
    const packet = new Uint8Array(session.flush(0)!)
    transport.onBytes?.(packet)
    await pass(100)
    return packet.buffer
  })
  expect([server.stats.sessions, transport.closedWith, isGone]).toEqual([1, undefined, true])
})

test.each([
  ['a list', encodeValue([1, 2])],
  ['a text', encodeValue('text')],
  ['a ticket that is no text', encodeValue({ ticket: 5 })],
  ['a version that is no number', encodeValue({ version: '1' })],
  ['more than fits', encodeValue({ credentials: 'x'.repeat(14_000) })],
  ['bytes that are no value', Uint8Array.of(0xc1, 0xff)],
])('credentials are malformed if they are %s', async (_, credentials) => {
  const { server, dial, clock, pass } = await setRoomStage({ auth: () => ({ userId: 'x' }) })
  const client = new VirtualClient<Field>(clock, dial().ends[0], 1, '/field/1', credentials)
  await pass(100)
  expect(client.session.closeInfo?.code).toBe('malformed')
  expect(server.stats.rooms).toBe(0)
})

describe('the version of the game at the client', () => {
  const game = { ...field, version: 3 }

  test.each([
    [undefined, undefined],
    [3, undefined],
    [2, 'game_outdated'],
    [0, 'game_outdated'],
    [4, 'server_outdated'],
  ])('%s gives %s at a server of version 3', async (version, code) => {
    const { server, join, pass } = await setRoomStage()
    server.define('new', game)
    const { client } = join('/new/1', version === undefined ? {} : { version })
    await pass(200)
    expect(refusalOf(client)).toBe(code)
    expect(server.stats.rooms).toBe(code === undefined ? 1 : 0)
  })
})

describe('join data', () => {
  const joinData = schemaOf((value): value is { name: string } => (value as { name?: unknown })?.name !== undefined)
  const seen: unknown[] = []
  const game = {
    ...field,
    joinData: joinData as never,
    onJoin: (_state: object, { client }: { client: { data: unknown } }) => void seen.push(client.data),
  }

  test('for a game that takes none is refused with join_invalid, not dropped', async () => {
    const { server, join, pass } = await setRoomStage()
    const { client } = join('/field/1', { data: { name: 'Ada' } })
    await pass(200)
    expect([refusalOf(client), server.rooms.size]).toEqual(['join_invalid', 0])
  })

  test('reaches rule, hook and handler; a client without it is refused with join_invalid, and no room is made', async () => {
    const { server, join, pass } = await setRoomStage()
    const hooked: unknown[] = []
    server.define('named', game as never, { onJoin: ({ data }) => void hooked.push(data) })
    const [ada, nobody] = [join('/named/1', { data: { name: 'Ada' } }).client, join('/named/2').client]
    await pass(200)
    expect([ada, nobody].map(refusalOf)).toEqual([undefined, 'join_invalid'])
    expect([seen, hooked]).toEqual([[{ name: 'Ada' }], [{ name: 'Ada' }]])
    expect([...server.rooms.keys()]).toEqual(['named/1'])
  })
})

function fail(): never {
  throw new Error('a bug')
}

describe('clients that are not in their room yet', () => {
  test('every client gets an answer when the room ends, in whatever turn it does', async () => {
    const reasons = new Set<string | undefined>()
    for (let turns = 0; turns < 40; turns++) {
      let answer = (_: { userId: string }): void => {}
      const auth = () =>
        new Promise<{ userId: string }>((resolve) => {
          answer = resolve
        })
      const { server, join, pass } = await setRoomStage({ auth })
      const room = await server.createRoom('field', { id: '1' })
      const { client } = join('/field/1')
      await pass(50)
      answer({ userId: 'ada' })
      for (let i = 0; i < turns; i++) await Promise.resolve()
      void room.close()
      await pass(1000)
      const isIn = client.session.status === 'connected' && server.stats.sessions === 1
      if (!isIn) expect(client.session.closeInfo, `after ${turns} turns`).toBeDefined()
      reasons.add(refusalOf(client))
    }
    // it came too late for the room, in time to be refused, or in time for another
    expect([...reasons].filter((reason) => !['room_closed', 'shutdown', undefined].includes(reason))).toEqual([])
    expect(reasons.size).toBeGreaterThan(1)
  })

  test.each([
    ['onCreate takes a while', {}, { onCreate: pause }],
    ['who asks who they are takes a while', { auth: () => pause().then(() => ({ userId: 'ada' })) }, {}],
  ])('a hundred at one address get in where %s, and one more does not', async (_, options, roomOptions) => {
    const { server, join, pass } = await setRoomStage(options, roomOptions)
    const clients = []
    for (let i = 0; i < 101; i++) {
      clients.push(join('/field/1', {}, { host: '192.0.2.1', port: i + 1 }).client)
      // more hellos than may be expected of one address at a time are another matter
      if (i % 20 === 0) await pass(20)
    }
    await pass(100)
    finish()
    await pass(1000)
    expect(server.stats.sessions).toBe(100)
    expect(clients.filter((client) => refusalOf(client) === 'too_many_sessions').length).toBe(1)
  })

  test('no more wait for their room than may: the one that has waited longest goes', async () => {
    const { join, pass } = await setRoomStage({ maxArrivals: 2 }, { onCreate: pause })
    const clients = Array.from({ length: 3 }, () => join('/field/1').client)
    await pass(100)
    finish()
    await pass(100)
    expect(clients.map(refusalOf)).toEqual(['server_full', undefined, undefined])
  })
})

let finish = (): void => {}

/** Takes until `finish` is called. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    const others = finish
    finish = () => {
      others()
      resolve()
    }
  })
}
