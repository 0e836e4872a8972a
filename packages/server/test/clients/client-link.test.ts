import {
  ClientSession,
  type CloseInfo,
  Counters,
  closeCodes,
  type IncomingEvent,
  readHello,
  type SessionLimits,
  type SessionStatus,
  writeClose,
} from '@tygase/protocol/internal'
import { createSeededRandom, VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { ClientLink, type LinkRoom } from '../../src/clients/client-link.js'
import { Quiet } from '../../src/sending/tick-loop.js'
import { FakeTransport } from '../support/fake-transport.js'
import { isForgotten } from '../support/is-forgotten.js'
import { LogBook } from '../support/stage.js'

/** A connection whose welcome has been written, and the client's session at the other end. */
function setUp(sessionLimits: Partial<SessionLimits> = {}, transport: FakeTransport = new FakeTransport()) {
  const clock = new VirtualClock()
  const logger = new LogBook()
  const limits = { keepAliveMs: 1000, idleTimeoutMs: 5000, ...sessionLimits }
  const room = {
    ...{ clock, logger, limits, names: [], quiet: new Quiet(), hostClient: undefined, counters: new Counters() },
    sentAlone: { states: 0, bytes: 0 },
    lifecycle: { changed: () => {} },
    events: { take: (link: ClientLink, { sequence }: IncomingEvent) => link.reply(sequence, { kind: 'done' }) },
    sendLast: () => {},
  }
  const request = {
    id: 'ada',
    token: new Uint8Array(16),
    welcome: new Uint8Array(0),
    identity: undefined,
    data: undefined,
  }
  // reason: a link looks at no more of a room
  const connection = new ClientLink(room as unknown as LinkRoom, request)
  connection.isJoined = true
  const heard: number[] = []
  const client = new ClientSession(
    {
      path: '/',
      random: createSeededRandom(1),
      listener: {
        onEvent: ({ sequence }) => {
          heard.push(sequence)
          client.reply(sequence, { kind: 'done' })
        },
      },
    },
    0,
  )
  client.attach({ reliable: true }, 0)
  connection.attach(transport, readHello(client.flush(0)!))
  const drain = (): number => {
    let count = 0
    for (let packet = connection.flush(clock.now()); packet; packet = connection.flush(clock.now())) {
      client.receive(packet, clock.now())
      count++
    }
    return count
  }
  drain()
  return { clock, logger, connection, transport, client, heard, drain }
}

test('nothing is flushed while nothing has happened, and a TIME when one is due', () => {
  const { clock, connection, drain } = setUp()
  clock.advance(500)
  connection.advance(clock.now())
  drain()
  for (let i = 0; i < 4; i++) {
    clock.advance(20)
    connection.advance(clock.now())
    expect(drain()).toBe(0)
  }
  clock.advance(1000)
  connection.advance(clock.now())
  expect(drain()).toBe(1)
})

test('an event goes out with the next flush, however quiet it was', () => {
  const { connection, heard, drain } = setUp()
  drain()
  connection.send('news', new Uint8Array(0), {})
  expect(drain()).toBe(1)
  expect(heard).toEqual([1])
})

test('a version that has gone out is the base from then on, until the client says that it has none', () => {
  const { clock, connection, transport, client } = setUp()
  expect(connection.stateBase).toBeUndefined()
  connection.flush(clock.now(), { version: 7, bytes: 10 })
  expect(connection.stateBase).toBe(7)
  client.stateHeld(undefined)
  transport.onBytes?.(client.flush(clock.now())!)
  expect(connection.stateBase).toBeUndefined()
})

test('the session knows of a version that has gone out before it writes an event that waits for it', () => {
  const { clock, connection, heard, drain } = setUp()
  connection.flush(clock.now(), { version: 9, bytes: 10 })
  connection.send('news', new Uint8Array(0), { minVersion: 9 })
  drain()
  // behind the state on this transport nothing has to wait, so the wire names no version
  expect(heard).toEqual([1])
  connection.send('news', new Uint8Array(0), { minVersion: 10 })
  drain()
  expect(heard).toEqual([1])
})

test('one whose transport is let go of gets before that what waited', () => {
  const { clock, connection, transport, client, heard } = setUp()
  connection.send('news', new Uint8Array(100), {})
  connection.suspend('shutdown', 'back soon')
  for (const packet of transport.sent) client.receive(packet, clock.now())
  expect([heard, transport.closedWith, connection.status]).toEqual([[1], closeCodes.shutdown.number, 'suspended'])
})

test('one whose transport fails while the last packets are sent is closed like any other, and the failure is logged', () => {
  const { connection, transport, logger } = setUp()
  transport.send = () => {
    throw new Error('broken')
  }
  connection.send('news', new Uint8Array(100), {})
  connection.suspend('shutdown', 'back soon')
  expect([connection.status, connection.transport, logger.warnings]).toEqual([
    'suspended',
    undefined,
    ['a transport failed'],
  ])
  // how much it has taken is unknown
  expect(transport.closedWith).toBe(closeCodes.transport_lost.number)
})

test('one that is dropped says why and nothing of what waited', () => {
  const { clock, connection, transport, client, heard } = setUp()
  connection.send('news', new Uint8Array(100), {})
  connection.drop('too_slow', 'took nothing')
  expect(transport.sent.length).toBe(1)
  client.receive(transport.sent[0]!, clock.now())
  expect(heard).toEqual([])
  expect(client.closeInfo).toMatchObject({ code: 'too_slow', reason: 'took nothing' })
  expect(transport.closedWith).toBe(4048)
  expect(connection.bufferedBytes).toBe(0)
})

/** One that can wait, and says so. */
class PatientTransport extends FakeTransport {
  isPaused = false

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }
}

/** A client that may send 5 packets a second has sent 6: it may go on in 200 ms. */
function setUpInDebt() {
  const transport = new PatientTransport()
  const stage = setUp({ maxPacketsPerSecond: 5 }, transport)
  const { client, clock } = stage
  const send = (to: PatientTransport): void => {
    client.send('move', new Uint8Array(0), {}, clock.now())
    to.onBytes?.(client.flush(clock.now())!)
  }
  for (let i = 0; i < 6; i++) send(transport)
  return { ...stage, transport, send }
}

test('a transport over which too much comes is not read until it may go on, and the session lives', () => {
  const { clock, connection, transport, send } = setUpInDebt()
  expect(transport.isPaused).toBe(true)
  clock.advance(199)
  expect(transport.isPaused).toBe(true)
  clock.advance(1)
  expect(transport.isPaused).toBe(false)
  send(transport)
  expect(transport.isPaused).toBe(true)
  expect(connection.stats).toMatchObject({ eventsIn: 7, readPauses: 2 })
  expect(connection.status).toBe('connected')
})

test.each<[string, (stage: ReturnType<typeof setUpInDebt>) => void]>([
  ['that its peer closes', ({ transport }) => transport.onClose?.(1006, '')],
  ['that fails', ({ connection }) => connection.lose()],
  ['that is let go of in a shutdown', ({ connection }) => void connection.suspend('shutdown', '')],
  ['whose session ends', ({ connection }) => connection.disconnect()],
])('a transport %s during a pause is let go of at once, and no timer is left', (_what, end) => {
  const stage = setUpInDebt()
  end(stage)
  expect(stage.connection.transport).toBeUndefined()
  expect(stage.connection.status).not.toBe('connected')
  expect(stage.clock.pending).toBe(0)
})

test('a client that comes back over another transport goes on with its pause', () => {
  const { clock, connection, client, transport, send } = setUpInDebt()
  const next = new PatientTransport()
  transport.onClose?.(1006, '')
  client.suspend(clock.now())
  client.attach({ reliable: true }, clock.now())
  connection.attach(next, readHello(client.flush(clock.now())!))
  expect(next.isPaused).toBe(true)
  client.receive(connection.flush(clock.now())!, clock.now())
  clock.advance(200)
  expect(next.isPaused).toBe(false)
  send(next)
  expect(connection.status).toBe('connected')
})

test('a transport that fails when it is to go on is reported, and harms no client', () => {
  const { clock, logger, transport } = setUpInDebt()
  transport.resume = () => {
    throw new Error('broken')
  }
  clock.advance(200)
  expect(logger.errors).toEqual(['a transport failed'])
})

test('nothing of a hello is kept: credentials least of all', async () => {
  const { connection } = setUp()
  const transport = new FakeTransport()
  const credentials = new TextEncoder().encode('a password')
  const again = new ClientSession(
    { path: '/', credentials, random: createSeededRandom(2), listener: { onEvent: () => {} } },
    0,
  )
  again.attach({ reliable: true }, 0)
  const isGone = await isForgotten(() => {
    const packet = new Uint8Array(again.flush(0)!)
    connection.attach(transport, readHello(packet))
    return packet.buffer
  })
  expect([connection.transport === transport, isGone]).toEqual([true, true])
})

test('a state that goes out alone while nothing else happens is counted, and known to the session before its next event', () => {
  const { clock, connection, client, drain } = setUp()
  clock.advance(500)
  connection.advance(clock.now())
  drain()
  const before = connection.stats
  expect(connection.flush(clock.now(), { version: 5, bytes: 1000 })).toBeUndefined()
  const { packetsOut, bytesOut, statesSent, stateBytes } = connection.stats
  expect([packetsOut - before.packetsOut, bytesOut - before.bytesOut, statesSent, stateBytes]).toEqual([
    1, 1000, 1, 1000,
  ])
  expect(connection.stateBase).toBe(5)
  connection.send('news', new Uint8Array(0), { minVersion: 5 })
  drain()
  expect(client.status).toBe('connected')
  expect(connection.stateBase).toBe(5)
})

/** A link whose events do nothing but count, over a transport whose budget pays for one of them every 20 ms. */
function setUpPoor() {
  const transport = Object.assign(new FakeTransport(), { left: 1, mayWork: () => transport.left > 0, charge: () => {} })
  const stage = setUp({ graceMs: 100 }, transport)
  const { clock, connection, client } = stage
  const seen: unknown[] = []
  Object.assign(connection.owner, {
    events: {
      take: (_link: ClientLink, { sequence }: IncomingEvent) => {
        transport.left--
        seen.push(sequence)
      },
    },
    lifecycle: {
      changed: (_link: ClientLink, status: SessionStatus, info?: CloseInfo) => seen.push(`${status} ${info?.code}`),
    },
  })
  /** A packet with ten events. */
  const packet = (): Uint8Array => {
    for (let i = 0; i < 10; i++) client.send('act', new Uint8Array(0), {}, clock.now())
    return client.flush(clock.now())!
  }
  const pass = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 20) {
      clock.advance(20)
      transport.left = 1
      connection.advance(clock.now())
    }
  }
  return { ...stage, transport, seen, packet, pass }
}

const firstTen = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

describe('events that wait for the budget', () => {
  test('are handled before the end that came in their packet, and not at once', () => {
    const { connection, transport, seen, packet, pass } = setUpPoor()
    transport.onBytes?.(new Uint8Array([...packet(), ...writeClose('disconnected')]))
    expect([seen, connection.status, transport.closedWith]).toEqual([[1], 'closed', closeCodes.disconnected.number])
    pass(100)
    expect([seen, connection.hasEnded]).toEqual([firstTen.slice(0, 5), false])
    pass(120)
    expect([seen, connection.hasEnded]).toEqual([[...firstTen, 'closed disconnected'], true])
  })

  test('keep no later event waiting once they are handled', () => {
    const { transport, seen, packet, pass } = setUpPoor()
    transport.onBytes?.(packet())
    pass(300)
    expect(seen).toEqual(firstTen)
    transport.left = 10
    transport.onBytes?.(packet())
    expect(seen).toEqual([...firstTen, ...firstTen.map((number) => number + 10)])
  })

  test('are handled before the end of a session whose transport has closed and whose grace time is over', () => {
    const { connection, transport, seen, packet, pass } = setUpPoor()
    transport.onBytes?.(packet())
    transport.onClose?.(closeCodes.transport_lost.number, '')
    expect(seen).toEqual([1, 'suspended transport_lost'])
    pass(140)
    expect([connection.status, connection.hasEnded]).toEqual(['closed', false])
    pass(60)
    expect(seen).toEqual([1, 'suspended transport_lost', ...firstTen.slice(1), 'closed grace_over'])
  })

  test('are dropped if the server ends the session, or closes while they wait for the end', () => {
    const kicked = setUpPoor()
    kicked.transport.onBytes?.(kicked.packet())
    kicked.connection.disconnect()
    kicked.pass(100)
    expect(kicked.seen.filter((entry) => typeof entry === 'number')).toEqual([1])
    const { connection, transport, seen, packet, pass } = setUpPoor()
    transport.onBytes?.(new Uint8Array([...packet(), ...writeClose('disconnected')]))
    connection.end('shutdown', '')
    pass(100)
    expect(seen).toEqual([1, 'closed disconnected'])
  })
})

test('time of answers is charged to the transport of their client, and to its part of the next ticks', () => {
  const charged: number[] = []
  const transport = Object.assign(new FakeTransport(), { charge: (ms: number) => void charged.push(ms) })
  const { connection } = setUp({}, transport)
  const ofTicks: [string, number][] = []
  Object.assign(connection.owner, { machine: { charge: (id: string, ms: number) => void ofTicks.push([id, ms]) } })
  connection.chargeAnswers(3)
  connection.charge(2)
  expect([charged, ofTicks]).toEqual([[3, 2], [['ada', 3]]])
})

test('a client that moves to another transport is told so on the old one, which may have another reader by now', () => {
  const old = new FakeTransport()
  const { connection, client, clock } = setUp({}, old)
  client.suspend(clock.now())
  client.attach({ reliable: true }, clock.now())
  const sentBefore = old.sent.length
  connection.attach(new FakeTransport(), readHello(client.flush(clock.now())!))
  expect(old.sent.slice(sentBefore)).toEqual([writeClose('replaced')])
  expect(old.closedWith).toBe(closeCodes.replaced.number)
})
