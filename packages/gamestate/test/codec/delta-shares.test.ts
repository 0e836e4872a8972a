import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyDelta, encodeDelta } from '../../src/codec/delta.js'
import { sharesOfDelta } from '../../src/codec/delta-shares.js'
import { EntityMap, GameStateStore, type Immutable, transact } from '../../src/index.js'
import { type AnyState, drawState, edit } from '../support/random-state.js'
import { runsOf } from '../support/runs.js'

interface Disc {
  x: number
  y: number
  name: string
}

const versionOf = <State extends object>(state: State): Immutable<State> => new GameStateStore<State>(state).state

const players = (): EntityMap<Disc> => {
  const map = new EntityMap<Disc>()
  for (let id = 0; id < 40; id++) map.set(`p${id}`, { x: id * 10.5, y: 7, name: `player ${id}` })
  return map
}

const bytesOf = (shares: ReturnType<typeof sharesOfDelta>): Record<string, number> =>
  Object.fromEntries(shares.map(({ key = '', field, bytes }) => [field === undefined ? key : `${key}.${field}`, bytes]))

describe('the shares of a delta', () => {
  test('add up to its length, whatever has changed', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const first = versionOf(drawState(draw))
        const { state: next } = transact<AnyState, void>(first, (draft) => edit(draw, draft))
        const delta = encodeDelta<AnyState>(first, next)
        // as at a client: the base was decoded
        const base = applyDelta<AnyState>(undefined, encodeDelta<AnyState>(undefined, first))
        const sum = (parts: ReturnType<typeof sharesOfDelta>): number =>
          parts.reduce((bytes, share) => bytes + share.bytes, 0)
        expect(sum(sharesOfDelta(base, delta))).toBe(delta.length)
        const snapshot = encodeDelta<AnyState>(undefined, next)
        expect(sharesOfDelta(undefined, snapshot)).toEqual([
          { key: undefined, field: undefined, bytes: snapshot.length },
        ])
      }),
      { numRuns: runsOf(300) },
    )
  })

  test('have the fields of the rows of a map, and the other keys whole', () => {
    const base = versionOf({ players: players(), round: 1, title: 'first' })
    const { state: next } = transact<{ players: EntityMap<Disc>; round: number; title: string }, void>(
      base as never,
      (draft) => {
        draft.players.editEach((disc, id) => {
          disc.x += Number(id.slice(1)) ** 3 / 7
          if (id < 'p2') disc.name = `renamed as ${id}`
        })
        draft.title = 'the title of the second round'
      },
    )
    const bytes = bytesOf(sharesOfDelta(base, encodeDelta<unknown>(base, next)))
    expect(Object.keys(bytes).sort()).toEqual(['', 'players', 'players.name', 'players.x', 'title'])
    // 40 numbers of 8 bytes, a dozen names, a packed title
    expect(bytes['players.x']).toBeGreaterThan(300)
    expect(bytes['players.name']).toBeGreaterThan(80)
    expect(bytes.title).toBeGreaterThan(10)
    expect(bytes['']).toBeLessThan(5)
  })

  test('of new rows are those of their fields, and beside them which rows they are', () => {
    const base = versionOf({ players: players() })
    const { state: next } = transact<{ players: EntityMap<Disc> }, void>(base as never, (draft) => {
      draft.players.set('a player with a long id', { x: 0.1, y: 0.2, name: 'newcomer' })
    })
    const bytes = bytesOf(sharesOfDelta(base, encodeDelta<unknown>(base, next)))
    expect(Object.keys(bytes).sort()).toEqual(['', 'players', 'players.name', 'players.x', 'players.y'])
    expect(bytes.players).toBeGreaterThan(23)
    expect(bytes['players.name']).toBeGreaterThanOrEqual(9)
  })

  test('of bytes that are no delta are refused', () => {
    const base = versionOf({ round: 1 })
    expect(() => sharesOfDelta(base, Uint8Array.of(250, 1, 2))).toThrow(
      expect.objectContaining({ name: 'GameStateError' }),
    )
  })
})
