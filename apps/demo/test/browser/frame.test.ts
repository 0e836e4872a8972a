import { EntityMap, GameStateStore } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { blend } from '../../src/browser/frame.js'
import type { Tag } from '../../src/game.js'
import { disc } from '../arena-play.js'

function state(rows: Record<string, [number, number]>, it = 'a', protectedUntil = 0) {
  const players = new EntityMap(Object.entries(rows).map(([id, [x, y]]) => [id, disc(x, y, { name: id })] as const))
  return new GameStateStore<Tag>({ players, it, taggedBy: '', protectedUntil, itSteeredAt: 0 }).state
}

describe('blend', () => {
  it.each([
    [0, 100],
    [0.25, 110],
    [1, 140],
  ])('puts a disc at %d of the way', (alpha, x) => {
    const { discs } = blend(state({ a: [100, 100] }), state({ a: [140, 100] }), alpha, 0)
    expect(discs).toMatchObject([{ clientId: 'a', x, y: 100, isIt: true }])
  })

  it('does not draw a way that is too long for a run', () => {
    const { discs } = blend(state({ a: [100, 100] }), state({ a: [900, 100] }), 0.5, 0)
    expect(discs[0]?.x).toBe(100)
  })

  it('shows who was there at the earlier version: who leaves still, who comes not yet', () => {
    const { discs } = blend(state({ a: [1, 1], b: [2, 2] }), state({ a: [1, 1], c: [3, 3] }), 0.5, 0)
    expect(discs.map(({ clientId }) => clientId)).toEqual(['a', 'b'])
  })

  it.each([
    [8, 2],
    [10, 0],
    [12, 0],
  ])('has at second %d a protection of %d seconds left', (time, left) => {
    const version = state({ a: [1, 1] }, 'a', 10)
    expect(blend(version, version, 0, time).protection).toBe(left)
  })
})
