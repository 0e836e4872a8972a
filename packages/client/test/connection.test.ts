import { inspect } from 'node:util'
import { registerReader } from '@tygase/gamestate/internal'
import { readArrayChange } from '@tygase/gamestate/internal/arrays'
import { describe, expect, test } from 'vitest'
import { board, setStage, turnOf } from './support/stage.js'
import { quickLink } from './support/virtual-server.js'

// the first changed array loads it, which takes longer than virtual time
registerReader('arrays', readArrayChange)

describe('the replica', () => {
  test('is whole when connect resolves, and follows the server', async () => {
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
    expect(log.warnings).toEqual(['a state message cannot be read'])
    clock.advance(200)
    expect(connection.state.count).toBe(1)
    expect(connection.status).toBe('connected')
  })

  test('closes the connection as malformed for a snapshot that cannot be read', async () => {
    const { clock, server, dial } = setStage()
    server.spoiledDelta = Uint8Array.of(255, 255, 255, 255)
    const refused = dial().catch((error) => error)
    clock.advance(100)
    expect(await refused).toMatchObject({
      code: 'connect_refused',
      message: 'the connection failed: a snapshot of the server cannot be read',
      closeInfo: { code: 'malformed', byPeer: false },
    })
  })

  test('closes the connection when its state takes more memory than the limit', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected({ maxStateBytes: 4000 })
    server.commit(1, ...Array<string>(500).fill('word'))
    clock.advance(200)
    expect(connection.closeInfo).toMatchObject({ code: 'packet_too_large', byPeer: false })
    expect(connection.closeInfo?.reason).toBe('the state takes more than maxStateBytes')
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

describe('subscribe', () => {
  test('calls a listener with each version, and with immediate at once', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const calls: unknown[] = []
    connection.subscribe(({ count }) => calls.push(['later', count]))
    const off = connection.subscribe(({ count }) => calls.push(['now', count]), { immediate: true })
    expect(calls).toEqual([['now', 0]])
    server.commit(1)
    clock.advance(100)
    off()
    server.commit(2)
    clock.advance(100)
    expect(calls).toEqual([
      ['now', 0],
      ['later', 1],
      ['now', 1],
      ['later', 2],
    ])
  })

  test('with a selector calls the listener when the value has changed', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const calls: unknown[] = []
    connection.subscribe(
      ({ words }) => words.length,
      (length, previous) => calls.push([length, previous]),
      { immediate: true },
    )
    server.commit(1)
    clock.advance(100)
    server.commit(2, 'word')
    clock.advance(100)
    expect(calls).toEqual([
      [0, 0],
      [1, 0],
    ])
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

  test('wait for a handler that is registered 100 ms after connect', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    server.send('news', 'late')
    clock.advance(100)
    const heard: string[] = []
    const off = connection.registerEventHandler('news', (text) => void heard.push(text))
    clock.advance(1)
    off()
    server.send('news', 'after')
    clock.advance(100)
    expect(heard).toEqual(['late'])
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
})

describe('the game', () => {
  test('changes host, running and room by $game, which is not for the caller', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    const { isHost, hostClientId, gameRunning, tickRate, room } = connection
    expect([isHost, hostClientId, gameRunning, tickRate]).toEqual([true, 'me', true, 20])
    expect(room).toEqual({ kind: 'game', id: '1', maxClients: undefined, metadata: {}, link: undefined })
    let changes = 0
    connection.onGameChange(() => changes++)
    const waiting = connection.waitUntil(() => !connection.gameRunning)
    server.send('$game', { ...server.info, tick: 5, atMs: 1250 })
    clock.advance(200)
    expect([changes, connection.room === room]).toEqual([0, true])
    server.send('$game', { ...server.info, host: null, running: false })
    clock.advance(200)
    expect([connection.isHost, connection.hostClientId, connection.gameRunning]).toEqual([false, undefined, false])
    expect(changes).toBe(1)
    await waiting
    server.send('$game', { ...server.info, room: { kind: 'game', id: '1', maxClients: 4, metadata: { map: 'ice' } } })
    clock.advance(200)
    expect([connection.room.maxClients, connection.room.metadata, changes]).toEqual([4, { map: 'ice' }, 2])
  })

  test('has a time that runs while no version comes, and stands still during a pause', async () => {
    const { clock, server, connected } = setStage()
    const connection = await connected()
    clock.advance(5000)
    // the virtual server's tick 0 was at 1,000 ms
    expect(connection.time).toBeCloseTo((clock.now() - 1000) / 1000, 1)
    const times: number[] = []
    for (let i = 0; i < 40; i++) {
      clock.advance(100)
      times.push(connection.time)
    }
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeCloseTo(0.1, 2)
    const tick = Math.floor((clock.now() - 1000) / 50)
    server.send('$game', { ...server.info, running: false, tick, atMs: clock.now() })
    clock.advance(200)
    const stopped = connection.time
    clock.advance(5000)
    expect(connection.time).toBeCloseTo(stopped, 6)
    server.send('$game', { ...server.info, running: true, tick: tick + 1, atMs: clock.now() + 50 })
    clock.advance(2000)
    expect(connection.time).toBeCloseTo(((tick + 1) * 50 + 1950) / 1000, 1)
  })
})

test('round-trip time, jitter and the clock of the server are measured during play', async () => {
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

test('between gives two versions of the past and never goes back, for two delays at once', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected()
  const drawn: number[] = []
  for (let i = 1; i <= 200; i++) {
    if (i % 5 === 0) server.commit(i)
    clock.advance(10)
    connection.between(0)
    const { from, to, alpha } = connection.between(300)
    drawn.push(from.count + (to.count - from.count) * alpha)
  }
  for (let i = 1; i < drawn.length; i++) expect(drawn[i]).toBeGreaterThanOrEqual(drawn[i - 1] ?? 0)
  expect(drawn.at(-1)).toBeGreaterThan(150)
  const { to } = connection.between(0)
  expect(drawn.at(-1)).toBeLessThan(to.count)
})

test('scene needs the rules', async () => {
  const { connected } = setStage()
  const bare = await connected()
  expect(() => bare.scene()).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message: 'scene needs the option game' }),
  )
})

test('scene is the state for a game without motion', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected({ game: board })
  server.commit(4)
  clock.advance(100)
  expect(connection.scene()).toBe(connection.state)
})

test.each([undefined, -5, Number.NaN, '100'])('between refuses the delay %o', async (delayMs) => {
  const { connected } = setStage()
  const connection = await connected()
  expect(() => connection.between(delayMs as number)).toThrow(
    expect.objectContaining({
      code: 'invalid_argument',
      message: expect.stringContaining('delayMs is a number from 0'),
    }),
  )
})

test('console.log shows the client, its status, its room and its version', async () => {
  const { server, connected } = setStage()
  server.commit(3)
  const connection = await connected()
  const { clientId, room } = connection
  expect(inspect(connection)).toBe(
    inspect({ clientId, status: 'connected', room: `${room.kind}/${room.id}`, version: 1 }),
  )
})

test.each([-1, Number.NaN, 'soon'])('waitUntil refuses the time %o', async (timeoutMs) => {
  const { connected } = setStage()
  const connection = await connected()
  expect(() => connection.waitUntil(() => false, { timeoutMs } as never)).toThrow('timeoutMs is a number from 0')
})

describe('a callback that rejects', () => {
  const bang = async (): Promise<never> => {
    throw new Error('bang')
  }
  type Stage = ReturnType<typeof setStage>
  type Board = Awaited<ReturnType<Stage['connected']>>

  test.each<[string, (connection: Board, stage: Stage) => void]>([
    [
      'of subscribe',
      (connection, { server }) => {
        connection.subscribe(bang)
        server.commit(1)
      },
    ],
    ['of subscribe, called at once', (connection) => void connection.subscribe(bang, { immediate: true })],
    [
      'of subscribe with a selector',
      (connection, { server }) => {
        connection.subscribe((state) => state.count, bang)
        server.commit(1)
      },
    ],
    [
      'of onStatus',
      (connection, { server }) => {
        connection.onStatus(bang)
        server.link?.cut()
      },
    ],
    [
      'of onGameChange',
      (connection, { server }) => {
        connection.onGameChange(bang)
        server.send('$game', { ...server.info, host: null })
      },
    ],
    [
      'of onMembersChange',
      (connection, { server }) => {
        connection.onMembersChange(bang)
        server.send('$members', { reset: true })
      },
    ],
    [
      'of registerEventHandler',
      (connection, { server }) => {
        connection.registerEventHandler('poke', bang)
        server.send('poke', undefined)
      },
    ],
    ['of onAck', (connection) => connection.dispatchEvent('reset', { onAck: bang })],
    [
      'of onFail',
      (connection, { server }) => {
        server.answer = () => ({ kind: 'refused', code: 'no', message: '' })
        connection.dispatchEvent('reset', { onFail: bang })
      },
    ],
    [
      'of a channel',
      (connection, { clock, server }) => {
        void connection.channels.subscribe('news', bang)
        clock.advance(100)
        server.send('$channel', ['room', 'news', 'text', 'x', null])
      },
    ],
  ])('%s is logged and harms nothing', async (_, use) => {
    const stage = setStage()
    const connection = await stage.connected()
    use(connection, stage)
    stage.clock.advance(2000)
    await turnOf(stage.clock)
    expect(stage.log.errors.length).toBeGreaterThan(0)
    expect(connection.status).toBe('connected')
  })
})

test('all methods may be passed around', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected()
  const { subscribe, onStatus, onGameChange, onMembersChange, waitUntil, between, scene, serverNow } = connection
  const { dispatchEvent, request, registerEventHandler, disconnect } = connection
  const { list } = connection.channels
  const offs = [subscribe(() => {}), onStatus(() => {}), onGameChange(() => {}), onMembersChange(() => {})]
  offs.push(registerEventHandler('news', () => {}))
  for (const off of offs) off()
  dispatchEvent('reset')
  const answers = [request('reset'), waitUntil(() => true)]
  clock.advance(100)
  await Promise.all(answers)
  expect([typeof between(0), typeof serverNow()]).toEqual(['object', 'number'])
  expect(scene).toThrow('the option game')
  server.answer = () => ({ kind: 'refused', code: 'no', message: 'no channels here' })
  const listing = list().catch((error) => error)
  clock.advance(100)
  expect(await listing).toMatchObject({ code: 'no' })
  const done = disconnect()
  clock.advance(1000)
  await done
  expect(connection.status).toBe('closed')
})
