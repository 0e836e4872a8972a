import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  applyDelta,
  EntityMap,
  encodeDelta,
  equalStates,
  GameStateStore,
  type Immutable,
  TygaseError,
  transact,
} from '../../src/index.js'
import { type AnyState, drawState, edit, precision } from '../support/random-state.js'
import { runsOf } from '../support/runs.js'

const numRuns = runsOf(2000)

type State = Immutable<AnyState>
const options = { precision } as never

function first(draw: fc.GeneratorValue): State {
  return new GameStateStore(drawState(draw)).state
}

function next(draw: fc.GeneratorValue, state: State): State {
  return transact<AnyState, void>(state, (draft) => edit(draw, draft)).state
}

/** The state as the other side sees it: what declared precision leaves of it. */
function seen(state: State): State {
  return applyDelta<AnyState>(undefined, encodeDelta<AnyState>(undefined, state, options))
}

const upTo = (max: number): fc.Arbitrary<number> => fc.nat({ max })
const someFlips = (): fc.Arbitrary<[number, number][]> =>
  fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 })

function law(check: (draw: fc.GeneratorValue) => void): void {
  fc.assert(fc.property(fc.gen(), check), { numRuns })
}

describe('the laws of versions and deltas', () => {
  test('applying the delta of a and b to a gives b [P9]', () => {
    law((draw) => {
      const a = first(draw)
      const b = next(draw, a)
      expect(equalStates(applyDelta<AnyState>(a, encodeDelta<AnyState>(a, b)), b)).toBe(true)
      expect(equalStates(applyDelta<AnyState>(undefined, encodeDelta<AnyState>(undefined, b)), b)).toBe(true)
    })
  })

  test('any two states have a delta, related or not', () => {
    law((draw) => {
      const a = first(draw)
      const b = first(draw)
      expect(equalStates(applyDelta<AnyState>(a, encodeDelta<AnyState>(a, b)), b)).toBe(true)
    })
  })

  test('with declared precision the other side has b rounded, the same by every path of versions', () => {
    law((draw) => {
      const a = first(draw)
      const b = next(draw, a)
      const c = next(draw, b)
      const encode = (base: State, to: State): Uint8Array => encodeDelta<AnyState>(base, to, options)
      const byB = applyDelta<AnyState>(applyDelta<AnyState>(seen(a), encode(a, b)), encode(b, c))
      const direct = applyDelta<AnyState>(seen(a), encode(a, c))
      expect(equalStates(byB, seen(c))).toBe(true)
      expect(equalStates(direct, seen(c))).toBe(true)
    })
  })

  test('a chain of deltas and the one delta across it give the same version [P6]', () => {
    law((draw) => {
      const versions = [first(draw)]
      for (let step = 0; step < 4; step++) versions.push(next(draw, versions[step]!))
      let chained = versions[0]!
      for (let step = 1; step < versions.length; step++) {
        chained = applyDelta<AnyState>(chained, encodeDelta<AnyState>(versions[step - 1]!, versions[step]!))
      }
      const last = versions[versions.length - 1]!
      const across = applyDelta<AnyState>(versions[0], encodeDelta<AnyState>(versions[0], last))
      expect(equalStates(chained, last)).toBe(true)
      expect(equalStates(across, chained)).toBe(true)
    })
  })

  test('an old version never changes, and what did not change keeps its identity on both sides [P7]', () => {
    law((draw) => {
      const a = first(draw)
      const before = encodeDelta<AnyState>(undefined, a)
      const b = next(draw, a)
      const replica = applyDelta<AnyState>(undefined, before)
      const delta = encodeDelta<AnyState>(a, b)
      const changed = applyDelta<AnyState>(replica, delta)
      next(draw, b)
      expect(encodeDelta<AnyState>(undefined, a)).toEqual(before)
      expect(encodeDelta<AnyState>(undefined, replica)).toEqual(before)
      for (const key of Object.keys(b)) {
        if (Object.is(a[key], b[key])) expect(changed[key]).toBe(replica[key])
      }
      expect(encodeDelta<AnyState>(b, b)).toHaveLength(0)
      expect(applyDelta<AnyState>(replica, new Uint8Array(0))).toBe(replica)
    })
  })

  test('a store takes a version that was decoded as it is, with all that it shares with the one before', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const a = new GameStateStore(drawState(draw)).state
        const b = transact<AnyState, void>(a, (draft) => edit(draw, draft)).state
        const replica = new GameStateStore<AnyState>({})
        for (const [version, base] of [[1, undefined] as const, [2, a] as const]) {
          const from = base && (replica.state as Immutable<AnyState>)
          const decoded = applyDelta<AnyState>(from, encodeDelta<AnyState>(base, version === 1 ? a : b))
          replica.commit(decoded, version)
          expect(replica.state).toBe(decoded)
        }
        expect(equalStates(replica.state, b)).toBe(true)
        const same = transact<AnyState, void>(replica.state, () => {}).state
        expect(same).toBe(replica.state)
      }),
      { numRuns: runsOf(500) },
    )
  })

  test('truncated and mutated bytes give a coded error or a whole state, and never touch the base [P9]', () => {
    law((draw) => {
      const a = first(draw)
      const b = next(draw, a)
      const delta = encodeDelta<AnyState>(a, b)
      const snapshot = encodeDelta<AnyState>(undefined, a)
      const bytes = delta.slice(0, draw(upTo, delta.length))
      const flips = draw(someFlips)
      for (const [at, value] of flips) if (bytes.length > 0) bytes[at % bytes.length] = value
      try {
        const state = applyDelta<AnyState>(a, bytes)
        // what was accepted is a state like any other
        expect(equalStates(applyDelta<AnyState>(undefined, encodeDelta<AnyState>(undefined, state)), state)).toBe(true)
      } catch (error) {
        if (!(error instanceof TygaseError)) throw error
      }
      expect(encodeDelta<AnyState>(undefined, a)).toEqual(snapshot)
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    })
  })

  test('two handlers in one tick that touch different fields of the same row both survive', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), (x, y) => {
        const store = new GameStateStore({ rows: new EntityMap([['p', { x: 0, y: 0, name: 'p' }]]) })
        let { state } = transact(store.state, (draft: { rows: EntityMap<{ x: number; y: number; name: string }> }) => {
          draft.rows.edit('p').x = x
        })
        state = transact(state, (draft: { rows: EntityMap<{ x: number; y: number; name: string }> }) => {
          draft.rows.edit('p').y = y
        }).state
        const replica = applyDelta(store.state, encodeDelta(store.state, state))
        expect(replica.rows.get('p')).toEqual({ x, y, name: 'p' })
      }),
      { numRuns },
    )
  })
})
