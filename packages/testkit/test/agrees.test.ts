import { applyDelta, EntityMap, encodeDelta, GameStateStore } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { agrees } from '../src/agrees.js'

const rows = (entries: [string, object][]) => new EntityMap<object>(entries)

/** As a version and as a replica of it that came over the wire. */
function bothOf<State extends object>(initial: State, precision?: object): [server: unknown, replica: unknown] {
  const { state } = new GameStateStore<State>(initial)
  return [
    state,
    applyDelta(
      undefined,
      encodeDelta(undefined, state, precision === undefined ? {} : { precision: precision as never }),
    ),
  ]
}

describe('a replica agrees with the server', () => {
  it.each<[what: string, state: object, precision?: object]>([
    ['plain parts', { a: 1, b: 'text', c: [1, [2, null]], d: { e: true } }],
    ['numbers that are none', { a: Number.NaN, b: -0, c: Number.POSITIVE_INFINITY }],
    ['bytes', { a: new Uint8Array([1, 2]) }],
    ['rows', { a: rows([['p', { x: 1, goods: { n: 2 } }]]) }],
    ['rounded rows', { a: rows([['p', { x: 1.2345, y: 7 }]]), b: 1.5 }, { a: { x: 0.01 } }],
    ['rounded elements', { a: [1.26, 2.74], b: { c: 0.123, d: 1.9 } }, { a: 0.5, b: { '*': 0.1 } }],
    ['what is too large to be rounded', { a: 1e300 }, { a: 0.01 }],
  ])('about %s', (_, state, precision) => {
    const [server, replica] = bothOf(state, precision)
    expect(agrees(server, replica, precision)).toBe(true)
  })
})

describe('a replica does not agree where', () => {
  it.each<[what: string, server: unknown, replica: unknown, precision?: object]>([
    ['a number differs', { a: 1 }, { a: 2 }],
    ['a number has lost its sign', { a: -0 }, { a: 0 }],
    ['a number was rounded without a precision', { a: 1.26 }, { a: 1.5 }],
    ['a number was not rounded', { a: 1.26 }, { a: 1.26 }, { a: 0.5 }],
    ['an object of the server was not rounded', Object.freeze({ a: 1.26 }), undefined, { a: 0.5 }],
    ['a key is missing', { a: 1, b: 2 }, { a: 1 }],
    ['a key is too many', { a: 1 }, { a: 1, b: 2 }],
    ['keys are in another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['an array is shorter', { a: [1, 2] }, { a: [1] }],
    ['an array is an object', { a: [] }, { a: {} }],
    ['an object is an array', { a: {} }, { a: [] }],
    ['something is null', { a: {} }, { a: null }],
    ['bytes differ', { a: new Uint8Array([1]) }, { a: new Uint8Array([2]) }],
    ['bytes are an array', { a: new Uint8Array([1]) }, { a: [1] }],
    ['a row is missing', { a: rows([['p', {}]]) }, { a: rows([]) }],
    ['a row has another id', { a: rows([['p', {}]]) }, { a: rows([['q', {}]]) }],
    ['a row differs deep down', { a: rows([['p', { g: { n: 1 } }]]) }, { a: rows([['p', { g: { n: 2 } }]]) }],
    ['a map is an object', { a: rows([]) }, { a: {} }],
    ['an object is a map', { a: {} }, { a: rows([]) }],
  ])('%s', (_, server, replica, precision) => {
    expect(agrees(server, replica ?? server, precision)).toBe(false)
  })
})

describe('what agreed before', () => {
  const server = { still: { x: 1 }, moves: { x: 1 } }
  const replica = { still: { x: 1 }, moves: { x: 1 } }
  const known = { server, replica }

  it('is not looked at again where neither side has changed', () => {
    // what never happens to versions, which are frozen, shows that nobody looks
    const changed = { ...replica, still: Object.assign(replica.still, { x: 2 }) }
    expect(agrees({ ...server }, changed, undefined, known)).toBe(true)
    expect(agrees({ ...server }, changed, undefined)).toBe(false)
    replica.still.x = 1
  })

  it.each([
    ['the server has changed', { ...server, moves: { x: 2 } }, { ...replica }],
    ['the replica has changed', { ...server }, { ...replica, moves: { x: 2 } }],
    [
      'a part has moved to another place',
      { ...server, moves: server.still },
      { still: replica.still, moves: { x: 3 } },
    ],
  ])('is looked at where %s', (_, a, b) => {
    expect(agrees(a, b, undefined, known)).toBe(false)
  })
})
