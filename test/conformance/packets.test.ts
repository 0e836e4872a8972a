import { defaultSessionLimits, readHello, writeRefusal } from '@tygase/protocol/internal'
import type { LinkConditions } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { FormCounts, type Outcome, PacketDecoder, type Side } from './decoder/index.js'
import { decodePlay, type HeardPlay } from './support/heard-play.js'
import type { Talker } from './support/talker.js'
import { credentials, names, token, Wiretap, welcome } from './support/wiretap.js'

const smooth: LinkConditions = { latencyMs: 50, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reliable: true }
const rough: LinkConditions = { ...smooth, jitterMs: 40, loss: 0.15, burstLoss: 0.5, duplicate: 0.1, reorder: 0.1 }

const lines: [string, LinkConditions][] = [
  ['a reliable line', smooth],
  ['a reliable line with jitter', { ...smooth, jitterMs: 40 }],
  ['a line that is not reliable', { ...smooth, reliable: false }],
  ['a line that loses, doubles and reorders packets', { ...rough, reliable: false }],
]

/** The head bytes of all messages that were met. */
const met = new FormCounts()

const sides: Side[] = ['client', 'server']

/** Two connections of one session, with much talk and then silence on each, and a close at the end. */
function talk(conditions: LinkConditions, seed: number): Wiretap {
  const play = new Wiretap(seed)
  for (let line = 0; line < 2; line++) {
    play.connect(conditions)
    play.run(2000, 0.25)
    play.run(4000, 0)
  }
  play.close(seed % 2 === 0 ? 'client' : 'server', 'bye')
  return play
}

describe.each(lines)('over %s', (_, conditions) => {
  describe.each([1, 2, 3])('with seed %i', (seed) => {
    const play = talk(conditions, seed)
    const heard = decodePlay(play, met)
    const talkers: Record<Side, Talker> = { client: play.client, server: play.server! }

    test('each packet is read to its last byte', () => {
      expect(heard.messages.length).toBeGreaterThan(play.captured.length)
    })

    test.each(sides)('the events of the %s are the ones that were sent', (side) => {
      const { sent } = talkers[side]
      const written = heard.of('event', side)
      expect(new Set(written.map(({ message }) => message.sequence))).toEqual(new Set(sent.keys()))
      for (const { packet, message } of written) {
        const { name, payload, minVersion, tick, seenEighths, origin } = sent.get(message.sequence)!
        expect([message.name, message.payload ?? new Uint8Array()]).toEqual([name, payload])
        expect([message.tick, message.seenEighths, message.origin]).toEqual([tick, seenEighths, origin])
        // what has been written before it comes before it on a reliable line: there is nothing to wait for
        const isThere = conditions.reliable && minVersion !== undefined && minVersion <= packet.version
        if (message.minVersion !== undefined || !isThere) expect(message.minVersion).toBe(minVersion)
      }
    })

    test('the states are the ones that were written, in their order', () => {
      const states = heard
        .of('state', 'server')
        .map(({ message: { version, base, payload } }) => ({ version, base, payload }))
      expect(states).toEqual(play.server!.states)
    })

    test.each(sides)('the acks of the %s tell what became of each event of its peer, and nothing else', (side) => {
      const { settled, handled } = talkers[side]
      const told = new Map<number, string | Outcome>()
      for (const { sequence, outcome } of heard.outcomes(side)) {
        if (told.has(sequence)) expect(outcome).toEqual(told.get(sequence))
        told.set(sequence, outcome)
      }
      for (const [sequence, outcome] of told) {
        if (outcome === 'lost') expect(handled.has(sequence)).toBe(false)
        else expect(outcome).toEqual(asTold(settled.get(sequence)))
      }
      const peer = talkers[side === 'client' ? 'server' : 'client']
      // a sender that has given an event up does not want to hear of it any more
      for (const sequence of settled.keys()) expect(told.has(sequence) || peer.failed.has(sequence)).toBe(true)
      expect(Math.max(...told.keys())).toBeLessThanOrEqual(peer.sent.size)
      if (conditions.reliable) expect([...settled.keys()].filter((sequence) => !told.has(sequence))).toEqual([])
    })

    test('the arrivals say how early events with a tick have come', () => {
      const arrivals = heard.of('arrival', 'server')
      expect(arrivals.length).toBeGreaterThan(10)
      for (const { message } of arrivals)
        expect([message.sequence, message.early]).toEqual([
          message.sequence,
          play.server!.arrived.get(message.sequence),
        ])
    })

    test('the client tells the version that it holds, and on a reliable line only that it holds none', () => {
      const haves = heard.of('have', 'client')
      if (!conditions.reliable) expect(haves.length).toBeGreaterThan(10)
      for (const { packet, message } of haves)
        expect(message.version).toBe(conditions.reliable ? undefined : packet.held)
    })

    test.each(sides)('the floors of the %s do not fall, and say no more than it knows', (side) => {
      let last = { floor: 1, resolved: 1 }
      const floors = heard.of('floor', side)
      expect(floors.length).toBeGreaterThan(1)
      for (const { packet, message } of floors) {
        expect(message.floor).toBeGreaterThanOrEqual(last.floor)
        expect(message.resolved).toBeGreaterThanOrEqual(last.resolved)
        expect(message.resolved).toBeLessThanOrEqual(packet.unresolved)
        expect(message.floor).toBeLessThanOrEqual(talkers[side].sent.size + 1)
        last = message
      }
    })

    test.each(sides)(
      'the times of the %s count from when its session began, and give back those of its peer',
      (side) => {
        const beganAtMs = side === 'client' ? play.clientBeganAtMs : play.serverBeganAtMs
        const times = heard.of('time', side)
        expect(times.length).toBeGreaterThan(4)
        for (const { packet, message } of times) {
          expect(message.time).toBe(Math.round((packet.atMs - beganAtMs) * 10))
          const peers = heard.timesKnownTo(side, packet)
          if (message.echo === undefined) expect(peers).toEqual([])
          else {
            expect(message.echo).toBe(Math.max(...peers.map(({ time }) => time)))
            const held = peers.filter(({ time }) => time === message.echo).map(({ atMs }) => (packet.atMs - atMs) * 10)
            expect(held.some((tenths) => Math.abs(tenths - message.held!) <= 1)).toBe(true)
          }
        }
      },
    )

    test('the handshakes say who meets whom', () => {
      expectHandshakes(play, heard)
    })

    if (conditions.reliable)
      test('what a side says it has received does not come again over the next line', () => {
        const hello = heard.of('hello', 'client').at(-1)!
        const answer = heard.of('welcome', 'server').at(-1)!
        const again = (side: Side, through: number) =>
          heard.of('event', side).filter(({ packet, message }) => packet.line === 1 && message.sequence <= through)
        expect(hello.message.receivedThrough).toBeGreaterThan(0)
        expect(again('server', hello.message.receivedThrough)).toEqual([])
        expect(again('client', answer.message.receivedThrough)).toEqual([])
      })

    test('the close says why', () => {
      const [close] = heard.of('close', seed % 2 === 0 ? 'client' : 'server')
      expect(close!.message).toEqual({ kind: 'close', code: seed % 2 === 0 ? 'disconnected' : 'kicked', reason: 'bye' })
    })
  })
})

function asTold(outcome: Parameters<Talker['session']['reply']>[1] | undefined): string | Outcome | undefined {
  if (outcome?.kind === 'refused') return { code: outcome.code, message: outcome.message }
  return outcome?.payload ? { returned: outcome.payload } : outcome?.kind
}

function expectHandshakes(play: Wiretap, heard: HeardPlay): void {
  for (const { packet, message } of heard.of('hello', 'client')) {
    const first = heard.of('hello', 'client').find((one) => one.packet.line === packet.line)!
    expect(packet.bytes).toEqual(first.packet.bytes)
    expect(message).toMatchObject({ version: 6, path: '/tag', clock: play.clientBeganAtMs, credentials })
    expect(message.resume).toEqual(packet.line === 0 ? undefined : { clientId: 'ada', token })
    expect(message.attempt).toEqual(readHello(packet.bytes).attempt)
    if (packet.line === 0) expect([message.heldVersion, message.receivedThrough]).toEqual([undefined, 0])
    else expect(message.heldVersion).toBe(first.packet.held)
  }
  const limits = defaultSessionLimits
  const helloOn = (line: number) => heard.of('hello', 'client').find(({ packet }) => packet.line === line)!.message
  const begun = heard.of('newWelcome', 'server')
  expect(begun.map(({ packet }) => packet.line)).toContain(0)
  for (const { packet, message } of begun) {
    expect(packet.line).toBe(0)
    expect(message).toEqual({
      kind: 'newWelcome',
      attempt: helloOn(0).attempt,
      clientId: 'ada',
      token,
      clock: play.serverBeganAtMs,
      keepAliveMs: limits.keepAliveMs,
      idleTimeoutMs: limits.idleTimeoutMs,
      graceMs: limits.graceMs,
      maxPacketBytes: limits.maxPacketBytes,
      maxEventsPerPacket: limits.maxEventsPerPacket,
      maxEventBytes: limits.maxEventBytes,
      maxPayloadDepth: limits.maxPayloadDepth,
      maxPayloadElements: limits.maxPayloadElements,
      maxPayloadStringBytes: limits.maxPayloadStringBytes,
      names,
      payload: welcome,
    })
  }
  for (const { packet, message } of heard.of('welcome', 'server')) {
    expect(packet.line).toBe(1)
    expect(message.attempt).toEqual(helloOn(1).attempt)
    expect(message.receivedThrough).toBeLessThanOrEqual(play.client.sent.size)
  }
}

test('a refusal says why', () => {
  const decoder = new PacketDecoder('server', true)
  const reason = `no game here ${'x'.repeat(300)}`
  expect(decoder.decode(writeRefusal('refused', reason))).toEqual([
    { kind: 'refuse', code: 'refused', reason: `${reason.slice(0, 199)}…` },
  ])
})

test.each([
  ['client', '01 04 06 16 07 17 47 57 08 18 28 38 19 0a'],
  ['server', '02 12 04 05 15 07 17 27 37 47 57 67 77 08 18 28 38 09 19 0a 0b'],
])('every form of a message of the %s has been met: %s', (from, heads) => {
  expect(heads.split(' ').filter((head) => met.of(`${from} ${head}`) === 0)).toEqual([])
})
