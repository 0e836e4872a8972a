import { beforeEach, describe, expect, it } from 'vitest'
import { Counters } from '../../src/counters.js'
import { IncomingEvents, type ReceivedEvent } from '../../src/events/incoming-events.js'
import { countSteps } from '../support/count-steps.js'
import { makeList } from '../support/make-list.js'

const kept = {
  log: [] as string[],
  size: 0,
  bytes: 0,
  accepted(sequence: number) {
    this.log.push(`${sequence}`)
  },
  lost(sequence: number, count: number) {
    this.log.push(`lost ${sequence}+${count}`)
  },
  /** The event that still waits for its outcome. */
  awaited: 0,
  isAwaited(sequence: number) {
    return sequence === this.awaited
  },
}

let incoming: IncomingEvents
let counters: Counters

beforeEach(() => {
  kept.log = []
  kept.size = 0
  kept.bytes = 0
  counters = new Counters()
  incoming = new IncomingEvents(kept, { maxPendingEvents: 4, maxPendingBytes: 1000 }, counters, makeList)
})

function event(sequence: number, minVersion?: number, bytes = 0): ReceivedEvent {
  return { sequence, minVersion, name: 'move', payload: new Uint8Array(bytes) }
}

function receive(sequences: number[], floor?: number, isReliable = false): number {
  return incoming.receive(
    sequences.map((sequence) => event(sequence)),
    floor,
    isReliable,
  )
}

/** All that may be handed out now. */
function take(heldVersion?: number): number[] {
  const taken: number[] = []
  for (let next = incoming.next(heldVersion); next; next = incoming.next(heldVersion)) taken.push(next.sequence)
  return taken
}

describe('events at their receiver', () => {
  it.each<[what: string, packets: [sequences: number[], floor?: number][], handed: number[], log: string[]]>([
    ['come in order', [[[1]], [[2, 3]]], [1, 2, 3], ['1', '2', '3']],
    [
      'are sorted while missing ones may still come',
      [
        [[2], 1],
        [[3], 1],
        [[1], 1],
      ],
      [1, 2, 3],
      ['1', '2', '3'],
    ],
    [
      'wait for events that may still come',
      [
        [[1], 1],
        [[3], 2],
      ],
      [1],
      ['1'],
    ],
    ['do not wait for events that are not sent any more', [[[1]], [[3]]], [1, 3], ['1', 'lost 2+1', '3']],
    ['are lost up to the floor only', [[[6, 9], 4]], [], ['lost 1+3']],
    [
      'are lost between those that came early',
      [
        [[3, 6], 1],
        [[], 8],
      ],
      [3, 6],
      ['lost 1+2', '3', 'lost 4+2', '6', 'lost 7+1'],
    ],
    ['are handed out once when they come again', [[[1]], [[1]], [[1, 2], 1]], [1, 2], ['1', '2']],
    ['are dropped when they come after they were given up', [[[3]], [[2], 1]], [3], ['lost 1+2', '3']],
  ])('%s', (_what, packets, handed, log) => {
    for (const [sequences, floor] of packets) receive(sequences, floor)
    expect(take()).toStrictEqual(handed)
    expect(kept.log).toStrictEqual(log)
  })

  it('are counted if they come again, and told of if their sender may have missed their outcome', () => {
    kept.awaited = 3
    expect(receive([1, 2], 1)).toBe(0)
    expect(receive([2, 3, 3, 5, 5], 1)).toBe(1)
    expect(counters.get('eventsDuplicate')).toBe(3)
    expect(incoming.receivedThrough).toBe(3)
  })

  it('skip any number of sequences in no time', () => {
    receive([2 ** 50])
    expect(kept.log).toStrictEqual([`lost 1+${2 ** 50 - 1}`, `${2 ** 50}`])
    expect(counters.get('eventsLost')).toBe(2 ** 50 - 1)
  })

  it('are dropped above the limit, but never the event that the others wait for', () => {
    receive([2, 3, 4, 5, 6, 7], 1)
    receive([1], 1)
    expect(take()).toStrictEqual([1, 2, 3, 4, 5])
  })

  it('that came early are not looked at by each floor, however many they are', () => {
    incoming = new IncomingEvents(kept, { maxPendingEvents: 8192, maxPendingBytes: 10_000_000 }, counters, makeList)
    for (let sequence = 10_000; sequence < 14_000; sequence++) receive([sequence], 1)
    const steps = countSteps(() => {
      for (let floor = 2; floor <= 1001; floor++) incoming.receive([], floor, false)
    })
    expect(incoming.receivedThrough).toBe(1000)
    expect(steps).toBeLessThan(10_000)
  })

  it('end a session on a reliable transport when they are above the limit', () => {
    kept.size = 4
    expect(() => receive([1], undefined, true)).toThrowError(expect.objectContaining({ code: 'too_many_pending' }))
  })

  it('that came early are forgotten with their transport', () => {
    receive([2], 1)
    incoming.attach()
    receive([1], 1)
    expect(take()).toStrictEqual([1])
    receive([2], 1)
    expect(take()).toStrictEqual([2])
  })

  it('wait in their order for the version of the first one', () => {
    incoming.receive([event(1, 5), event(2)], undefined, false)
    expect(take(undefined)).toStrictEqual([])
    expect(take(4)).toStrictEqual([])
    expect(take(5)).toStrictEqual([1, 2])
  })

  it('get their sequence from the one before, across packets only on a reliable transport', () => {
    const message = {
      kind: 'event',
      sequence: undefined,
      minVersion: undefined,
      name: 1,
      payload: new Uint8Array(0),
    } as const
    const first = { ...message, sequence: 5 }
    const resolve = (messages: (typeof message | typeof first)[], isReliable: boolean) =>
      incoming.resolve(messages, ['move'], isReliable).map(({ sequence }) => sequence)
    expect(resolve([first, message, message], false)).toStrictEqual([5, 6, 7])
    incoming.receive(incoming.resolve([first], ['move'], true), undefined, true)
    expect(resolve([message], true)).toStrictEqual([6])
    expect(() => resolve([message], false)).toThrowError(expect.objectContaining({ code: 'malformed' }))
  })

  it('are limited in bytes, too, whatever their number', () => {
    const large = (sequence: number) => [event(sequence, undefined, 400)]
    // by themselves, out of order, and beside what is kept of others
    incoming.receive(large(2), 1, false)
    incoming.receive(large(3), 1, false)
    incoming.receive(large(4), 1, false)
    incoming.receive(large(1), 1, false)
    expect(take()).toStrictEqual([1, 2, 3])
    kept.bytes = 900
    expect(() => incoming.receive(large(4), undefined, true)).toThrowError(
      expect.objectContaining({ code: 'too_many_pending' }),
    )
    kept.bytes = 0
    incoming.receive([event(4, undefined, 5000)], undefined, true)
    expect(take()).toStrictEqual([4])
  })

  it('that wait keep only their own bytes, not the packet that they came in', () => {
    const packet = new Uint8Array(900).fill(1)
    const inPacket = (sequence: number, minVersion?: number) => ({
      ...event(sequence, minVersion),
      payload: packet.subarray(10, 14),
    })
    incoming.receive([inPacket(2), inPacket(1, 5)], 1, false)
    const taken = [incoming.next(5)!, incoming.next(5)!]
    expect(taken.map(({ sequence, payload }) => [sequence, payload.length, payload.buffer.byteLength])).toStrictEqual([
      [1, 4, 4],
      [2, 4, 4],
    ])
  })
})
