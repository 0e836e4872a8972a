import { EntityMap, GameStateStore } from '@tygase/gamestate'
import { KnownDigests } from '@tygase/gamestate/internal'
import { digestOf, type PartKey, partAt, partsOf } from '@tygase/gamestate/internal/digest'
import { describe, expect, test } from 'vitest'
import { type AskPart, findDifferences } from '../../src/divergence/find-differences.js'

const rows = (count: number, x: (id: number) => number) =>
  new EntityMap<{ x: number }, number>(Array.from({ length: count }, (_, id) => [id, { x: x(id) }]))

const stateOf = <State extends object>(state: State) => new GameStateStore<State>(state).state

/** A client that answers honestly about its replica, so many parts at a time. */
const clientWith =
  (replica: unknown, most = 128): AskPart =>
  async (path, from) => {
    const value = (path as PartKey[]).reduce<unknown>(partAt, replica)
    const parts = partsOf(value)
    if (parts === undefined) return { value }
    return { count: parts.length, parts: parts.slice(from, from + most).map(([key, part]) => [key, digestOf(part)]) }
  }

const find = (state: object, ask: AskPart, precision?: object) =>
  findDifferences(state as never, new KnownDigests(precision), ask)

describe('the differences of a replica', () => {
  test('are found among hundreds of rows, and with nothing else', async () => {
    const state = stateOf({ turn: 1, rows: rows(300, (id) => id), words: ['a', 'b'] })
    const replica = stateOf({ turn: 1, rows: rows(300, (id) => (id === 299 ? -1 : id)), words: ['a', 'c'] })
    expect(await find(state, clientWith(replica))).toEqual({
      differences: [
        { path: ['rows', 299, 'x'], server: 299, client: -1 },
        { path: ['words', 1], server: 'b', client: 'c' },
      ],
      isComplete: true,
    })
  })

  test('are parts that one side alone has, and values of other kinds', async () => {
    const state = stateOf({ gone: 1, kind: [1, 2], same: {} })
    const replica = stateOf({ kind: 7, more: 'x', same: {} })
    const { differences } = await find(state, clientWith(replica))
    expect(differences).toEqual([
      { path: ['gone'], server: 1, client: undefined },
      { path: ['kind'], server: [1, 2], client: 7 },
      { path: ['more'], server: undefined, client: 'x' },
    ])
  })

  test('are none where numbers are rounded as the game declares it', async () => {
    const state = stateOf({ rows: rows(3, (id) => id + 0.004), x: 1.26 })
    const replica = stateOf({ rows: rows(3, (id) => id), x: 2 })
    const { differences } = await find(state, clientWith(replica), { rows: { x: 0.01 }, x: 0.5 })
    expect(differences).toEqual([{ path: ['x'], server: 1.26, client: 2 }])
  })

  test('are cut if there are many, which is said', async () => {
    const { differences, isComplete } = await find(
      stateOf({ rows: rows(500, (id) => id) }),
      clientWith(stateOf({ rows: rows(500, (id) => -id - 1) })),
    )
    expect(differences.length).toBeGreaterThan(0)
    expect(differences.length).toBeLessThanOrEqual(64)
    expect(isComplete).toBe(false)
  })
})

describe('a client that lies', () => {
  const state = stateOf({ a: 1, rows: rows(40, (id) => id) })
  const endless = (from: number) => Array.from({ length: 100 }, (_, n) => [`key ${from + n}`, n])

  test.each<[string, AskPart]>([
    ['with parts without end', async (_, from) => ({ count: 1e12, parts: endless(from) })],
    ['with parts of parts without end', async () => ({ count: 1, parts: [['deeper', 1]] })],
    ['with the same parts again and again', async () => ({ count: 1e12, parts: [['a', 2]] })],
    [
      'with large values',
      async (path) => (path.length === 0 ? { count: 100, parts: endless(0) } : { value: 'x'.repeat(60_000) }),
    ],
    ['with text', async () => 'nothing'],
    ['with parts that are none', async () => ({ count: 1, parts: [[{}, 1]] })],
    ['with a key that is no part', async () => ({ count: 1, parts: [['__proto__', 1]] })],
    ['with no count', async () => ({ parts: [] })],
    ['with null', async () => null],
    ['by an error', () => Promise.reject(new Error('the session has ended'))],
  ])('%s costs a bounded number of questions and little memory', async (_, ask) => {
    let questions = 0
    const { differences } = await find(state, (path, from) => {
      questions++
      return ask(path, from)
    })
    expect(questions).toBeLessThanOrEqual(48)
    expect(differences.length).toBeLessThanOrEqual(64)
    expect(JSON.stringify(differences.map(({ client }) => client)).length).toBeLessThan(512 * 1024)
  })
})
