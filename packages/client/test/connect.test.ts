import { maxCredentialsBytes, readCredentials } from '@tygase/protocol/internal'
import type { VirtualClock } from '@tygase/testkit/internal'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ClientError, connect } from '../src/index.js'
import { simulateLink } from '../src/link/simulate-link.js'
import { board, setStage, turnOf } from './support/stage.js'
import { quickLink } from './support/virtual-server.js'

describe('connect resolves', () => {
  test('when the client has joined, with the version that has its join', async () => {
    const { clock, server, dial } = setStage()
    server.joins = false
    let isDone = false
    const dialling = dial().then((connection) => {
      isDone = true
      return connection
    })
    await turnOf(clock)
    clock.advance(500)
    await turnOf(clock)
    expect([isDone, server.session?.status]).toEqual([false, 'connected'])
    server.commit(1, 'joined')
    server.send('$joined', undefined)
    clock.advance(100)
    expect((await dialling).state).toEqual({ count: 1, words: ['joined'] })
  })

  test('with a server that starts late', async () => {
    const { clock, server, dial } = setStage()
    server.isUp = false
    const dialling = dial()
    clock.advance(2000)
    server.isUp = true
    clock.advance(3000)
    expect((await dialling).status).toBe('connected')
  })

  test('after a refusal that passes in time', async () => {
    const { clock, server, dial } = setStage()
    server.refusal = 'server_full'
    const connecting = dial()
    clock.advance(500)
    server.refusal = undefined
    clock.advance(2000)
    expect((await connecting).status).toBe('connected')
  })
})

describe('connect over a simulated link', () => {
  test('sees its delays, and lives through a cut', async () => {
    const { clock, server, dial } = setStage()
    const link = simulateLink({ latencyMs: 100 })
    const connecting = dial({ link })
    await stepUntil(clock, () => server.session?.status === 'connected')
    await stepUntil(clock, () => server.link !== undefined && clock.now() > 3000)
    const connection = await connecting
    // 10 ms each way of the network below
    expect(connection.rttMs).toBeGreaterThan(219)
    expect(connection.rttMs).toBeLessThan(240)
    link.cut()
    expect(connection.status).toBe('suspended')
    link.heal()
    await stepUntil(clock, () => connection.status === 'connected')
  })

  test('rejects with invalid_argument for a link that simulateLink has not made', async () => {
    const link = { latencyMs: 5 } as never
    await expect(setStage().dial({ link })).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

describe('connect rejects', () => {
  test('with connect_timeout and the cause if nothing listens, after trying until then', async () => {
    const { clock, server, dial } = setStage()
    server.isUp = false
    const refused = dial({ timeoutMs: 2000 }).catch((error) => error)
    clock.advance(1999)
    expect(server.dials).toBeGreaterThan(3)
    clock.advance(1)
    expect(await refused).toMatchObject({
      code: 'connect_timeout',
      message: 'could not connect within 2000 ms: nothing listens there',
      cause: { message: 'nothing listens there' },
    })
    const { dials } = server
    clock.advance(60_000)
    expect(server.dials).toBe(dials)
  })

  test('with connect_timeout if the server never sends a welcome', async () => {
    const { clock, server, dial } = setStage()
    server.conditions = { ...quickLink, latencyMs: 1e6 }
    const refused = dial({ timeoutMs: 3000 }).catch((error) => error)
    clock.advance(3000)
    expect(await refused).toBeInstanceOf(ClientError)
    expect(await refused).toMatchObject({
      code: 'connect_timeout',
      message: 'could not connect within 3000 ms: the connection opened, but the server sent no welcome',
    })
  })

  test('with connect_timeout if the server closes the connection before a welcome', async () => {
    const { clock, server, dial } = setStage()
    const refused = dial({ timeoutMs: 300 }, () => {
      const transport = server.open()
      const { link } = server
      clock.schedule(5, () => link?.cut(4999, 'not a game'))
      return transport
    }).catch((error) => error)
    clock.advance(300)
    expect(await refused).toMatchObject({
      code: 'connect_timeout',
      message: 'could not connect within 300 ms: the connection closed before the welcome: not a game',
    })
  })

  test('with connect_timeout if the join does not run', async () => {
    const { clock, server, dial } = setStage()
    server.joins = false
    const refused = dial({ timeoutMs: 300 }).catch((error) => error)
    clock.advance(300)
    expect(await refused).toMatchObject({
      code: 'connect_timeout',
      message: 'could not connect within 300 ms: the server sent its welcome, but the join has not run',
    })
  })

  test('at once with connect_refused and the reason of the server if that is final', async () => {
    const { clock, server, dial } = setStage()
    server.refusal = 'refused'
    const refused = dial().catch((error) => error)
    clock.advance(50)
    const closeInfo = { code: 'refused', reason: 'no room', byPeer: true }
    expect(await refused).toMatchObject({
      code: 'connect_refused',
      closeInfo,
      message: 'the server refused this client: no room',
    })
    expect(server.dials).toBe(1)
  })

  test('with connect_refused if onJoin refuses the client after the welcome', async () => {
    const { clock, server, dial } = setStage()
    server.joins = false
    const refused = dial().catch((error) => error)
    await turnOf(clock)
    clock.advance(100)
    server.close('refused', 'name_taken: there is an Ada already')
    clock.advance(100)
    const error = await refused
    expect(error).toMatchObject({ code: 'connect_refused', closeInfo: { code: 'refused', byPeer: true } })
    expect(error.refusal).toEqual({ code: 'name_taken', message: 'there is an Ada already' })
  })

  test('with the reason of a refusal that may pass, after trying again until the time is over', async () => {
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

  test.each([{ host: 5, running: true, tickRate: 20, sendEveryTicks: 1 }, { tickRate: 0 }, {}])(
    'for a welcome that is none: %o',
    async (info) => {
      const { clock, server, dial } = setStage()
      server.info = info
      const refused = dial().catch((error) => error)
      clock.advance(50)
      expect(await refused).toMatchObject({ code: 'connect_refused', closeInfo: { code: 'malformed' } })
    },
  )

  test('with invalid_argument for an address that is none', async () => {
    await expect(connect('http://localhost')).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})

describe('a time limit', () => {
  afterEach(() => void vi.useRealTimers())

  const days = 24 * 3600 * 1000

  test.each([30 * days, Number.POSITIVE_INFINITY])('of %d ms of real time is kept', async (timeoutMs) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'performance'] })
    let outcome: unknown = 'waiting'
    const controller = new AbortController()
    const connecting = connect(() => new Promise(() => {}), { timeoutMs, signal: controller.signal })
    const done = connecting.catch((error: unknown) => {
      outcome = error
    })
    await vi.advanceTimersByTimeAsync(29 * days)
    expect(outcome).toBe('waiting')
    await vi.advanceTimersByTimeAsync(2 * days)
    if (timeoutMs < Number.POSITIVE_INFINITY) expect(outcome).toMatchObject({ code: 'connect_timeout' })
    else expect(outcome).toBe('waiting')
    controller.abort()
    await done
  })
})

describe('a signal', () => {
  test('that has aborted before keeps connect from trying', async () => {
    const { server, dial } = setStage()
    const controller = new AbortController()
    controller.abort(new Error('changed my mind'))
    await expect(dial({ signal: controller.signal })).rejects.toThrow('changed my mind')
    expect(server.dials).toBe(0)
  })

  test('that aborts gives connecting up, with its reason, and leaves no timer behind', async () => {
    const { clock, server, dial } = setStage()
    server.isUp = false
    const controller = new AbortController()
    const refused = dial({ signal: controller.signal }).catch((error) => error)
    clock.advance(500)
    controller.abort()
    expect(await refused).toMatchObject({ name: 'AbortError' })
    const { dials } = server
    clock.advance(60_000)
    expect(server.dials).toBe(dials)
    // the turn of the server itself
    expect(clock.pending).toBe(1)
  })

  test('that aborts during the handshake ends the session at the server', async () => {
    const { clock, server, dial } = setStage()
    server.joins = false
    const controller = new AbortController()
    const refused = dial({ signal: controller.signal }).catch((error) => error)
    await turnOf(clock)
    clock.advance(100)
    controller.abort()
    clock.advance(100)
    await refused
    expect(server.session?.closeInfo).toMatchObject({ code: 'disconnected', byPeer: true })
  })

  test('has no effect once connected', async () => {
    const { clock, connected } = setStage()
    const controller = new AbortController()
    const connection = await connected({ signal: controller.signal })
    controller.abort()
    clock.advance(1000)
    expect(connection.status).toBe('connected')
  })
})

describe('the hello', () => {
  test.each([
    [{}, {}],
    [{ credentials: { token: 'x' } }, { credentials: { token: 'x' } }],
    [{ ticket: 't' }, { ticket: 't' }],
    [
      { credentials: null, ticket: 't' },
      { credentials: null, ticket: 't' },
    ],
    [
      { data: { name: 'Ada' }, game: board },
      { data: { name: 'Ada' }, version: 3 },
    ],
  ])('has, with the options %#, credentials, ticket, join data and the version of the game', async (options, sent) => {
    const { server, connected } = setStage()
    await connected(options as never)
    expect(readCredentials(server.hello!.credentials)).toEqual(sent)
  })

  test.each([
    ['values that are not plain', { credentials: () => {} }],
    ['more bytes than fit', { data: 'x'.repeat(maxCredentialsBytes) }],
    ['a ticket that is no text', { ticket: 5 }],
  ])('cannot have %s', async (_, options) => {
    const { dial, server } = setStage()
    await expect(dial(options as never)).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(server.dials).toBe(0)
  })
})

describe('the refusal of an error', () => {
  test.each([
    ['room_full: the room takes no more clients', { code: 'room_full', message: 'the room takes no more clients' }],
    ['banned: until: Monday', { code: 'banned', message: 'until: Monday' }],
    ['Go away: now', undefined],
    ['the server does not let this client in', undefined],
  ])('with the reason %j is %j', async (reason, refusal) => {
    const { clock, server, dial } = setStage()
    server.refusal = 'refused'
    server.refusalReason = reason
    const refused = dial().catch((error: unknown) => error)
    await turnOf(clock)
    clock.advance(100)
    expect(await refused).toMatchObject({ code: 'connect_refused', closeInfo: { code: 'refused', reason } })
    expect(((await refused) as ClientError).refusal).toEqual(refusal)
  })

  test('is undefined if the close code is another one', () => {
    expect(new ClientError('connect_timeout', 'x').refusal).toBeUndefined()
    const closeInfo = { code: 'kicked', reason: 'a: b', byPeer: true } as const
    expect(new ClientError('connection_closed', 'x', { closeInfo }).refusal).toBeUndefined()
  })
})

/** Moves the clock by small steps, and lets promises follow up between them. */
async function stepUntil(clock: VirtualClock, isDone: () => boolean): Promise<void> {
  for (let step = 0; step < 1000 && !isDone(); step++) {
    await turnOf(clock)
    clock.advance(5)
  }
  expect(isDone()).toBe(true)
}
