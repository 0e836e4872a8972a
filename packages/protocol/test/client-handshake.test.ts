import { expect, it } from 'vitest'
import { ClientHandshake, createHello, equalsSecret, handshakeTimeoutOf } from '../src/client-handshake.js'
import { defaultSessionLimits } from '../src/limits.js'
import { clientOptions, Ear } from './play.js'

function createHandshake(isReliable: boolean, random = () => 0.5): ClientHandshake {
  const progress = { resume: undefined, heldVersion: undefined, receivedThrough: 0, startMs: 0 }
  const hello = createHello(clientOptions(new Ear(), random), progress)
  return new ClientHandshake(hello, isReliable, 2000)
}

it('a hello goes out once over a reliable transport, and every 250 ms over others', () => {
  for (const [isReliable, again] of [
    [true, false],
    [false, true],
  ] as const) {
    const handshake = createHandshake(isReliable)
    expect(handshake.hasSent).toBe(false)
    expect(handshake.take(10)).toBeDefined()
    expect(handshake.hasSent).toBe(true)
    expect(handshake.take(259)).toBeUndefined()
    expect(handshake.take(260) !== undefined).toBe(again)
  }
})

it('a hello that begins a session waits as long as its caller says, one that resumes as the limit says', () => {
  const options = clientOptions(new Ear(), () => 0.5)
  const patient = { ...options, firstHandshakeTimeoutMs: 60_000 }
  const progress = { heldVersion: undefined, receivedThrough: 0, startMs: 0 }
  const first = createHello(options, { ...progress, resume: undefined })
  const again = createHello(options, { ...progress, resume: { clientId: 'ada', token: new Uint8Array(16) } })
  const waits = [first, again].map((hello) => [
    handshakeTimeoutOf(hello, options, defaultSessionLimits),
    handshakeTimeoutOf(hello, patient, defaultSessionLimits),
  ])
  expect(waits).toEqual([
    [2000, 60_000],
    [2000, 2000],
  ])
})

it('a hello knows the welcome of its own attempt', () => {
  const handshake = createHandshake(true)
  expect(handshake.isAnsweredBy(new Uint8Array(8).fill(128))).toBe(true)
  expect(handshake.isAnsweredBy(new Uint8Array(8).fill(127))).toBe(false)
  expect(createHandshake(true, () => 0.1).isAnsweredBy(new Uint8Array(8).fill(128))).toBe(false)
})

it.each([
  [[1, 2], [1, 2], true],
  [[1, 2], [1, 3], false],
  [[1, 2], [1], false],
  [[1], [1, 0], false],
  [[], [], true],
])('the secrets %s and %s are equal: %s', (a, b, isEqual) => {
  expect(equalsSecret(new Uint8Array(a), new Uint8Array(b))).toBe(isEqual)
})
