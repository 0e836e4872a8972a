import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, equalStates, GameStateStore, transact } from '../../src/index.js'
import { KnownDigests } from '../../src/internal.js'
import { digestOf, partAt, partsOf } from '../../src/internal-digest.js'
import { type AnyState, drawState, edit, precision } from '../support/random-state.js'
import { runsOf } from '../support/runs.js'

type State = GameStateStore<AnyState>['state']

const options = { precision } as never

function law(usual: number, check: (draw: fc.GeneratorValue) => void): void {
  fc.assert(fc.property(fc.gen(), check), { numRuns: runsOf(usual) })
}

/** Some versions, and the replica of each, made from the one before. */
function drawPlay(draw: fc.GeneratorValue): [State, State][] {
  let { state } = new GameStateStore(drawState(draw))
  let replica = applyDelta<AnyState>(undefined, encodeDelta<AnyState>(undefined, state, options))
  const play: [State, State][] = [[state, replica]]
  for (let step = 0; step < 3; step++) {
    const next = transact<AnyState, void>(state, (draft) => edit(draw, draft)).state
    replica = applyDelta<AnyState>(replica, encodeDelta<AnyState>(state, next, options))
    state = next
    play.push([state, replica])
  }
  return play
}

describe('the digest of a replica', () => {
  it('is that of the version with its numbers rounded, whatever was digested before', () => {
    law(1000, (draw) => {
      const kept = new KnownDigests(precision)
      for (const [state, replica] of drawPlay(draw)) {
        expect(kept.of(state)).toBe(digestOf(replica))
        expect(new KnownDigests(precision).of(state)).toBe(digestOf(replica))
      }
    })
  })

  it('is another one for another replica', () => {
    law(1000, (draw) => {
      const [[, a], [, b]] = drawPlay(draw) as [[State, State], [State, State]]
      // the order of keys and rows does not count
      if (!equalStates(a, b)) expect(sorted(a) === sorted(b)).toBe(digestOf(a) === digestOf(b))
    })
  })

  it('is made of the digests of its parts: those that differ lead to the difference', () => {
    law(300, (draw) => {
      for (const [state, replica] of drawPlay(draw)) {
        const digests = new KnownDigests(precision)
        const look = (own: ReturnType<KnownDigests['whole']>, theirs: unknown): void => {
          const parts = digests.partsOf(own)
          const others = partsOf(theirs)
          expect(parts && [...parts].map(([key, digest]) => [key, digest])).toEqual(
            others?.map(([key, part]) => [key, digestOf(part)]),
          )
          for (const [key] of others ?? []) look(digests.partAt(own, key)!, partAt(theirs, key))
        }
        look(digests.whole(state), replica)
      }
    })
  })

  test.each<[string, unknown, unknown]>([
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['0 and -0', { a: 0 }, { a: -0 }],
    ['null and no key', { a: null }, {}],
    ['an empty array and an empty object', { a: [] }, { a: {} }],
    ['an array in another order', { a: [1, 2] }, { a: [2, 1] }],
    ['values of two keys that are exchanged', { a: 1, b: 2 }, { a: 2, b: 1 }],
    ['a byte', { a: new Uint8Array([1, 2]) }, { a: new Uint8Array([1, 3]) }],
    ['bytes and numbers', { a: new Uint8Array([1]) }, { a: [1] }],
    ['an object and a map', { a: { x: {} } }, { a: new EntityMap([['x', {}]]) }],
    ['the id of a row as a text', new EntityMap<object, number>([[1, {}]]), new EntityMap([['1', {}]])],
  ])('tells %s apart', (_, a, b) => {
    expect(digestOf(a)).not.toBe(digestOf(b))
  })

  it('is the same for each NaN, and does not count the order of keys, or keys without a value', () => {
    const other = new Float64Array(new Uint32Array([1, 0x7ff80000]).buffer)[0]
    expect(digestOf({ a: other, b: 1 })).toBe(digestOf({ b: 1, c: undefined, a: Number.NaN }))
  })
})

/** The state as a text, with the keys and rows in order. */
function sorted(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : `${value}`
  if (value instanceof Uint8Array) return `bytes ${value}`
  if (Array.isArray(value)) return `[${value.map(sorted)}]`
  const parts = partsOf(value)
  if (parts === undefined) return JSON.stringify(value)
  const kind = value instanceof EntityMap ? 'map' : 'object'
  return `${kind}{${parts.map(([key, part]) => `${typeof key} ${JSON.stringify(key)}: ${sorted(part)}`).sort()}}`
}
