import { beforeEach, describe, expect, it } from 'vitest'
import { OutgoingEvents } from '../../src/events/outgoing-events.js'
import { reserveBytes } from '../../src/fixed-limits.js'
import { Floors } from '../../src/lossy/lossy-link.js'
import { ResendTimes } from '../../src/lossy/resend-times.js'
import { defaultSessionLimits } from '../../src/server-limits.js'
import type { AckRun } from '../../src/wire/event-messages.js'
import { countSteps } from '../support/count-steps.js'
import { makeList } from '../support/make-list.js'
import { Fate } from '../support/play.js'

let outgoing: OutgoingEvents
let floors: Floors
/** The connected time, and what is known of the round trip. */
let nowMs: number
let rttMs: number | undefined

beforeEach(() => {
  nowMs = 0
  rttMs = undefined
  outgoing = new OutgoingEvents(
    {
      ...defaultSessionLimits,
      ackTimeoutMs: 100,
      maxQueuedEvents: 8,
      maxQueuedBytes: 1000,
    },
    makeList,
  )
  attach()
})

/** A transport that may lose packets. */
function attach(): void {
  outgoing.attach(new ResendTimes(100))
  floors = new Floors(outgoing)
}

function floorOf(packet: Parameters<Floors['of']>[0]) {
  return { message: floors.of(packet, nowMs), isNeeded: floors.isNeeded(packet, nowMs) }
}

function send(retries = 0, now = 0, bytes = 1): Fate {
  const fate = new Fate()
  outgoing.send('move', new Uint8Array(bytes), fate.options(retries), now)
  return fate
}

function take(most = Number.POSITIVE_INFINITY) {
  outgoing.adopt({ ...defaultSessionLimits, maxEventsPerPacket: most })
  const { events, resends } = outgoing.take(0, { connectedMs: nowMs, nowMs, rttMs })
  return { events, sequences: events.map(({ sequence }) => sequence), resends }
}

function advance(now: number): void {
  nowMs = now
  outgoing.advance(now)
  outgoing.callBack()
}

function acknowledge(start: number, ...runs: AckRun[]): number {
  const kept = outgoing.acknowledge(start, { start, runs }, nowMs)
  outgoing.callBack()
  return kept
}

function resume(receivedThrough: number): void {
  outgoing.resume(receivedThrough)
  outgoing.callBack()
}

describe('events at their sender', () => {
  it('are written once each, in the order of their sequences, as many as fit', () => {
    for (let i = 0; i < 3; i++) send()
    expect(take(2).sequences).toStrictEqual([1, 2])
    expect(take().sequences).toStrictEqual([3])
    expect(take().sequences).toStrictEqual([])
  })

  it('fill what is left of a packet to the byte', () => {
    for (let i = 0; i < 3; i++) send(0, 0, 100)
    const most = outgoing.encoder.mostBytes({ sequence: 1, name: 'move', payload: new Uint8Array(100), options: {} })
    outgoing.adopt({ ...defaultSessionLimits, maxPacketBytes: 1000 + reserveBytes })
    const takeAfter = (usedBytes: number) => outgoing.take(usedBytes, { connectedMs: 0, nowMs: 0, rttMs }).events.length
    expect(takeAfter(1000 - most + 1)).toBe(0)
    expect(takeAfter(1000 - most * 2)).toBe(2)
    expect(takeAfter(0)).toBe(1)
  })

  it('are written again after ackTimeoutMs at the latest, as often as they may be, and fail after one for each time', () => {
    const fate = send(2)
    take()
    for (const [now, sequences] of [
      [99, []],
      [100, [1]],
      [199, []],
      [200, [1]],
      [299, []],
      [300, []],
    ] as const) {
      advance(now)
      expect(take().sequences, `at ${now}`).toStrictEqual(sequences)
      expect(fate.calls).toBe(now === 300 ? 1 : 0)
    }
    expect(fate.fails).toStrictEqual(['event_timeout'])
    expect(outgoing.nextDueMs).toBe(Number.POSITIVE_INFINITY)
  })

  it('are never written again over a reliable transport by time alone, and fail on the same clock', () => {
    const fate = send(2)
    outgoing.attach()
    take(9)
    for (let now = 10; now < 300; now += 10) {
      advance(now)
      expect(outgoing.hasUnwritten).toBe(false)
    }
    expect(fate.calls).toBe(0)
    advance(300)
    expect(fate.fails).toStrictEqual(['event_timeout'])
  })

  it('are written again sooner if acks are quick, each time after twice as long', () => {
    send()
    take()
    advance(4)
    acknowledge(1, { type: 'done', count: 1 })
    send(9)
    take()
    const writtenAt: number[] = []
    for (let now = 5; now <= 404; now++) {
      advance(now)
      if (take().resends > 0) writtenAt.push(now - 4)
    }
    // 4 ms are below the least that is worth waiting for; 100 ms is the most
    expect(writtenAt).toStrictEqual([30, 90, 190, 290, 390])
  })

  it('use the round-trip time until an ack has come, and only acks of the same transport', () => {
    outgoing = new OutgoingEvents({ ...defaultSessionLimits, ackTimeoutMs: 1000 }, makeList)
    outgoing.attach(new ResendTimes(1000))
    const waitOf = (): number => {
      const startMs = nowMs
      send(1, nowMs)
      take()
      for (let now = startMs; ; now++) {
        advance(now)
        if (outgoing.hasUnwritten) break
      }
      const waitedMs = nowMs - startMs
      take()
      return waitedMs
    }
    expect(waitOf()).toBe(1000)
    rttMs = 40
    expect(waitOf()).toBe(180)
    send(0, nowMs)
    take()
    advance(nowMs + 20)
    acknowledge(3, { type: 'done', count: 1 })
    expect(waitOf()).toBe(60)
    outgoing.attach(new ResendTimes(1000))
    expect(waitOf()).toBe(180)
  })

  it('fail on the same clock when they were never written', () => {
    const fate = send(1)
    advance(100)
    expect(fate.calls).toBe(0)
    advance(200)
    expect(fate.fails).toStrictEqual(['event_timeout'])
    expect(take().sequences).toStrictEqual([])
  })

  it('are counted as written again, before new ones', () => {
    send(3)
    take()
    advance(100)
    send()
    expect(take()).toMatchObject({ sequences: [1, 2], resends: 1 })
  })

  it('get the outcome that an ack has for them', () => {
    const fates = Array.from({ length: 6 }, () => send())
    take()
    const kept = acknowledge(
      1,
      { type: 'done', count: 2 },
      { type: 'skip', count: 1 },
      {
        type: 'outcomes',
        outcomes: [
          { kind: 'done', payload: new Uint8Array([7]) },
          { kind: 'refused', code: 'no', message: '' },
        ],
      },
      { type: 'lost', count: 1 },
    )
    expect(kept).toBe(3)
    expect(fates.map(({ acks, fails }) => [...acks, ...fails])).toStrictEqual([
      [undefined],
      [undefined],
      [],
      [new Uint8Array([7])],
      ['event_refused'],
      ['event_lost'],
    ])
  })

  it('get one outcome only, whatever later acks say', () => {
    const fate = send()
    take()
    expect(acknowledge(1, { type: 'done', count: 1 })).toBe(0)
    acknowledge(1, { type: 'lost', count: 1 })
    advance(1000)
    outgoing.failAll('over')
    expect(fate).toMatchObject({ acks: [undefined], fails: [] })
  })

  it('may be ended all by the callback of one: those acked with it are acked, the others fail', () => {
    const fates = [new Fate(), new Fate(), new Fate()]
    outgoing.send('move', new Uint8Array(0), { onAck: () => outgoing.failAll('over') }, 0)
    for (const fate of fates) outgoing.send('move', new Uint8Array(0), fate.options(0), 0)
    take()
    acknowledge(1, { type: 'done', count: 3 })
    expect(fates.map(({ acks, fails }) => [...acks, ...fails])).toStrictEqual([
      [undefined],
      [undefined],
      ['session_closed'],
    ])
  })

  it('get their outcomes with the next call if the callback of one of them throws', () => {
    const fates = [new Fate(), new Fate()]
    const onAck = (): void => {
      throw new Error('a bug')
    }
    outgoing.send('move', new Uint8Array(0), { onAck }, 0)
    for (const fate of fates) outgoing.send('move', new Uint8Array(0), fate.options(0), 0)
    take()
    expect(() => acknowledge(1, { type: 'done', count: 3 })).toThrow('a bug')
    expect(fates.map(({ calls }) => calls)).toStrictEqual([0, 0])
    outgoing.callBack()
    expect(fates.map(({ calls }) => calls)).toStrictEqual([1, 1])
  })

  it('cannot be acked before they are written', () => {
    send()
    send()
    take(1)
    expect(() => outgoing.checkReceived(1)).not.toThrow()
    expect(() => outgoing.checkReceived(2)).toThrowError(expect.objectContaining({ code: 'acked_never_sent' }))
  })

  it('send the floor if it does not follow from the packet', () => {
    send(1)
    const first = take()
    expect(floorOf(first.events)).toStrictEqual({
      message: { floor: 1, resolved: 1 },
      isNeeded: false,
    })
    send(0)
    const second = take()
    expect(floorOf(second.events)).toStrictEqual({
      message: { floor: 1, resolved: 1 },
      isNeeded: true,
    })
    acknowledge(1, { type: 'done', count: 1 })
    send(0)
    expect(floorOf(take().events)).toStrictEqual({
      message: { floor: 3, resolved: 2 },
      isNeeded: false,
    })
    acknowledge(2, { type: 'done', count: 2 })
    expect(floorOf([]).message).toStrictEqual({ floor: 4, resolved: 4 })
  })

  it('wait longer for their acks from then on when ackTimeoutMs has risen', () => {
    send(0, 10)
    outgoing.ackTimeoutMs = 300
    send(0, 20)
    take()
    outgoing.advance(110)
    outgoing.callBack()
    expect(outgoing.isPending(1)).toBe(false)
    expect(outgoing.nextDueMs).toBe(320)
    outgoing.advance(319)
    expect(outgoing.isPending(2)).toBe(true)
    outgoing.advance(320)
    expect(outgoing.isPending(2)).toBe(false)
  })

  it('are taken one at a time if one alone is larger than maxQueuedBytes, but not than the peer takes', () => {
    outgoing.adopt({ ...defaultSessionLimits, maxEventBytes: 5000 })
    send(0, 0, 4000)
    expect(() => send(0)).toThrowError(expect.objectContaining({ code: 'queue_full' }))
    take()
    acknowledge(1, { type: 'done', count: 1 })
    send(0, 0, 4000)
    expect(take().events).toHaveLength(1)
  })

  it.each([
    ['events', 9, 0],
    ['bytes', 3, 400],
  ])('are refused when too many %s wait', (_what, nth, bytes) => {
    for (let i = 1; i < nth; i++) send(0, 0, bytes)
    expect(() => send(0, 0, bytes)).toThrowError(expect.objectContaining({ code: 'queue_full' }))
    take()
    acknowledge(1, { type: 'done', count: 1 })
    expect(() => send(0, 0, bytes)).not.toThrow()
  })

  it('leave the room that they have taken, however often they were written, and however they end', () => {
    for (let round = 0; round < 5; round++) {
      attach()
      const startMs = nowMs
      const sent = [send(9, startMs, 400), send(1, startMs, 400)]
      // as much as there is room for
      expect(() => send(0, startMs, 400)).toThrowError(expect.objectContaining({ code: 'queue_full' }))
      take()
      advance(startMs + 100)
      expect(take().resends, `in round ${round}`).toBe(2)
      acknowledge(round * 2 + 1, { type: 'done', count: 1 })
      resume(round * 2 + 1)
      expect(sent.map(({ fails }) => fails)).toStrictEqual([[], ['event_lost']])
    }
    expect(() => [send(0, nowMs, 400), send(0, nowMs, 400)]).not.toThrow()
  })

  it('go on over another transport from the last event that the peer received', () => {
    const fates = [send(1), send(1), send(0), send(0)]
    take(3)
    resume(1)
    expect(fates.map(({ fails }) => fails[0])).toStrictEqual([undefined, undefined, 'event_lost', undefined])
    expect(take()).toMatchObject({ sequences: [2, 4], resends: 1 })
    resume(1)
    expect(fates.map(({ fails }) => fails[0])).toStrictEqual([undefined, 'event_lost', 'event_lost', 'event_lost'])
  })
})

describe('thousands of events that wait for their acks', () => {
  const count = 4000

  beforeEach(() => {
    outgoing = new OutgoingEvents(
      { ...defaultSessionLimits, maxQueuedEvents: 2 * count, maxQueuedBytes: 10_000_000 },
      makeList,
    )
    floors = new Floors(outgoing)
    for (let i = 0; i < 2 * count; i++) outgoing.send('move', new Uint8Array(0), { retries: i % 2 }, 0)
    while (outgoing.hasUnwritten) outgoing.take(0, { connectedMs: 0, nowMs: 0, rttMs: undefined })
    acknowledge(count + 1, { type: 'done', count })
  })

  it.each<[what: string, start: number, runs: AckRun[]]>([
    ['of one that was acked before', count + 1, [{ type: 'done', count: 1 }]],
    ['of all that were acked before', count + 1, [{ type: 'lost', count }]],
    [
      'that skips all',
      1,
      [
        { type: 'done', count: 1 },
        { type: 'skip', count: 2 * count - 2 },
        { type: 'done', count: 1 },
      ],
    ],
  ])('are not looked at by an ack %s', (_what, start, runs) => {
    expect(countSteps(() => acknowledge(start, ...runs))).toBeLessThan(300)
    expect(countSteps(() => acknowledge(start, ...runs))).toBeLessThan(20)
  })

  it('are not looked at to find the first one that is due, nor by every floor', () => {
    expect(countSteps(() => outgoing.nextDueMs)).toBe(1)
    floorOf([])
    expect(countSteps(() => floorOf([]))).toBeLessThan(20)
    expect(floorOf([]).message).toStrictEqual({ floor: 2, resolved: 1 })
  })
})
