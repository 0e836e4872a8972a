import { afterEach, describe, expect, test, vi } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, equalStates, GameStateStore, transact } from '../../../src/index.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the change of an object', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, string]>([
    ['one key', { a: 1, b: 2, c: 3 }, { a: 1, b: 3, c: 3 }, '2943'],
    ['one key that the wire carries, and one that is rounded away', { a: 1, b: 0 }, { a: 2, b: 0.1 }, '2842'],
    ['keys that are all rounded away', { a: 1, b: 0, c: 0 }, { a: 1, b: 0.1, c: 0.2 }, ''],
    ['two keys', { a: 1, b: 2, c: 3 }, { a: 2, b: 2, c: 4 }, '27054244'],
    ['a key that goes', { a: 1, b: 2 }, { a: 1 }, '2921'],
    ['a key that comes', { a: 1 }, { a: 1, b: 2 }, '22' + '0101026242'],
  ])('is as short as it can be for %s', (_, before, after, bytes) => {
    const precision = { b: 1, c: 1 }
    const [base, next] = [new GameStateStore(before).state, new GameStateStore(after).state]
    const delta = encodeDelta(base, next, { precision: precision as never })
    expect(hex(delta)).toBe(bytes)
    expect(Object.keys(applyDelta(base, delta))).toEqual(Object.keys(next))
  })

  test('has its head written in place: no bytes behind it are moved', () => {
    const base = new GameStateStore({
      phase: 'play',
      map: new EntityMap(Array.from({ length: 2000 }, (_, id) => [`${id}`, { x: id, y: Math.sqrt(id) }] as const)),
    }).state
    const next = transact<{ map: EntityMap<{ x: number; y: number }> }, void>(base as never, ({ map }) => {
      map.editEach((row) => {
        row.x += 0.5
        row.y *= 1.1
      })
    }).state
    const move = vi.spyOn(Uint8Array.prototype, 'copyWithin')
    const delta = encodeDelta(base as typeof next, next)
    expect(delta.length).toBeGreaterThan(16_000)
    expect(equalStates(applyDelta(base as typeof next, delta), next)).toBe(true)
    expect(move).not.toHaveBeenCalled()
  })
})
