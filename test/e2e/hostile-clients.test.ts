import { encodeValue } from '@tygase/gamestate/internal'
import { closeCodes, protocolVersion } from '@tygase/protocol/internal'
import { describe, expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { eventPacket, eventsPacket, helloPacket, nestedPayload, objectPayload } from './support/hostile-bytes.js'
import { LooseClient } from './support/loose-client.js'
import { join, once, runServer, urlOf } from './support/stage.js'

/** A game under way: a client that plays fair, whose replica is looked at, and one that was let in and will not. */
async function setUp(options: Parameters<typeof runServer>[1] = {}) {
  const errors: string[] = []
  const warnings: string[] = []
  const logger = {
    debug() {},
    info() {},
    // a busy machine drops ticks, whoever the clients are
    warn: (_details: object, message: string) => message.startsWith('ticks were dropped') || warnings.push(message),
    error: (_details: object, message: string) => errors.push(message),
  }
  const server = await runServer(arena, { logger, ...options })
  const fair = await join(server)
  const statuses: string[] = []
  fair.onStatus((status) => statuses.push(status))
  const hostile = await LooseClient.join(urlOf(server))
  /** The game goes on for who plays fair, who has not noticed anything, and nothing has failed. */
  const expectFairPlay = async (): Promise<void> => {
    const before = server.store.state.players.get(fair.clientId)?.x ?? 0
    expect(await fair.request('move', { dx: 1, dy: 0 })).toMatchObject({ x: before + 1 })
    await fair.waitUntil((state) => state.players.get(fair.clientId)?.x === before + 1)
    expect(statuses).toEqual([])
    expect(errors).toEqual([])
    expect(({} as { x?: unknown }).x).toBeUndefined()
  }
  return { server, fair, hostile, warnings, expectFairPlay }
}

const nothing = new Uint8Array(0)

describe('a client that was let in and then sends', () => {
  test.each<[string, Uint8Array, string]>([
    ['garbage', Uint8Array.of(0xff, 0xfe, 0xfd), 'malformed'],
    ['a packet of no bytes', nothing, 'malformed'],
    ['half an event', eventPacket(1, 'move', encodeValue({ dx: 1, dy: 1 })).subarray(0, 9), 'malformed'],
    ['an event and a byte too many', Uint8Array.of(...eventsPacket(1, 1, 'nextRound'), 0), 'malformed'],
    ['another hello', helloPacket(), 'unexpected_message'],
    ['a welcome', Uint8Array.of(0x02, ...new Uint8Array(60)), 'unexpected_message'],
    ['a state of its own', Uint8Array.of(0x05, 0x01, 0x02, 0x13, 0x00), 'unexpected_message'],
    ['an ack of what was never sent', Uint8Array.of(0x18, 0x02, 0xfd, 0x01), 'acked_never_sent'],
    ['a floor below every event', Uint8Array.of(0x0a, 0x00, 0x00), 'malformed'],
    ['an event for a version to come', eventPacket(1, 'nextRound', nothing.slice(), 9), 'malformed'],
    ['an event without a name', eventPacket(0, 'nextRound', encodeValue(1)), 'malformed'],
    ['a name that is not in the table', Uint8Array.of(0x17, 0x01, 0x7f), 'malformed'],
    ['more events in a packet than may be', eventsPacket(1, 2049, 'x'), 'too_many_events'],
    ['an event above the limit', eventPacket(1, 'note', new Uint8Array(64 * 1024 + 1)), 'event_too_large'],
    ['a packet above the limit', new Uint8Array(1024 * 1024 + 1), 'packet_too_large'],
    ['a name above the limit', eventPacket(1, 'x'.repeat(64 * 1024), encodeValue(1)), 'event_too_large'],
    ['a payload that is none', eventPacket(1, 'note', Uint8Array.of(0x16)), 'malformed'],
    ['a payload cut short', eventPacket(1, 'note', Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0x7f)), 'malformed'],
    ['a payload of 50,000 levels', eventPacket(1, 'note', nestedPayload(50_000)), 'malformed'],
    [
      'a payload that says it has 2^32 parts',
      eventPacket(1, 'note', Uint8Array.of(0x12, 255, 255, 255, 255, 15)),
      'malformed',
    ],
  ])('%s is closed with a code, and the game of others goes on', async (_case, packet, code) => {
    const { server, hostile, expectFairPlay } = await setUp()
    const left = once<[unknown, { code: string }?]>((listener) => server.room.onLeave(listener))
    hostile.sendRaw(packet)
    // 1009 is what WebSocket itself has for it
    expect([code, '1009']).toContain(await hostile.closed)
    expect((await left)[1]?.code).toBe(code)
    await expect.poll(() => server.clients.size).toBe(1)
    await expectFairPlay()
  })

  test.each<[string, (hostile: LooseClient) => void]>([
    ['text', (hostile) => hostile.socket.send('{"type":"move"}')],
    ['a frame that is not masked', (hostile) => hostile.socket.send(Uint8Array.of(1), { mask: false })],
  ])('%s ends its session as malformed', async (_case, act) => {
    const { server, hostile, expectFairPlay } = await setUp()
    const left = once<[unknown, { code: string }?]>((listener) => server.room.onLeave(listener))
    act(hostile)
    expect((await left)[1]?.code).toBe('malformed')
    await hostile.closed
    await expectFairPlay()
  })

  test.each(['__proto__', 'constructor', 'hasOwnProperty', 'toString', '', '$world', 'news', 'moved', 'x\0y'])(
    'an event named %j, which is none of its own, is refused and counted, and reaches nobody',
    async (name) => {
      const { server, fair, hostile, expectFairPlay } = await setUp()
      const heard: unknown[] = []
      fair.registerEventHandler('news', (data) => heard.push(data))
      await expect(hostile.request(name, { text: 'from the server, honestly' })).rejects.toMatchObject({
        refusal: { code: 'event_unknown' },
      })
      expect(server.stats.eventsUnknown).toBe(1)
      await expectFairPlay()
      expect(heard).toEqual([])
    },
  )

  test.each(['move', 'note', 'nextRound', '__proto__'])(
    'a key __proto__ in the payload of %s, at any depth, is closed as malformed and pollutes nothing',
    async (name) => {
      for (const payload of [objectPayload('__proto__'), objectPayload('a', objectPayload('__proto__'))]) {
        const { hostile, expectFairPlay } = await setUp()
        hostile.sendPayload(name, payload)
        expect(await hostile.closed).toBe('malformed')
        await expectFairPlay()
      }
    },
  )

  test.each(['constructor', 'prototype', 'toString', '__defineGetter__'])(
    'a key %s is data like any other: refused by the schema or ignored',
    async (key) => {
      const { hostile, expectFairPlay } = await setUp()
      hostile.sendPayload('move', objectPayload(key))
      await expect(hostile.request('buy', { item: 'hat', [key]: { x: 1 } })).resolves.toBe('hat bought')
      await expectFairPlay()
    },
  )

  test('an event in the name of another client, it is still its own', async () => {
    const { server, fair, hostile, expectFairPlay } = await setUp()
    await hostile.request('move', { dx: 100, dy: 0, clientId: fair.clientId, client_address: fair.clientId })
    expect(server.store.state.players.get(fair.clientId)?.x).toBe(0)
    expect(server.store.state.players.get(hostile.clientId)?.x).toBe(100)
    await expectFairPlay()
  })

  test('a shutdown without being host, it is refused and logged, and only that client leaves [P16]', async () => {
    const { server, hostile, warnings, expectFairPlay } = await setUp({ hostShutsDown: 'server' })
    const asked = Array.from({ length: 100 }, () => hostile.request('$shutdown').catch((error) => error.refusal.code))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['not_host_client']))
    // one line, and the rest as one number each second: a busy machine takes some
    expect(new Set(warnings)).toEqual(new Set(['a client asked for a shutdown that it may not have']))
    expect(warnings.length).toBeLessThan(20)
    // CLOSE with the code of a shutdown
    hostile.sendRaw(Uint8Array.of(0x04, 0xa2, 0x1f, 0x00))
    await hostile.closed
    expect(server.running).toBe(true)
    await expect.poll(() => server.clients.size).toBe(1)
    await expectFairPlay()
  })
})

describe('a packet that was sent before', () => {
  test('sent again by its client is not handled again', async () => {
    const { server, hostile, expectFairPlay } = await setUp()
    await hostile.request('move', { dx: 1, dy: 0 })
    await hostile.request('move', { dx: 1, dy: 0 })
    const [, ...later] = hostile.packetsOut
    for (const packet of later) hostile.sendRaw(packet)
    await Promise.race([hostile.closed, hostile.request('note', 'sync').catch(() => {})])
    await expectFairPlay()
    expect(server.store.state.players.get(hostile.clientId)?.x ?? 2).toBe(2)
  })

  test('sent by another client does nothing for who sent it first', async () => {
    const { server, hostile, expectFairPlay } = await setUp()
    const thief = await LooseClient.join(urlOf(server))
    await hostile.request('move', { dx: 1, dy: 0 })
    thief.sendRaw(...hostile.packetsOut.slice(1))
    await Promise.race([thief.closed, thief.request('note', 'sync').catch(() => {})])
    expect(server.store.state.players.get(hostile.clientId)?.x).toBe(1)
    await expectFairPlay()
  })

  test('a hello that was heard begins a session of its own, and takes nobody over', async () => {
    const { server, hostile, expectFairPlay } = await setUp()
    const thief = new LooseClient(urlOf(server))
    await once((listener) => thief.socket.once('open', listener))
    thief.sendRaw(hostile.packetsOut[0] ?? nothing)
    await expect(hostile.request('buy', { item: 'hat' })).resolves.toBe('hat bought')
    expect(server.clients.has(hostile.clientId)).toBe(true)
    await expectFairPlay()
  })
})

describe('a hello', () => {
  test.each([
    ['the id of another and a token that is guessed', (id: string) => ({ clientId: id, token: new Uint8Array(16) })],
    ['the id of another and no token', (id: string) => ({ clientId: id, token: nothing })],
    ['__proto__ for an id', () => ({ clientId: '__proto__', token: nothing })],
    ['constructor for an id', () => ({ clientId: 'constructor', token: nothing })],
  ])('that resumes with %s is refused, and the other plays on', async (_case, resumeOf) => {
    const { server, fair, expectFairPlay } = await setUp()
    const thief = new LooseClient(urlOf(server))
    thief.socket.removeAllListeners('open')
    thief.socket.once('open', () => thief.sendRaw(helloPacket({ resume: resumeOf(fair.clientId) })))
    expect(await thief.closed).toBe('resume_failed')
    await expectFairPlay()
  })

  test.each([0, protocolVersion - 1, protocolVersion + 1, 2 ** 40])(
    'of version %s of the protocol is refused at once, with the reason [M6]',
    async (version) => {
      const { server, expectFairPlay } = await setUp({ limits: { handshakeTimeoutMs: 60_000 } })
      const stranger = new LooseClient(urlOf(server))
      stranger.socket.removeAllListeners('open')
      stranger.socket.once('open', () => stranger.sendRaw(helloPacket({ version })))
      expect(await stranger.closed).toBe('version_mismatch')
      expect(stranger.closeInfo?.reason).not.toBe(closeCodes.unknown.reason)
      await expectFairPlay()
    },
  )

  test.each(['__proto__', 'constructor', '/../../etc/passwd', '/\0', ''])(
    'with the path %j is a path like any other',
    async (path) => {
      const server = await runServer(arena, {}, { path: '/game' })
      const stranger = new LooseClient(urlOf(server))
      stranger.socket.removeAllListeners('open')
      stranger.socket.once('open', () => stranger.sendRaw(helloPacket({ path })))
      expect(await stranger.closed).toBe('refused')
    },
  )
})
