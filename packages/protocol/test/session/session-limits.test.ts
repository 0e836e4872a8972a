import { ClientSession, encodeStateMessage, readHello, ServerSession } from '@tygase/protocol/internal'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { bytesOf } from '../support/hex.js'
import { Pair, reliable, unreliable } from '../support/pair.js'
import { badLink, clientOptions, Ear, Fate, Play, perfectLink, serverOptions } from '../support/play.js'

let pair: Pair
let client: ClientSession
let server: ServerSession
let clientEar: Ear
let serverEar: Ear

function begin(...options: ConstructorParameters<typeof Pair>): void {
  pair = new Pair(...options)
  ;({ client, server, clientEar, serverEar } = pair)
}

beforeEach(() => begin())

describe('limits of a session', () => {
  it.each([
    ['an empty packet', '', 'malformed'],
    ['an ack for what was never sent', '18 02 01', 'acked_never_sent'],
    ['an ack far beyond', '18 02 fd ff ff ff ff ff ff 0f', 'acked_never_sent'],
    ['an ack for sequence 0', '18 00 01', 'malformed'],
    ['a first event without a sequence', '07 01', 'malformed'],
    ['a name that is not in the table', '17 01 09', 'malformed'],
    ['a sequence beyond 2^50', '17 81 80 80 80 80 80 80 02 01', 'malformed'],
    ['a sequence counted on beyond 2^50', '17 80 80 80 80 80 80 80 02 01 07 01', 'malformed'],
    ['a place that a client saw without a tick', '97 01 05 01', 'malformed'],
    ['a state from a client', '05 01 00', 'unexpected_message'],
    [
      'a second hello',
      '01 54 79 47 61 06 00 01 02 03 04 05 06 07 08 00 00 00 00 00 40 8f 40 00 00 00',
      'unexpected_message',
    ],
    ['a hello of another version', '01 54 79 47 61 05', 'version_mismatch'],
  ])('end it with a code for %s', (_what, hex, code) => {
    pair.connect()
    server.receive(bytesOf(hex), 1)
    expect(server.closeInfo).toMatchObject({ code, byPeer: false })
    client.receive(server.flush(1)!, 1)
    expect(client.closeInfo).toMatchObject({ code, byPeer: true })
  })

  it('let no part of a packet take effect if one part is wrong', () => {
    pair.connect()
    server.receive(bytesOf('17 01 01 18 02 01'), 1)
    expect(serverEar.events).toStrictEqual([])
    expect(server.closeInfo?.code).toBe('acked_never_sent')
  })

  it('end it when a client has too many events under way', () => {
    begin({ server: { maxPendingEvents: 10 } })
    serverEar.answer = () => undefined
    pair.connect()
    for (let i = 0; i < 11; i++) client.send('move', new Uint8Array(0), {}, 1)
    pair.exchange(1)
    expect(server.closeInfo?.code).toBe('too_many_pending')
  })

  it.each([
    ['packets', { maxPacketsPerSecond: 10 }, 1],
    ['events', { maxEventsPerSecond: 10 }, 5],
  ])('end it when a client sends more %s in a second than it may, and not before', (_what, limits, perPacket) => {
    begin({ server: limits })
    pair.connect()
    const send = (at: number): void => {
      for (let i = 0; i < perPacket; i++) client.send('move', new Uint8Array(0), {}, at)
      server.receive(client.flush(at)!, at)
    }
    const perSecond = 10 / perPacket
    // a second's worth at once, and then one for each that time brings back
    for (let i = 0; i < perSecond; i++) send(1)
    for (let i = 1; i <= 50; i++) send(1 + (i * 1000) / perSecond)
    expect(server.closeInfo).toBeUndefined()
    send(1 + (50 * 1000) / perSecond)
    expect(server.closeInfo?.code).toBe('rate_limited')
  })

  it('do not limit how often a server sends to its client', () => {
    pair.connect()
    for (let i = 0; i < 25_000; i++) client.receive(encodeStateMessage(i, undefined, new Uint8Array(1)), 1)
    expect(client.closeInfo).toBeUndefined()
  })

  it('let no name be longer than 128 characters, sent or received', () => {
    pair.connect()
    client.send('n'.repeat(128), new Uint8Array(0), {}, 1)
    expect(() => client.send('n'.repeat(129), new Uint8Array(0), {}, 1)).toThrowError(
      expect.objectContaining({ code: 'event_too_large' }),
    )
    pair.exchange(1)
    expect(serverEar.names).toStrictEqual(['n'.repeat(128)])
  })

  it("of events are the server's at both ends: a client takes what its server takes, and sends no more", () => {
    begin({ server: { maxEventBytes: 100_000, maxPayloadDepth: 5 }, client: { maxEventBytes: 80_000 } })
    pair.connect()
    expect(client.sendLimits).toMatchObject({
      maxEventBytes: 80_000,
      maxPayloadDepth: 5,
      maxPayloadElements: 400_000,
      maxPayloadStringBytes: 100_000,
    })
    expect(client.receiveLimits).toMatchObject({
      maxEventBytes: 100_000,
      maxPayloadDepth: 32,
      maxPayloadStringBytes: 100_000,
    })
    expect(server.sendLimits).toMatchObject({
      maxEventBytes: 100_000,
      maxPayloadDepth: 5,
      maxPayloadStringBytes: 100_000,
    })
    server.send('shout', new Uint8Array(100_000), {}, 1)
    pair.exchange(1)
    expect(clientEar.names).toStrictEqual(['shout'])
  })

  it('end it when a client has too many bytes of events under way', () => {
    begin({ server: { maxPendingBytes: 10_000 } })
    serverEar.answer = () => undefined
    pair.connect()
    for (let i = 0; i < 11; i++) client.send('move', new Uint8Array(1000), {}, 1)
    pair.exchange(1)
    expect(server.closeInfo?.code).toBe('too_many_pending')
  })

  it('bound the outcomes that are kept for a client that never frees them', () => {
    begin({ server: { maxPendingBytes: 10_000, maxPendingEvents: 100 } })
    serverEar.answer = () => ({ kind: 'done', payload: new Uint8Array(2000) })
    pair.connect()
    const codes: string[] = []
    for (let i = 0; i < 8; i++) {
      const onFail = (error: { refusal?: { code: string } | undefined }): void => void codes.push(error.refusal!.code)
      client.send('move', new Uint8Array(0), { onFail }, 1)
    }
    server.receive(client.flush(1)!, 1)
    client.receive(server.flush(1)!, 1)
    expect(codes).toStrictEqual(Array(4).fill('result_dropped'))
    expect(server.closeInfo).toBeUndefined()
  })

  it('let a client free large outcomes in time, many at once', () => {
    begin({ server: { maxPendingBytes: 1_000_000 } })
    serverEar.answer = () => ({ kind: 'done', payload: new Uint8Array(40_000) })
    pair.connect()
    const fates = Array.from({ length: 200 }, () => new Fate())
    for (const [i, fate] of fates.entries()) {
      client.send('move', new Uint8Array(0), fate.options(0), i)
      pair.exchange(i)
    }
    expect(fates.filter(({ acks }) => acks[0]?.length === 40_000)).toHaveLength(200)
  })

  it.each([
    ['a reliable transport', reliable, ''],
    ['one that is not', unreliable, ''],
    ['one that is not, with a floor', unreliable, '0a 80 80 80 80 80 80 80 02 00'],
    ['one that is not, with a floor far beyond', unreliable, '0a ff ff ff ff ff ff ff 0f fe ff ff ff ff ff ff 0f'],
  ])(
    'let a client say any sequence up to 2^50, and tell what became of it and all before: on %s',
    (_what, transport, floor) => {
      pair.connect(0, transport)
      server.receive(bytesOf(`${floor} 57 80 80 80 80 80 80 80 02 01 01 c0`), 1)
      expect(serverEar.events.map(({ sequence }) => sequence)).toStrictEqual([2 ** 50])
      expect(server.closeInfo).toBeUndefined()
      client.receive(server.flush(1)!, 1)
      expect(client.closeInfo).toMatchObject({ code: 'acked_never_sent', byPeer: false })
    },
  )

  it.each([
    ['10', 199],
    ['50', 995],
  ])('hold for a client that gets answers to 19,900 events a second, sent every %s ms', (everyMs, count) => {
    const play = new Play()
    play.serverEar.answer = ({ sequence }) => ({ kind: 'done', payload: new Uint8Array([sequence % 256]) })
    play.meet(perfectLink)
    const answered = new Set<number>()
    for (let atMs = 0; atMs < 3000; atMs += Number(everyMs)) {
      for (let i = 0; i < count; i++) {
        const sequence = play.client.send(
          'move',
          new Uint8Array(0),
          { retries: Number.POSITIVE_INFINITY, onAck: () => answered.add(sequence) },
          play.clock.now(),
        )
      }
      play.clock.advance(Number(everyMs))
    }
    play.clock.advance(1000)
    expect([play.server.closeInfo, play.client.closeInfo, answered.size]).toStrictEqual([undefined, undefined, 59_700])
  })

  it.each([
    ['keepAliveMs 0', '00 88 27'],
    ['keepAliveMs 0 and idleTimeoutMs 0', '00 00'],
  ])('keep a client from sending without end if its server names %s', (_what, hex) => {
    client.attach(reliable, 0)
    server.attach(reliable, 0, readHello(client.flush(0)!))
    const welcome = Buffer.from(server.flush(0)!).toString('hex')
    client.receive(bytesOf(welcome.replace('d00f8827', hex.replaceAll(' ', ''))), 0)
    let packets = 0
    for (let steps = 0, now = 0; now < 1000 && client.status === 'connected'; now = client.nextDeadline()) {
      expect(steps++).toBeLessThan(300)
      client.advance(now)
      if (client.flush(now)) packets++
    }
    expect(packets).toBeGreaterThan(1)
    expect(packets).toBeLessThanOrEqual(102)
  })

  it('let a quiet client stay when only idleTimeoutMs was made shorter', () => {
    const play = new Play(1, { idleTimeoutMs: 1500 })
    play.meet(perfectLink)
    play.clock.advance(20_000)
    expect(play.clientEar.statuses).toStrictEqual([['connected', undefined]])
    expect(play.serverEar.statuses).toStrictEqual([['connected', undefined]])
  })

  it.each([-1, Number.NaN])('are numbers from 0, not %s', (maxPendingEvents) => {
    expect(() => begin({ server: { maxPendingEvents } })).toThrowError(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining('maxPendingEvents') }),
    )
  })

  it('make send throw if too many events wait for acks, and let it go on after the acks', () => {
    begin({ client: { maxQueuedEvents: 2, maxEventBytes: 100 } })
    pair.connect()
    const send = (bytes: number) => client.send('move', new Uint8Array(bytes), {}, 1)
    expect(() => send(101)).toThrowError(expect.objectContaining({ code: 'event_too_large' }))
    send(100)
    send(1)
    expect(() => send(1)).toThrowError(expect.objectContaining({ code: 'queue_full' }))
    pair.exchange(2)
    expect(send(1)).toBe(3)
  })

  it.each([-1, 0.5, Number.NaN])('make send throw for %s retries', (retries) => {
    pair.connect()
    expect(() => client.send('move', new Uint8Array(0), { retries }, 1)).toThrowError(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })

  it('hold for packets that are sent: events that do not fit follow in the next one', () => {
    begin({ server: { maxEventsPerPacket: 3 } })
    pair.connect()
    for (let i = 0; i < 8; i++) client.send('move', new Uint8Array(0), {}, 1)
    const packets = [client.flush(1)!, client.flush(1)!, client.flush(1)!]
    expect(client.flush(1)).toBeUndefined()
    for (const packet of packets) server.receive(packet, 1)
    expect(serverEar.events).toHaveLength(8)
    expect(server.closeInfo).toBeUndefined()
  })

  it('never let receive throw, whatever comes and in whatever order [P41]', () => {
    const play = new Play(3)
    play.meet(badLink)
    for (let i = 0; i < 5; i++) play.client.send('move', new Uint8Array(2), { retries: 2 }, play.clock.now())
    const packet = play.client.flush(play.clock.now())!
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(packet.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 }),
        fc.boolean(),
        (changes, noise, isReliable) => {
          const ear = new Ear()
          const session = new ServerSession(serverOptions(ear), 0)
          ear.session = session
          session.attach({ reliable: isReliable }, 0, readHello(helloPacket()))
          const bytes = packet.slice()
          for (const [at, value] of changes) bytes[at] = value
          for (const one of [packet, bytes, ...noise]) session.receive(one, 1)
          session.flush(2)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

function helloPacket(): Uint8Array {
  const session = new ClientSession(
    clientOptions(new Ear(), () => 0.5),
    0,
  )
  session.attach(reliable, 0)
  return session.flush(0)!
}

describe('states in a session', () => {
  it('reach the listener with version, base and payload', () => {
    pair.connect()
    client.receive(encodeStateMessage(3, undefined, new Uint8Array([1])), 1)
    client.receive(encodeStateMessage(5, 3, new Uint8Array([2])), 2)
    expect(clientEar.states).toStrictEqual([
      [3, undefined, '1'],
      [5, 3, '2'],
    ])
  })

  it('are refused by encodeStateMessage if no delta can lead from base to version', () => {
    for (const [version, base] of [
      [3, 3],
      [3, 4],
      [-1, undefined],
      [1.5, undefined],
    ] as const) {
      expect(() => encodeStateMessage(version, base, new Uint8Array(0))).toThrowError(
        expect.objectContaining({ code: 'invalid_argument' }),
      )
    }
  })

  it.each([
    ['what was sent last, on a reliable transport', reliable, 5],
    ['what the client has reported, on others', unreliable, 3],
  ])('start from %s', (_what, transport, base) => {
    pair.connect(0, transport)
    server.stateSent(3)
    client.stateHeld(3)
    pair.exchange(1)
    server.stateSent(5)
    expect(server.stateBase).toBe(base)
    client.stateHeld(undefined)
    pair.exchange(2)
    expect(server.stateBase).toBeUndefined()
  })
})

describe('time in a session', () => {
  it('is measured on both sides: round trips, jitter and the offset of the clocks [P43]', () => {
    const play = new Play(1)
    play.meet({ ...perfectLink, latencyMs: 80 })
    play.clock.advance(30_000)
    for (const session of [play.client, play.server]) {
      expect(session.rttMs).toBeCloseTo(160, 0)
      expect(session.jitterMs).toBeLessThan(3)
      expect(session.fastest?.offsetMs).toBeCloseTo(0, 0)
    }
  })

  it.each([
    ['a reliable transport', perfectLink],
    ['one that is not', { ...perfectLink, reliable: false }],
  ])('is known on both sides after two round trips over %s', (_what, link) => {
    const play = new Play(1)
    play.connect(link)
    const metAt: number[] = []
    while (play.client.rttMs === undefined || play.server.rttMs === undefined) {
      play.clock.advance(10)
      if (play.client.status === 'connected') metAt.push(play.clock.now())
    }
    // from the welcome on: an answer to it, an answer to that, and what flushes every 10 ms take
    expect(play.clock.now() - metAt[0]!).toBeLessThanOrEqual(130)
    expect(play.client.rttMs).toBeLessThanOrEqual(120)
  })

  it('shows by keep-alives that both sides live, and nothing else is sent then', () => {
    const play = new Play(1)
    play.meet(perfectLink)
    const packetsOut = play.client.counters.get('packetsOut')
    play.clock.advance(20_000)
    expect(play.client.status).toBe('connected')
    expect(play.client.counters.get('packetsOut') - packetsOut).toBeLessThanOrEqual(20)
  })

  it('names each deadline once: a packet that waits for a flush is not due again', () => {
    pair.connect()
    pair.exchange(0)
    const first = client.nextDeadline()
    client.advance(first)
    expect(client.nextDeadline()).toBeGreaterThan(first)
    client.flush(first)
    expect(client.nextDeadline()).toBeGreaterThan(first)
  })
})
