import type { MadeTick } from '@tygase/gamestate/internal'
import { describe, expect, test } from 'vitest'
import { RoomLog } from '../../src/inspector/room-log.js'

/** A tick in which one client has sent one event. */
function tickOf(tick: number, name: string, data: unknown): MadeTick<unknown> {
  const input = { kind: 'event', name, data, client: { id: 'a' } }
  // reason: a log reads these parts alone
  return { tick, inputs: [input], outcomes: [{ kind: 'done' }], failures: [], dispatches: [] } as never
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
})
