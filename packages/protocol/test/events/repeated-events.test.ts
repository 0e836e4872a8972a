import { beforeEach, describe, expect, it } from 'vitest'
import { OutgoingEvents } from '../../src/events/outgoing-events.js'
import { Floors } from '../../src/lossy/lossy-link.js'
import { ResendTimes } from '../../src/lossy/resend-times.js'
import { defaultSessionLimits } from '../../src/server-limits.js'
import { makeList } from '../support/make-list.js'
import { badLink, Fate, Play } from '../support/play.js'

describe('an event that is repeated until a time', () => {
  let outgoing: OutgoingEvents

  beforeEach(() => {
    outgoing = new OutgoingEvents(defaultSessionLimits, makeList)
    outgoing.attach(new ResendTimes(1000))
  })

  function send(repeatUntilMs: number, bytes = 1): number {
    return outgoing.send('move', new Uint8Array(bytes), { tick: 7, repeatUntilMs }, 0)
  }

  /** The sequences in the next packet. */
  function packet(nowMs: number, usedBytes = 0): number[] {
    const { events } = outgoing.take(usedBytes, { connectedMs: nowMs, nowMs, rttMs: undefined })
    return events.map(({ sequence }) => sequence)
  }

  it('goes into each packet until then', () => {
    send(100)
    expect(packet(0)).toStrictEqual([1])
    expect(outgoing.hasUnwritten).toBe(false)
    expect([packet(10), packet(99), packet(100), packet(110)]).toStrictEqual([[1], [1], [], []])
  })

  it('goes into none after its ack', () => {
    send(100)
    send(100)
    packet(0)
    outgoing.acknowledge(1, { start: 1, runs: [{ type: 'done', count: 1 }] }, 5)
    expect(packet(10)).toStrictEqual([2])
  })

  it('goes before the new ones, and counts as one that was written before', () => {
    send(100)
    packet(0)
    send(0)
    const { events, resends } = outgoing.take(0, { connectedMs: 1, nowMs: 1, rttMs: undefined })
    expect([events.map(({ sequence }) => sequence), resends]).toStrictEqual([[1, 2], 1])
  })

  it('leaves room: a packet repeats the newest 8, of 400 bytes, where there is space', () => {
    for (let i = 0; i < 12; i++) send(100)
    expect(packet(0)).toHaveLength(12)
    expect(packet(1)).toStrictEqual([5, 6, 7, 8, 9, 10, 11, 12])
    expect(packet(1, defaultSessionLimits.maxPacketBytes - 300)).toStrictEqual([])
    outgoing.adopt({ ...defaultSessionLimits, maxEventsPerPacket: 3 })
    expect(packet(1)).toStrictEqual([10, 11, 12])
    send(100, 300)
    send(100, 100)
    expect(packet(1)).toStrictEqual([12, 13, 14])
    expect(packet(1)).toStrictEqual([14])
  })

  it('is not repeated over a reliable transport', () => {
    outgoing.attach()
    send(100)
    expect([packet(0), packet(1)]).toStrictEqual([[1], []])
  })

  it('is not given up by a floor before then', () => {
    const floors = new Floors(outgoing)
    send(100)
    packet(0)
    send(0)
    const [, second] = outgoing.take(0, { connectedMs: 1, nowMs: 1, rttMs: undefined }).events
    expect([floors.isNeeded([second!], 50), floors.of([second!], 50)]).toStrictEqual([true, { floor: 1, resolved: 1 }])
    expect([floors.isNeeded([second!], 100), floors.of([], 100)]).toStrictEqual([false, { floor: 3, resolved: 1 }])
  })
})

/** Sends 200 events without retries over a line that loses a sixth of its packets. @returns how many were handled */
function play(repeatMs: number): { play: Play; fates: { sequence: number; fate: Fate }[]; handled: number[] } {
  const lossy = new Play(5)
  lossy.meet({ ...badLink, latencyMs: 40, jitterMs: 10 })
  const { client, clock } = lossy
  const fates: { sequence: number; fate: Fate }[] = []
  for (let count = 0; count < 200; count++) {
    const fate = new Fate()
    const now = clock.now()
    const stamp = { tick: count, ...(repeatMs > 0 && { repeatUntilMs: now + repeatMs }) }
    const sequence = client.send('move', new Uint8Array(2), { ...fate.options(0), ...stamp }, now)
    fates.push({ sequence, fate })
    clock.advance(20)
    // the client of a game sends a packet for each version that comes
    client.stateHeld(count)
    clock.advance(10)
  }
  clock.advance(5000)
  return { play: lossy, fates, handled: lossy.serverEar.events.map(({ sequence }) => sequence) }
}

describe('repeated events over a line that loses, doubles and reorders packets', () => {
  it('nearly all come where a fifth was lost, each handled once, in order, and called back once', () => {
    const once = play(0)
    const often = play(150)
    expect(once.handled.length).toBeLessThan(170)
    expect(often.handled.length).toBeGreaterThan(195)
    for (const { fates, handled } of [once, often]) {
      expect(handled).toStrictEqual([...new Set(handled)].sort((a, b) => a - b))
      for (const { sequence, fate } of fates) {
        expect(fate.calls).toBe(1)
        if (fate.fails[0] === 'event_lost') expect(handled).not.toContain(sequence)
        if (fate.acks.length > 0) expect(handled).toContain(sequence)
      }
    }
  })

  it('a client with nothing else to send writes a packet for them each 20 ms, until then or until the ack', () => {
    const lossy = new Play(5)
    lossy.meet({ ...badLink, loss: 0, duplicate: 0, reorder: 0, latencyMs: 60, jitterMs: 0 })
    const { client, server, clock } = lossy
    clock.advance(5000)
    const packets = (forMs: number): number => {
      const before = server.counters.get('packetsIn')
      clock.advance(forMs)
      return server.counters.get('packetsIn') - before
    }
    const send = (repeatUntilMs: number): number =>
      client.send('move', new Uint8Array(2), { tick: 1, repeatUntilMs }, clock.now())
    expect(packets(120)).toBeLessThanOrEqual(1)
    send(clock.now() + 65)
    expect(packets(300)).toBe(3)
    send(clock.now() + 10_000)
    // an ack takes a round trip of 120 ms, and the flushes of both ends
    expect(packets(1000)).toBeLessThanOrEqual(9)
    expect(packets(120)).toBeLessThanOrEqual(1)
    expect(client.nextDeadline()).toBeGreaterThan(clock.now())
  })

  it('an event that comes again asks for no ack before its handler is done', () => {
    const { play: lossy } = play(0)
    lossy.serverEar.answer = () => undefined
    const { client, server, clock } = lossy
    client.send('move', new Uint8Array(2), { tick: 1, repeatUntilMs: clock.now() + 2000, retries: 3 }, clock.now())
    clock.advance(1000)
    const before = server.counters.get('packetsOut')
    for (let version = 1000; version < 1020; version++) {
      client.stateHeld(version)
      clock.advance(10)
    }
    expect(server.counters.get('eventsDuplicate')).toBeGreaterThan(5)
    expect(server.counters.get('packetsOut') - before).toBeLessThan(5)
  })
})
