import { closeCodes, createClientSession, type Hello, type Transport } from '@tygase/protocol'
import { createSeededRandom, VirtualClock } from '@tygase/testkit/sim'
import { expect, test } from 'vitest'
import { Admission } from '../src/admission.js'
import { Gate } from '../src/gate.js'
import type { OwnedConnection } from '../src/owned-connection.js'
import type { RefusedHello } from '../src/refused-hello.js'
import { FakeTransport } from '../support/fake-transport.js'
import { LogBook } from '../support/stage.js'

const usualPace = { maxWaiting: 10, maxJoinsPerTurn: 10, maxJoinBytesPerTurn: 1000 }

function setUp(answer?: RefusedHello, pace = usualPace) {
  const clock = new VirtualClock()
  const log = new LogBook()
  const admitted: Hello[] = []
  const admit = (transport: Transport, hello: Hello): RefusedHello | OwnedConnection => {
    if (hello.path === '/crash') throw new Error('bang')
    if (answer !== undefined) return answer
    admitted.push(hello)
    // reason: of a connection nothing else is looked at here
    return { clientId: 'ada', transport, clientAddress: undefined } as unknown as OwnedConnection
  }
  const gate = new Gate({ clock, logger: log, handshakeTimeoutMs: 2000, maxHandshakes: 3 })
  const admission = new Admission({ logger: log, gate, admit, onAdmit: () => 100, pace })
  return { clock, log, admission, admitted }
}

function helloOf(path: string): Uint8Array {
  const session = createClientSession({ path, random: createSeededRandom(3), listener: { onEvent: () => {} } }, 0)
  session.attach({ reliable: true }, 0)
  return session.flush(0) ?? new Uint8Array(0)
}

test('a good hello is admitted, and its transport is no longer watched', () => {
  const { clock, admission, admitted } = setUp()
  const transport = new FakeTransport()
  admission.take(transport)
  transport.onBytes?.(helloOf('/x'))
  clock.advance(10_000)
  expect(admitted).toMatchObject([{ path: '/x' }])
  expect(transport.closedWith).toBeUndefined()
  expect(admission.waiting).toBe(0)
  expect(clock.pending).toBe(0)
})

test('who says nothing is closed after the handshake timeout, at any number [M8]', () => {
  const { clock, admission } = setUp()
  const transports = [new FakeTransport(), new FakeTransport()]
  for (const transport of transports) admission.take(transport)
  clock.advance(1999)
  expect(transports.map(({ closedWith }) => closedWith)).toEqual([undefined, undefined])
  clock.advance(1)
  expect(transports.map(({ closedWith }) => closedWith)).toEqual([4005, 4005])
  expect(admission.refused).toBe(2)
})

test('one more than may wait makes the longest waiting one go, told that the server is full', () => {
  const { admission } = setUp()
  const transports = [1, 2, 3, 4].map(() => new FakeTransport())
  for (const transport of transports) admission.take(transport)
  const full = closeCodes.server_full.number
  expect(transports.map(({ closedWith }) => closedWith)).toEqual([full, undefined, undefined, undefined])
  expect(admission.waiting).toBe(3)
  transports[1]?.onClose?.(1006, '')
  const next = new FakeTransport()
  admission.take(next)
  expect(transports[2]?.closedWith).toBeUndefined()
})

test.each([
  ['no hello', Uint8Array.of(9, 9), 'not_hello'],
  ['an empty packet', new Uint8Array(0), 'not_hello'],
  ['a hello cut short', helloOf('/x').subarray(0, 12), 'malformed'],
] as const)('%s is refused with its code, told in a packet and at the closing', (_case, bytes, code) => {
  const { admission } = setUp()
  const transport = new FakeTransport()
  admission.take(transport)
  transport.onBytes?.(bytes)
  expect(transport.closedWith).toBe(closeCodes[code].number)
  expect(transport.sent.length).toBe(1)
})

test('a refusal of the server, or of a check for this transport, goes the same way', () => {
  const { admission } = setUp({ code: 'refused', reason: 'not you' })
  const [first, second] = [new FakeTransport(), new FakeTransport()]
  admission.take(first)
  first.onBytes?.(helloOf('/x'))
  expect(first.closedWith).toBe(closeCodes.refused.number)
  admission.take(second, () => ({ code: 'unknown_path', reason: 'no' }))
  second.onBytes?.(helloOf('/x'))
  expect(second.closedWith).toBe(closeCodes.unknown_path.number)
})

test('an admitting that fails is logged and refused as an internal error', () => {
  const { log, admission } = setUp()
  const transport = new FakeTransport()
  admission.take(transport)
  transport.onBytes?.(helloOf('/crash'))
  expect(transport.closedWith).toBe(closeCodes.internal_error.number)
  expect(log.errors).toEqual(['a hello failed'])
})

test('closing tells all that wait', () => {
  const { clock, admission } = setUp()
  const transport = new FakeTransport()
  admission.take(transport)
  admission.close('shutdown', 'bye')
  expect(transport.closedWith).toBe(closeCodes.shutdown.number)
  expect(clock.pending).toBe(0)
})

test('who has said hello waits for its turn when others have come before, and is told when it does not come to that', () => {
  const { admission, admitted } = setUp(undefined, { ...usualPace, maxWaiting: 2, maxJoinsPerTurn: 1 })
  const transports = ['/1', '/2', '/3', '/4'].map((path) => {
    const transport = new FakeTransport()
    admission.take(transport)
    transport.onBytes?.(helloOf(path))
    return transport
  })
  expect(admitted.map(({ path }) => path)).toEqual(['/1'])
  expect(transports[3]?.closedWith).toBe(closeCodes.server_full.number)
  admission.turn()
  expect(admitted.map(({ path }) => path)).toEqual(['/1', '/2'])
  admission.close('shutdown', 'bye')
  expect(transports.map(({ closedWith }) => closedWith).slice(0, 3)).toEqual([
    undefined,
    undefined,
    closeCodes.shutdown.number,
  ])
  admission.turn()
  expect(admitted.length).toBe(2)
})
