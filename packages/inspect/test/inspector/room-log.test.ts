import type { MadeTick } from '@tygase/gamestate/internal'
import { describe, expect, test } from 'vitest'
import { RoomLog } from '../../src/inspector/room-log.js'

/** A tick in which one client has sent one event. */
function tickOf(tick: number, name: string, data: unknown): MadeTick<unknown> {
  const input = { kind: 'event', name, data, client: { id: 'a' } }
  // reason: a log reads these parts alone
  return { tick, inputs: [input], outcomes: [{ kind: 'done' }], failures: [], dispatches: [] } as never
}

/** A tick in which a rule that belongs to no input has thrown. */
function failedTick(tick: number, error: unknown): MadeTick<unknown> {
  const failures = [{ rule: 'timeStep', input: undefined, error }]
  // reason: a log reads these parts alone
  return { tick, inputs: [], outcomes: [], failures, dispatches: [] } as never
}

const kept = (log: RoomLog): number[] => {
  const numbers: number[] = []
  for (let before: number | undefined; ; before = numbers.at(-1)) {
    const { entries } = log.find(before, 100)
    if (entries.length === 0) return numbers
    numbers.push(...entries.map(({ number }) => number))
  }
}

describe('the log of a room', () => {
  test('keeps the last 2,000 entries at least, and twice as many at most', () => {
    const log = new RoomLog()
    for (let tick = 1; tick <= 10_000; tick++) {
      log.tick(tickOf(tick, 'deal', { by: 1 }), 0)
      if (tick % 997 === 0) expect(kept(log).length).toBeLessThan(4000)
    }
    const numbers = kept(log)
    expect(numbers.slice(0, 2000)).toEqual(Array.from({ length: 2000 }, (_, place) => 10_000 - place))
  })

  test.each([
    ['a long text', (n: number) => ({ n, text: 'x'.repeat(60_000) })],
    // two bytes each on the wire, and as an object 208
    ['empty bytes', (n: number) => [n, ...Array.from({ length: 500 }, () => new Uint8Array(0))]],
  ])('keeps fewer entries if clients send much: %s', (_, dataOf) => {
    const log = new RoomLog()
    for (let tick = 1; tick <= 1500; tick++) log.tick(tickOf(tick, 'deal', dataOf(tick)), 0)
    const numbers = kept(log)
    // 16 MiB of 104 to 120 kB each
    expect(numbers.length).toBeGreaterThan(60)
    expect(numbers.length).toBeLessThan(170)
    expect([log.dataOf(1500)?.text.length, log.dataOf(1)]).toEqual([expect.any(Number), undefined])
  })

  test('keeps the newest entry, whatever it takes', () => {
    const log = new RoomLog()
    for (let tick = 1; tick <= 3; tick++) log.tick(tickOf(tick, 'deal', 'x'.repeat(10_000_000)), 0)
    expect(kept(log)).toEqual([3])
  })

  test('does not keep long names and refusals', () => {
    const log = new RoomLog()
    log.note({ tick: 1, atMs: 0, kind: 'refused', name: 'n'.repeat(5000), outcome: 'o'.repeat(60_000) })
    expect(log.find(undefined, 1, 'o'.repeat(300)).entries).toEqual([])
    const [entry] = log.find().entries
    expect([entry?.name.length, entry?.outcome.length]).toEqual([201, 201])
  })

  test('counts equal failures in one entry, so that a rule which fails in each tick pushes nothing else out', () => {
    const log = new RoomLog()
    log.tick(tickOf(1, 'deal', { by: 1 }), 0)
    for (let tick = 2; tick <= 5000; tick++) log.tick(failedTick(tick, new TypeError('no row')), tick)
    log.tick(failedTick(5001, new TypeError('no column')), 0)
    expect(log.tip(50).map(({ number, tick, name, text, outcome }) => [number, tick, name, text, outcome])).toEqual([
      [1, 1, 'deal', '{"by":1}', ''],
      [2, 5000, 'timeStep', '…', 'TypeError: no row (4999 times, the last one in tick 5000)'],
      [3, 5001, 'timeStep', '…', 'TypeError: no column'],
    ])
    // each tick with a failure has its mark
    const marks = log.marks()
    expect(marks).toHaveLength(300)
    expect(marks.at(-2)).toEqual({ tick: 5000, kind: 'failed', count: 1 })
  })

  test('keeps the stack of a failure, below the data of its event', () => {
    const log = new RoomLog()
    const error = Object.assign(new Error('unlucky'), { stack: 'Error: unlucky\n    at deal (rules.ts:5:3)' })
    log.tick(failedTick(1, error), 0)
    expect(log.dataOf(1)).toEqual({ text: error.stack, cut: false })
    const input = { kind: 'event', name: 'deal', data: { by: 13 }, client: { id: 'a' } }
    const tick = { tick: 2, inputs: [input], outcomes: [{ kind: 'failed' }], dispatches: [] }
    // reason: a log reads these parts alone
    log.tick({ ...tick, failures: [{ rule: 'deal', input, error }] } as never, 0)
    expect(log.tip(1)[0]?.text).toBe('{"by":13} …')
    expect(log.dataOf(2)).toEqual({ text: `{"by":13}\n${error.stack}`, cut: false })
  })

  test('gives the same lists as long as nothing happens, so that nothing of them is sent again', () => {
    const log = new RoomLog()
    log.tick(tickOf(1, 'deal', 1), 0)
    const [tip, marks] = [log.tip(50), log.marks()]
    expect([log.tip(50), log.marks()].map((list, place) => list === [tip, marks][place])).toEqual([true, true])
    log.tick(tickOf(2, 'deal', 2), 0)
    expect([log.tip(50).length, log.marks().length, tip.length, marks.length]).toEqual([2, 2, 1, 1])
    expect(log.tip(50)[0]).toBe(tip[0])
  })
})
