import { encodePayload } from '@tygase/protocol/payload'
import { describe, expect, test } from 'vitest'
import { ClientError, RefusalError } from '../src/index.js'
import { setStage } from './support/stage.js'
import { quickLink } from './support/virtual-server.js'

describe('the replica', () => {
  test('is there, whole, when connect resolves, and follows the server', async () => {
    const { clock, server, connected } = setStage()
    server.commit(3, 'hello')
    const connection = await connected()
    expect(connection.state).toEqual({ count: 3, words: ['hello'] })
    expect(connection.version).toBe(1)
    server.commit(4)
    clock.advance(100)
    expect(connection.state).toEqual({ count: 4, words: ['hello'] })
    expect(connection.store.at(1)).toEqual({ count: 3, words: ['hello'] })
    expect(connection.store.timeOf(2)).toBeLessThanOrEqual(clock.now())
  })

  test('cannot be changed', async () => {
    const { connected } = setStage()
    const connection = await connected()
    expect(() => {
      ;(connection.state as { count: number }).count = 5
    }).toThrow(TypeError)
    expect(() => (connection.state.words as string[]).push('x')).toThrow(TypeError)
  })

  test('asks for a snapshot when a delta cannot be read, and is whole again', async () => {
    const { clock, server, log, connected } = setStage()
    const connection = await connected()
    server.spoiledDelta = Uint8Array.of(255, 255, 255, 255)
    server.commit(1)
    clock.advance(100)
    expect(connection.version).toBe(0)
    expect(log.warnings).toEqual(['a state message could not be applied'])
    clock.advance(200)
    expect(connection.state.count).toBe(1)
    expect(connection.status).toBe('connected')
  })

  test('a snapshot that cannot be read closes the connection as malformed: the next one would be no better', async () => {
    const { clock, server, dial } = setStage()
    server.spoiledDelta = Uint8Array.of(255, 255, 255, 255)
    const refused = dial().catch((error) => error)
    clock.advance(100)
    const error = await refused
    expect(error).toMatchObject({ code: 'connect_refused', closeInfo: { code: 'malformed', byPeer: false } })
  })

  test.each([0.1, 0.4])('converges over a link that loses %d of all packets', async (loss) => {
    const { clock, server, dial } = setStage()
    server.conditions = { ...quickLink, jitterMs: 30, loss, duplicate: 0.1, reorder: 0.1, reliable: false }
    const dialling = dial({ timeoutMs: 20_000 })
    clock.advance(10_000)
    const connection = await dialling
    for (let i = 0; i < 100; i++) {
      server.commit(i)
      clock.advance(50)
    }
    clock.advance(3000)
    expect(connection.state.count).toBe(99)
  })
})

describe('connecting', () => {
  test('without a server it goes on trying until the timeout', async () => {
    const { clock, server, dial } = setStage()
    server.isUp = false
    const refused = dial({ timeoutMs: 2000 }).catch((error) => error)
    clock.advance(1999)
    expect(server.dials).toBeGreaterThan(3)
    clock.advance(1)
    expect(await refused).toMatchObject({ code: 'connect_timeout' })
    const { dials } = server
    clock.advance(60_000)
    expect(server.dials).toBe(dials)
  })

  test('a server that starts late is found', async () => {
    const { clock, server, dial } = setStage()
    server.isUp = false
    const dialling = dial()
    clock.advance(2000)
    server.isUp = true
    clock.advance(3000)
    expect((await dialling).status).toBe('connected')
  })

  test('a server that accepts and never answers makes it time out', async () => {
    const { clock, server, dial } = setStage()
    server.conditions = { ...quickLink, latencyMs: 1e6 }
    const refused = dial({ timeoutMs: 3000 }).catch((error) => error)
    clock.advance(3000)
    expect(await refused).toBeInstanceOf(ClientError)
    expect(await refused).toMatchObject({ code: 'connect_timeout' })
  })

  test('a refusal ends it at once, with the reason of the server', async () => {
    const { clock, server, dial } = setStage()
    server.refusal = 'refused'
    const refused = dial().catch((error) => error)
    clock.advance(50)
    const closeInfo = { code: 'refused', reason: 'no room', byPeer: true }
    expect(await refused).toMatchObject({ code: 'connect_refused', closeInfo })
    expect(server.dials).toBe(1)
  })

  test('a refusal that may pass is asked about again until its time is over, and is the reason then', async () => {
    const { clock, server, dial } = setStage()
    server.refusal = 'server_full'
    const refused = dial({ timeoutMs: 3000 }).catch((error) => error)
    clock.advance(3000)
    const closeInfo = { code: 'server_full', reason: 'no room', byPeer: true }
    expect(await refused).toMatchObject({ code: 'connect_refused', closeInfo })
    expect(server.dials).toBeGreaterThan(3)
    const { dials } = server
    clock.advance(20_000)
    expect(server.dials).toBe(dials)
  })

  test('a refusal that passes in time does no harm', async () => {
    const { clock, server, dial } = setStage()
    server.refusal = 'server_full'
    const connecting = dial()
    clock.advance(500)
    server.refusal = undefined
    clock.advance(2000)
    expect((await connecting).status).toBe('connected')
  })

  test.each([
    { host: 5, running: true, tickRate: 20, sendEveryTicks: 1 },
    { host: null, running: true, tickRate: 0, sendEveryTicks: 1 },
    {},
  ])('a welcome that says nonsense is refused: %o', async (world) => {
    const { clock, server, dial } = setStage()
    server.world = world
    const refused = dial().catch((error) => error)
    clock.advance(50)
    expect(await refused).toMatchObject({ code: 'connect_refused', closeInfo: { code: 'malformed' } })
  })

  test.each([
    ['timeoutMs', -1],
    ['flushIntervalMs', Number.NaN],
    ['maxVersions', 0],
  ])('the option %s of %d throws', async (name, value) => {
    const { dial } = setStage()
    await expect(dial({ [name]: value })).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

describe('sending', () => {
  test('the first event goes at once, those behind it together when the interval is over, a request without waiting', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected({ flushIntervalMs: 100 })
    // until the round trip is known a packet goes out now and then to measure it
    clock.advance(5000)
    const startMs = clock.now()
    connection.dispatchEvent('ping', { n: 1 })
    connection.dispatchEvent('ping', { n: 2 })
    clock.advance(5)
    connection.dispatchEvent('ping', { n: 3 })
    clock.advance(20)
    connection.dispatchEvent('ping', { n: 4 })
    clock.advance(200)
    const answer = connection.request('ping', { n: 5 })
    clock.advance(5)
    const again = connection.request('ping', { n: 6 })
    clock.advance(200)
    const times = server.events.map(({ atMs }) => atMs - startMs)
    expect(times).toEqual([10, 10, 110, 110, 235, 240])
    await Promise.all([answer, again])
  })

  test('onAck gets what the handler returned, onFail why it did not come to that', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    server.answer = (name) =>
      name === 'ping'
        ? { kind: 'done', payload: encodePayload('pong') }
        : { kind: 'refused', code: 'no', message: 'never' }
    const told: unknown[] = []
    const onAck = (result: unknown): number => told.push(result)
    const onFail = ({ code, refusal }: { code: string; refusal?: unknown }): number => told.push([code, refusal])
    connection.dispatchEvent('ping', { n: 1 }, { onAck, onFail })
    connection.dispatchEvent('reset', undefined, { onAck, onFail })
    clock.advance(500)
    expect(told).toEqual(['pong', ['event_refused', { code: 'no', message: 'never' }]])
  })

  test('a request rejects with code and message of the refusal, and after its timeout', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    server.answer = () => ({ kind: 'refused', code: 'too_poor', message: 'five coins are missing' })
    const refused = connection.request('ping', { n: 1 }).catch((error) => error)
    clock.advance(200)
    expect(await refused).toBeInstanceOf(RefusalError)
    expect(await refused).toMatchObject({ code: 'too_poor', message: 'five coins are missing' })
    server.answer = () => undefined
    const late = connection.request('ping', { n: 1 }, { timeoutMs: 700 }).catch((error) => error)
    clock.advance(700)
    expect(await late).toMatchObject({ code: 'request_timeout' })
  })

  test('what a caller does wrong throws at the call', async () => {
    const { connected } = setStage()
    const connection = await connected()
    expect(() => connection.dispatchEvent('$world' as 'reset')).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
    await expect(connection.request('$shutdown' as 'reset')).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(() => connection.registerEventHandler('news', 1 as never)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
    expect(() => connection.subscribe(1 as never)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
    expect(() => connection.onStatus(1 as never)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
    expect(() => connection.dispatchEvent('ping', (() => {}) as never)).toThrow(
      expect.objectContaining({ code: 'payload_invalid' }),
    )
  })

  test('callbacks that throw are logged and harm nobody', async () => {
    const { clock, log, connected } = setStage()
    const connection = await connected()
    const onAck = (): never => {
      throw new Error('bang')
    }
    connection.dispatchEvent('reset', undefined, { onAck })
    clock.advance(500)
    expect(log.errors).toEqual(['what was to be called after an event failed'])
    expect(connection.status).toBe('connected')
  })
})

describe('events of the server', () => {
  test('that come before connect has resolved wait for handlers that are registered right after it', async () => {
    const { clock, server, dial } = setStage()
    const dialling = dial()
    clock.advance(20)
    server.send('news', 'early')
    server.write()
    clock.advance(100)
    const connection = await dialling
    const heard: string[] = []
    connection.registerEventHandler('news', (text) => void heard.push(text))
    clock.advance(1)
    expect(heard).toEqual(['early'])
  })

  test('find the replica at the version that they were sent at', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const seen: number[] = []
    connection.registerEventHandler('poke', () => void seen.push(connection.state.count))
    server.commit(7)
    server.send('poke', undefined)
    clock.advance(200)
    expect(seen).toEqual([7])
  })

  test('of the world change host and running, and are not for the user', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    expect([connection.isHost, connection.hostClientId, connection.gameRunning, connection.tickRate]).toEqual([
      true,
      'me',
      true,
      20,
    ])
    let changes = 0
    connection.onGameChange(() => changes++)
    const waiting = connection.waitUntil(() => !connection.gameRunning)
    server.send('$world', { ...server.world, host: null, running: false })
    clock.advance(200)
    expect([connection.isHost, connection.hostClientId, connection.gameRunning]).toEqual([false, undefined, false])
    expect(changes).toBe(1)
    await waiting
  })
})

test('round-trip time, jitter and the clock of the server come out of play', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected()
  for (let i = 0; i < 50; i++) {
    server.commit(i)
    connection.dispatchEvent('reset')
    clock.advance(100)
  }
  expect(connection.rttMs).toBeGreaterThanOrEqual(20)
  expect(connection.rttMs).toBeLessThan(80)
  expect(connection.jitterMs).toBeLessThan(60)
  expect(Math.abs((connection.serverNow() ?? 0) - clock.now())).toBeLessThan(20)
  expect(connection.stats.eventsOut).toBe(50)
})

test('between gives two versions of the past and never goes back', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected()
  const drawn: number[] = []
  for (let i = 1; i <= 200; i++) {
    if (i % 5 === 0) server.commit(i)
    clock.advance(10)
    const { from, to, alpha } = connection.between(100)
    drawn.push(from.count + (to.count - from.count) * alpha)
  }
  for (let i = 1; i < drawn.length; i++) expect(drawn[i]).toBeGreaterThanOrEqual(drawn[i - 1] ?? 0)
  expect(drawn.at(-1)).toBeGreaterThan(170)
  expect(drawn.at(-1)).toBeLessThan(200)
})
