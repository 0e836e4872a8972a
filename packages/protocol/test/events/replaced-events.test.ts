import { beforeEach, describe, expect, it } from 'vitest'
import { OutgoingEvents } from '../../src/events/outgoing-events.js'
import { defaultSessionLimits } from '../../src/server-limits.js'
import { makeList } from '../support/make-list.js'
import { Fate } from '../support/play.js'

let outgoing: OutgoingEvents

beforeEach(() => {
  outgoing = new OutgoingEvents({ ...defaultSessionLimits, maxQueuedEvents: 3, maxQueuedBytes: 1000 }, makeList)
})

function send(payload: number[], tick: number | undefined, { name = 'aim', replace = true, retries = 0 } = {}) {
  const fate = new Fate()
  const stamp = tick === undefined ? {} : { tick }
  const options = { ...fate.options(retries), ...stamp, replace }
  return { fate, sequence: outgoing.send(name, new Uint8Array(payload), options, 0) }
}

function taken(): [sequence: number, payload: number[]][] {
  const { events } = outgoing.take(0, { connectedMs: 0, nowMs: 0, rttMs: undefined })
  return events.map(({ sequence, payload }) => [sequence, [...payload]])
}

describe('an event that may take the place of another', () => {
  it('has the sequence of the one that it replaces, which fails with event_replaced', () => {
    const first = send([1], 7)
    const shot = send([9], 7, { name: 'shoot', replace: false })
    const second = send([2, 2], 7, { retries: 1 })
    expect([first.sequence, shot.sequence, second.sequence]).toStrictEqual([1, 2, 1])
    expect([first.fate.fails, first.fate.calls]).toStrictEqual([['event_replaced'], 1])
    expect(taken()).toStrictEqual([
      [1, [2, 2]],
      [2, [9]],
    ])
    outgoing.acknowledge(1, { start: 1, runs: [{ type: 'done', count: 2 }] }, 1)
    outgoing.callBack()
    expect([first.fate.calls, second.fate.acks.length, shot.fate.acks.length]).toStrictEqual([1, 1, 1])
    // nothing is left to count
    for (let count = 0; count < 3; count++) send(new Array(250).fill(0), count)
  })

  it.each([
    ['another tick', 8, 'aim'],
    ['another name', 7, 'move'],
    ['no tick', undefined, 'aim'],
  ])('replaces none of %s', (_, tick, name) => {
    const first = send([1], 7)
    expect(send([2], tick, { name }).sequence).toBe(2)
    expect(first.fate.calls).toBe(0)
  })

  it('replaces none that has been written, and needs no other', () => {
    expect(send([1], 7).sequence).toBe(1)
    taken()
    expect(send([2], 7).sequence).toBe(2)
    expect(taken()).toStrictEqual([[2, [2]]])
  })

  it('has the place of the one that it replaces in a full queue, too', () => {
    send([1], 7)
    send([1], 8)
    send([1], 9)
    expect(send([2], 8).sequence).toBe(2)
    expect(() => send([2], 10)).toThrow(expect.objectContaining({ code: 'queue_full' }))
    expect(() => send(new Array(900).fill(0), 9)).toThrow(expect.objectContaining({ code: 'queue_full' }))
    expect(taken()).toHaveLength(3)
  })

  it('may be sent by the onFail of the one that it replaces', () => {
    const order: string[] = []
    const onFail = (): void => {
      order.push('replaced')
      send([3], 7)
    }
    outgoing.send('aim', new Uint8Array(1), { tick: 7, onFail }, 0)
    send([2], 7)
    expect([order, taken()]).toStrictEqual([['replaced'], [[1, [3]]]])
  })
})
