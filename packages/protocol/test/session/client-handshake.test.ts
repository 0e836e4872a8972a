import { ByteWriter } from '@tygase/gamestate/internal'
import { readHello } from '@tygase/protocol'
import { expect, it } from 'vitest'
import { defaultSessionLimits } from '../../src/server-limits.js'
import { ClientHandshake } from '../../src/session/client-session.js'
import { clientOptions, Ear } from '../support/play.js'
import { vectors } from '../support/vectors.js'

const progress = {
  isReliable: true,
  startMs: 0,
  limits: defaultSessionLimits,
  receivedThrough: 0,
  heldVersion: undefined,
}

let dice = 0

function createHandshake(options = {}): ClientHandshake {
  return new ClientHandshake({ ...clientOptions(new Ear(), () => (dice = (dice + 0.37) % 1)), ...options })
}

/** The hello that it writes now, if it writes one. */
function takeHello(handshake: ClientHandshake, now: number) {
  const writer = new ByteWriter()
  handshake.write(writer, now)
  return writer.length === 0 ? undefined : readHello(writer.finish())
}

function answer(handshake: ClientHandshake, attempt: Uint8Array, isResumed = false) {
  const [, welcome] = vectors.filter(([, { kind }]) => kind === 'welcome')[isResumed ? 1 : 0]!
  if (welcome.kind !== 'welcome') throw new Error('a welcome was looked for')
  return handshake.takeAnswer({ welcome: { ...welcome, attempt } })
}

it.each([
  [true, [true, false, false, false]],
  [false, [true, false, true, false]],
])('a hello goes out again every 250 ms, unless the transport is reliable (%s)', (isReliable, written) => {
  const handshake = createHandshake()
  expect(handshake.isKnownToPeer).toBe(true)
  handshake.attach({ ...progress, isReliable }, undefined, 5)
  expect(handshake.isKnownToPeer).toBe(false)
  expect([10, 259, 260, 509].map((now) => takeHello(handshake, now) !== undefined)).toStrictEqual(written)
  expect(handshake.isKnownToPeer).toBe(true)
})

it('a hello that begins a session waits as long as its caller says, one that resumes as the limit says', () => {
  const waits = [{}, { firstHandshakeTimeoutMs: 60_000 }].map((options) => {
    const handshake = createHandshake(options)
    handshake.attach(progress, undefined, 5)
    const { timeoutAt } = handshake
    answer(handshake, takeHello(handshake, 5)!.attempt)
    expect(handshake.timeoutAt).toBe(Number.POSITIVE_INFINITY)
    handshake.attach(progress, undefined, 5)
    return [timeoutAt, handshake.timeoutAt]
  })
  expect(waits).toStrictEqual([
    [2005, 2005],
    [60_005, 2005],
  ])
})

it('a hello is answered by the welcome of its own attempt alone', () => {
  const handshake = createHandshake()
  handshake.attach(progress, undefined, 0)
  const { attempt } = takeHello(handshake, 0)!
  expect(answer(handshake, new Uint8Array(8))).toBeUndefined()
  expect(handshake.isWaiting).toBe(true)
  expect(answer(handshake, attempt)).toMatchObject({ receivedThrough: undefined })
  expect(handshake.isWaiting).toBe(false)
})

it('hellos name one attempt until a welcome has come, and a new one for each resume', () => {
  const handshake = createHandshake()
  const attempts = [0, 1, 2, 3].map((i) => {
    handshake.attach(progress, undefined, i)
    const { attempt, resume } = takeHello(handshake, i)!
    expect(resume?.clientId).toBe(i < 2 ? undefined : 'ada')
    if (i > 0) expect(answer(handshake, attempt, i > 1)).toBeDefined()
    return String(attempt)
  })
  expect(new Set(attempts).size).toBe(3)
  expect(attempts[0]).toBe(attempts[1])
})

it.each([
  ['a client that wants to resume gets another session', 1, false, 'resume_failed'],
  ['a client without a session is to go on with one', 0, true, 'unexpected_message'],
] as const)('no session comes of a welcome by which %s', (_what, meetings, isResumed, code) => {
  const handshake = createHandshake()
  const hello = (at: number) => {
    handshake.attach(progress, undefined, at)
    return takeHello(handshake, at)!.attempt
  }
  for (let i = 0; i < meetings; i++) answer(handshake, hello(i))
  expect(answer(handshake, hello(5), isResumed)).toMatchObject({ end: { code, byPeer: false }, mayTryAgain: false })
})

it.each([
  [true, [2000, 8000, 30_000, 30_000, 2000]],
  [false, [2000, 2000, 2000, 2000, 2000]],
])('on a transport that is reliable (%s), an attempt to resume waits longer after one in vain', (isReliable, waits) => {
  const handshake = createHandshake()
  const attach = (now: number) => handshake.attach({ ...progress, isReliable, limits }, undefined, now)
  const limits = { ...defaultSessionLimits, handshakeTimeoutMs: 2000, graceMs: 30_000 }
  attach(0)
  answer(handshake, takeHello(handshake, 0)!.attempt)
  let now = 100_000
  const waited = waits.map((_, index) => {
    // the last one comes after an answer
    if (index === 4) answer(handshake, takeHello(handshake, now)!.attempt, true)
    const beganMs = ++now
    attach(beganMs)
    const { timeoutAt } = handshake
    now = index === 3 ? beganMs : timeoutAt
    handshake.drop()
    if (index === 3) attach(timeoutAt)
    return timeoutAt - beganMs
  })
  expect(waited).toStrictEqual(waits)
})
