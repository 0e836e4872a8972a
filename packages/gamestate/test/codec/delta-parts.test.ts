import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { partsOfDelta } from '../../src/codec/delta-parts.js'
import {
  applyDelta,
  EntityMap,
  encodeDelta,
  equalStates,
  GameStateStore,
  type Immutable,
  transact,
} from '../../src/index.js'
import { type AnyState, drawState, edit, precision } from '../support/random-state.js'
import { runsOf } from '../support/runs.js'

type State = Immutable<AnyState>

function sealed<S extends object>(state: S): Immutable<S> {
  return new GameStateStore<S>(state).state
}

/** Bytes by path, for people. */
function named(base: State | undefined, delta: Uint8Array): Record<string, number> {
  return Object.fromEntries(partsOfDelta<AnyState>(base, delta).parts.map(({ path, bytes }) => [path.join('.'), bytes]))
}

const sum = (parts: Record<string, number>): number => Object.values(parts).reduce((all, one) => all + one, 0)

describe('the parts of a delta', () => {
  test('sum to its length, and the state that they give is the one that the delta gives', () => {
    fc.assert(
      fc.property(fc.gen(), fc.boolean(), fc.boolean(), (draw, isRelated, isView) => {
        const options = { precision, isView } as never
        const a = sealed(drawState(draw)) as State
        const b = isRelated
          ? (transact<AnyState, void>(a, (draft) => edit(draw, draft)).state as State)
          : sealed(drawState(draw))
        const snapshot = encodeDelta<AnyState>(undefined, a, options)
        const seen = applyDelta<AnyState>(undefined, snapshot)
        for (const [base, delta] of [
          [undefined, snapshot],
          [seen, encodeDelta<AnyState>(a, b, options)],
        ] as const) {
          const { parts, state } = partsOfDelta<AnyState>(base, delta)
          expect(parts.reduce((all, { bytes }) => all + bytes, 0)).toBe(delta.length)
          expect(new Set(parts.map(({ path }) => JSON.stringify(path))).size).toBe(parts.length)
          expect(equalStates(state, applyDelta<AnyState>(base, delta))).toBe(true)
        }
      }),
      { numRuns: runsOf(3000) },
    )
  })

  test('of a delta without bytes are none', () => {
    const state = sealed<AnyState>({ a: 1 })
    expect(partsOfDelta<AnyState>(state, new Uint8Array())).toEqual({ parts: [], state })
  })

  test('name the fields of all rows of a map, and what says which rows they are of', () => {
    const rows = (shift: number) =>
      new EntityMap<{ x: number; y: number; name: string }, number>(
        Array.from({ length: 100 }, (_, id) => [id, { x: id * 7 + shift * (id % 13), y: id, name: `n${id}` }]),
      )
    const [a, b] = [sealed<AnyState>({ players: rows(0), round: 1 }), sealed<AnyState>({ players: rows(3), round: 2 })]
    const delta = encodeDelta<AnyState>(a, b)
    const parts = named(a, delta)
    expect(Object.keys(parts).sort()).toEqual(['(structure)', 'players.(structure)', 'players.*.x', 'round'])
    expect(sum(parts)).toBe(delta.length)
    // one byte names the changed keys, and 100 numbers cost most
    expect(parts['players.*.x']).toBeGreaterThan(delta.length / 2)
    const whole = named(undefined, encodeDelta<AnyState>(undefined, a))
    expect(Object.keys(whole).sort()).toEqual(
      ['(structure)', 'players.(structure)', 'players.*.name', 'players.*.x', 'players.*.y', 'round'].sort(),
    )
  })

  test('name keys of nested objects, added and deleted ones too', () => {
    const a = sealed<AnyState>({ deep: { kept: 'text', gone: [1, 2, 3] }, list: [1, 2, 3] })
    const b = sealed<AnyState>({ deep: { kept: 'text that goes on', added: 'x'.repeat(40) }, list: [1, 2, 3, 4] })
    const parts = named(a, encodeDelta<AnyState>(a, b))
    expect(Object.keys(parts)).toEqual(
      expect.arrayContaining(['deep.kept', 'deep.gone', 'deep.added', 'list', '(structure)']),
    )
    expect(parts['deep.added']).toBeGreaterThan(40)
  })

  test('have at most six keys: what is deeper counts for the part above it', () => {
    let value: unknown = 'at the bottom'
    for (let depth = 12; depth > 0; depth--) value = { [`k${depth}`]: value }
    const state = sealed<AnyState>({ top: value })
    const { parts } = partsOfDelta<AnyState>(undefined, encodeDelta<AnyState>(undefined, state))
    expect(Math.max(...parts.map(({ path }) => path.filter((key) => key !== '(structure)').length))).toBe(6)
  })
})
