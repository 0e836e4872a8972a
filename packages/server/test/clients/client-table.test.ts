import type { Hello } from '@tygase/protocol'
import { createSeededRandom, VirtualClock } from '@tygase/testkit/sim'
import { describe, expect, test } from 'vitest'
import { Sessions } from '../src/sessions.js'
import { FakeTransport } from '../support/fake-transport.js'
import { LogBook } from '../support/stage.js'

let clients = 0

/** The hello of another client each time. */
function newHello(): Hello {
  return { ...hello, attempt: new Uint8Array(new BigUint64Array([BigInt(++clients)]).buffer) }
}

const hello: Hello = {
  protocolVersion: 1,
  path: '/',
  receivedThrough: 0,
  attempt: new Uint8Array(8),
  startMs: 0,
  credentials: new Uint8Array(0),
}

function setUp(maxSessions = 10) {
  const clock = new VirtualClock()
  const told: string[] = []
  const options = {
    clock,
    random: createSeededRandom(4),
    logger: new LogBook(),
    limits: { graceMs: 1000 },
    names: [],
    maxSessions,
    handOverHost: true,
  }
  const sessions: Sessions = new Sessions(options, {
    onEvent: () => {},
    onBegin: () => told.push(`begin, host ${sessions.hostClient === undefined ? 'none' : 'known'}`),
    onSuspend: (_connection, info) => told.push(`suspend ${info?.code}`),
    onResume: () => told.push('resume'),
    onEnd: (_connection, info) => told.push(`end ${info?.code}`),
    welcome: () => new Uint8Array(0),
  })
  return { clock, told, sessions }
}

test('the host is known before the first session begins, so that its welcome can name it', () => {
  const { told, sessions } = setUp()
  expect(sessions.admit(new FakeTransport(), newHello())).toBe(sessions.connections.values().next().value)
  expect(told).toEqual(['begin, host known'])
})

test('each session has an id of its own, eight digits and letters', () => {
  const { sessions } = setUp(1000)
  for (let i = 0; i < 1000; i++) sessions.admit(new FakeTransport(), newHello())
  expect(sessions.connections.size).toBe(1000)
  for (const clientId of sessions.connections.keys()) expect(clientId).toMatch(/^[0-9a-z]{8}$/)
})

test('one more than maxSessions is refused with server_full, suspended ones counted', () => {
  const { sessions } = setUp(1)
  const transport = new FakeTransport()
  sessions.admit(transport, newHello())
  transport.onClose?.(1006, '')
  expect(sessions.admit(new FakeTransport(), newHello())).toMatchObject({ code: 'server_full' })
})

describe('resuming', () => {
  test('a wrong token, one of another length and an unknown id are refused alike', () => {
    const { sessions } = setUp()
    sessions.admit(new FakeTransport(), newHello())
    const [clientId = ''] = sessions.connections.keys()
    const attempts = [
      { clientId, token: new Uint8Array(16) },
      { clientId, token: new Uint8Array(0) },
      { clientId: 'nobody', token: new Uint8Array(16) },
    ]
    const answers = attempts.map((resume) => sessions.admit(new FakeTransport(), { ...hello, resume }))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ code: 'resume_failed' })
  })

  test('with the right token the session goes on over the new transport, and the old one is closed as replaced', () => {
    const { told, sessions } = setUp()
    const [first, second] = [new FakeTransport(), new FakeTransport()]
    sessions.admit(first, newHello())
    const [connection] = sessions.connections.values()
    const resume = { clientId: connection?.clientId ?? '', token: tokenOf(sessions) }
    expect(sessions.admit(second, { ...hello, resume })).toBe(connection)
    expect(first.closedWith).toBe(4003)
    expect(connection?.transport).toBe(second)
    // the end of the old transport is of no importance any more
    first.onClose?.(4003, '')
    expect(connection?.status).toBe('connected')
    expect(told).toEqual(['begin, host known'])
  })

  test('after the grace time it is refused, and the session has ended, whether or not anybody looked before', () => {
    const { clock, told, sessions } = setUp()
    const transport = new FakeTransport()
    sessions.admit(transport, newHello())
    const [clientId = ''] = sessions.connections.keys()
    const resume = { clientId, token: tokenOf(sessions) }
    transport.onClose?.(1006, '')
    clock.advance(1000)
    expect(sessions.admit(new FakeTransport(), { ...hello, resume })).toMatchObject({ code: 'resume_failed' })
    expect(told.slice(1)).toEqual(['suspend transport_lost', 'end grace_over'])
    expect(sessions.connections.size).toBe(0)
  })
})

test('a transport that closes because a packet was too large ends the session: it would be so again', () => {
  const { told, sessions } = setUp()
  const transport = new FakeTransport()
  sessions.admit(transport, newHello())
  transport.onClose?.(4043, 'too large')
  expect(told.at(-1)).toBe('end packet_too_large')
})

/** With this random source the token is what the client learned from its welcome. */
function tokenOf(sessions: Sessions): Uint8Array {
  const [connection] = sessions.connections.values()
  const welcome = connection?.session.flush(0) ?? new Uint8Array(0)
  const random = createSeededRandom(4)
  random()
  const token = Uint8Array.from({ length: 16 }, () => random() * 256)
  expect(Buffer.from(welcome).includes(Buffer.from(token))).toBe(true)
  return token
}

test('a client whose welcome got lost with its transport finds its session again, and begins no second one', () => {
  const { told, sessions, clock } = setUp()
  const [lost, next] = [new FakeTransport(), new FakeTransport()]
  const first = newHello()
  const connection = sessions.admit(lost, first)
  sessions.admit(new FakeTransport(), newHello())
  lost.onClose?.(4004, 'gone')
  clock.advance(100)
  expect(sessions.admit(next, first)).toBe(connection)
  expect(sessions.connections.size).toBe(2)
  expect(told.filter((what) => what.startsWith('begin'))).toHaveLength(2)
})
