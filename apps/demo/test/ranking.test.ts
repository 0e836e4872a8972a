import { EntityMap, GameStateStore } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import type { Tag } from '../src/game.js'
import { rank } from '../src/ranking.js'
import { disc } from './arena-play.js'

function table(rows: Record<string, { itSeconds: number; tags?: number }>, it = 'a') {
  const entries = Object.entries(rows).map(([id, row]) => [id, disc(0, 0, { name: id, ...row })] as const)
  const { state } = new GameStateStore<Tag>({
    players: new EntityMap(entries),
    it,
    taggedBy: '',
    protectedUntil: 0,
    itRestsSince: Number.POSITIVE_INFINITY,
  })
  return rank(state).map(({ place, clientId }) => `${place} ${clientId}`)
}

describe('rank', () => {
  it('puts the player with the least time as it first', () => {
    expect(table({ a: { itSeconds: 9 }, b: { itSeconds: 0 }, c: { itSeconds: 4 } })).toEqual(['1 b', '2 c', '3 a'])
  })

  it('gives equal ones one place, more tags first, then by name', () => {
    const rows = { b: { itSeconds: 1 }, a: { itSeconds: 1 }, c: { itSeconds: 1, tags: 2 }, d: { itSeconds: 2 } }
    expect(table(rows)).toEqual(['1 c', '1 a', '1 b', '4 d'])
  })

  it('does not order by what is not shown', () => {
    expect(table({ b: { itSeconds: 1.01 }, a: { itSeconds: 1.04 } })).toEqual(['1 a', '1 b'])
  })

  it('is empty without players', () => {
    expect(table({}, '')).toEqual([])
  })
})
