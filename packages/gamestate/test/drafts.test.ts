import { inspect } from 'node:util'
import fc from 'fast-check'
import { current, isDraft as isImmersDraft, produce } from 'immer'
import { describe, expect, test } from 'vitest'
import { EntityMap, GameStateStore, type Immutable, transact } from '../src/index.js'
import { type AnyState, drawState, edit } from './support/random-state.js'
import { refusal } from './support/refusals.js'
import { runsOf } from './support/runs.js'

interface State {
  n: number
  part: { n: number; list: number[]; map: EntityMap<{ x: number }> }
  parts: { n: number }[]
  map: EntityMap<{ x: number; bag: { gold: number } }>
  bytes: Uint8Array
}

const first = (): Immutable<State> =>
  new GameStateStore<State>({
    n: 0,
    part: { n: 0, list: [1, 2], map: new EntityMap([['a', { x: 0 }]]) },
    parts: [{ n: 1 }],
    map: new EntityMap([['a', { x: 0, bag: { gold: 1 } }]]),
    bytes: Uint8Array.of(1),
  }).state

/** Without the sign of zero: immer loses that of a second write to an object. */
const plain = (state: unknown): unknown => JSON.parse(JSON.stringify(state))

describe('a draft', () => {
  test('behaves as a draft of immer does, for random rules', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const base = new GameStateStore(withoutMaps(drawState(draw)) as AnyState).state
        const seed = draw(fc.nat)
        const rule = (draft: AnyState): void => {
          fc.assert(
            fc.property(fc.gen(), (own) => edit(own, draft)),
            { seed, numRuns: 1 },
          )
        }
        const next = transact<AnyState, void>(base, (draft) => {
          rule(draft)
          draft.map = undefined
          draft.rounded = undefined
        }).state
        const immers = produce(base as AnyState, (draft) => {
          rule(draft)
          draft.map = undefined
          draft.rounded = undefined
          expect(isImmersDraft(draft) && current(draft)).toBeTruthy()
        })
        expect(plain(withoutMaps(next))).toEqual(plain(withoutMaps(immers)))
      }),
      { numRuns: runsOf(500) },
    )
  })

  const same = [0, -0, 1, Number.NaN, Infinity]
  test.each(same.flatMap((was) => same.map((is) => [was, is])))(
    'tells a change from none by Object.is, in the tree and in rows alike: %d to %d',
    (was, is) => {
      const base = new GameStateStore({
        n: was,
        part: { n: was, other: 0 },
        list: [was],
        map: new EntityMap([['a', { n: was }]]),
        nested: new EntityMap([['a', { at: { n: was } }]]),
      }).state
      const rules: ((draft: typeof base) => void)[] = [
        (draft) => Object.assign(draft, { n: is }),
        (draft) => Object.assign(draft.part, { other: 1, n: is }),
        (draft) => Object.assign(draft.list, { 0: is }),
        (draft) => Object.assign((draft.map as EntityMap<{ n: number }>).edit('a'), { n: is }),
        (draft) => (draft.map as EntityMap<{ n: number }>).set('a', { n: is }),
        (draft) => Object.assign((draft.nested as EntityMap<{ at: { n: number } }>).edit('a').at, { n: is }),
      ]
      for (const rule of rules) {
        const next = transact<typeof base, void>(base as never, (draft) => {
          rule(draft)
          Object.assign(draft.part, { other: 0 })
        }).state
        expect(next === base).toBe(Object.is(was, is))
        const numbers = [next.n, next.part.n, next.list[0], next.map.get('a')!.n, next.nested.get('a')!.at.n]
        expect(numbers.filter((number) => Object.is(number, is)).length).toBeGreaterThan(0)
      }
    },
  )

  test.each<[string, string, (draft: State) => unknown]>([
    ['the key __proto__ in a part', 'part.__proto__', (draft) => Reflect.set(draft.part, '__proto__', { evil: 1 })],
    ['the key __proto__ at the root', '__proto__', (draft) => Reflect.set(draft, '__proto__', { evil: 1 })],
    ['another prototype', 'the prototype of a draft', (draft) => Object.setPrototypeOf(draft.part, {})],
    ['a draft that is frozen', 'cannot be frozen', (draft) => Object.freeze(draft.part)],
    ['a getter', 'part.x: a state cannot hold', (draft) => Object.defineProperty(draft.part, 'x', { get: () => 1 })],
    ['a named key of an array', 'cannot hold the key name', (draft) => Object.assign(draft.parts, { name: 1 })],
    ['a hole in an array', 'part.list.0: a state cannot hold undefined', (draft) => delete draft.part.list[0]],
  ])('refuses %s with a code', (_, words, rule) => {
    const text = refusal(() => transact<State, unknown>(first(), rule))
    expect(text).toMatch(/^invalid_value: /)
    expect(text).toContain(words)
    expect(({} as { evil?: unknown }).evil).toBeUndefined()
  })
})

describe('what a rule has kept', () => {
  const fail = (): never => {
    throw new Error('stop')
  }

  test.each([
    ['has returned', () => {}],
    ['has thrown', fail],
  ] as const)('is over at every depth when the rule %s', (_, end) => {
    const kept: (() => unknown)[] = []
    const base = first()
    try {
      transact<State, void>(base, (draft) => {
        const { part, map } = draft
        const { map: inner } = part
        const list = draft.parts
        part.n++
        kept.push(
          () => draft.n,
          () => (part.n = 5),
          () => part.n,
          () => 'n' in part,
          () => Object.keys(part),
          () => delete (part as Partial<State['part']>).n,
          () => Object.defineProperty(part, 'n', { value: 1 }),
          () => Object.getOwnPropertyDescriptor(part, 'n'),
          () => list.push({ n: 3 }),
          () => list[0],
          () => (list.length = 0),
          () => JSON.stringify(list),
          () => list.pop(),
          () => list.splice(0, 1),
          () => [...list],
          () => inner.edit('a'),
          () => inner.set('b', { x: 1 }),
          () => map.clear(),
        )
        end()
      })
    } catch {}
    for (const use of kept) expect(refusal(use)).toMatch(/^transaction_over: /)
  })

  test.each<[string, (list: number[]) => void, () => void]>([
    ['has changed', (list) => void list.push(3), () => {}],
    ['has opened and left', () => {}, () => {}],
    ['has changed before it threw', (list) => void list.push(3), fail],
    ['has opened before it threw', () => {}, fail],
  ])('throws for a write to a part without parts that it %s', (_, change, end) => {
    let list: number[] | undefined
    let state: Immutable<State> | undefined
    try {
      state = transact<State, void>(first(), (draft) => {
        list = draft.part.list
        change(list)
        end()
      }).state
    } catch {}
    const made = JSON.stringify(state)
    expect(() => list!.push(7)).toThrow(TypeError)
    expect(() => (list!.length = 0)).toThrow(TypeError)
    expect(JSON.stringify(state)).toBe(made)
  })

  test.each<[string, (row: { x: number }) => void, () => void]>([
    ['has changed', (row) => void row.x++, () => {}],
    ['has opened and left', () => {}, () => {}],
    ['has changed before it threw', (row) => void row.x++, fail],
    ['has opened before it threw', () => {}, fail],
  ])('throws for a write to a row that it %s', (_, change, end) => {
    let row: { x: number; bag: { gold: number } } | undefined
    try {
      transact<State, void>(first(), (draft) => {
        row = draft.map.edit('a')
        change(row)
        end()
      })
    } catch {}
    expect(() => Object.assign(row!, { x: 7 })).toThrow(TypeError)
    expect(() => Object.assign(row!.bag, { gold: 7 })).toThrow(TypeError)
  })

  test('is over for a draft that was put into the state of another transaction', () => {
    let part: State['part'] | undefined
    transact<State, void>(first(), (draft) => {
      part = draft.part
    })
    const put = (draft: State): void => {
      draft.part = part!
    }
    expect(refusal(() => transact<State, void>(first(), put))).toMatch(/^transaction_over: /)
  })
})

describe('console.log of a state', () => {
  test('shows its rows, in a rule and in a version', () => {
    const seen: string[] = []
    const { state } = transact<State, void>(first(), (draft) => {
      draft.part.list.push(3)
      draft.map.edit('a').x = 7
      draft.part.map.set('b', { x: 8 })
      for (const value of [draft, draft.part, draft.part.list, draft.map, draft.part.map]) seen.push(inspect(value))
      seen.push(JSON.stringify(draft))
    })
    expect(seen[0]).toContain("map: EntityMap(1) { 'a' => { x: 7, bag: { gold: 1 } } }")
    expect(seen[1]).toContain("EntityMap(2) { 'a' => { x: 0 }, 'b' => { x: 8 } }")
    expect(seen[2]).toContain('[ 1, 2, 3 ]')
    expect(seen[3]).toBe("EntityMap(1) { 'a' => { x: 7, bag: { gold: 1 } } }")
    expect(seen[5]).toBe(
      '{"n":0,"part":{"n":0,"list":[1,2,3],"map":{"a":{"x":0},"b":{"x":8}}},"parts":[{"n":1}],"map":{"a":{"x":7,"bag":{"gold":1}}},"bytes":{"0":1}}',
    )
    expect(inspect(state)).toContain("'a' => { x: 7, bag:")
    expect(inspect({ ...state.part.map })).toContain("'b'")
  })

  test('says that a draft is over, and does not throw', () => {
    let kept: State | undefined
    transact<State, void>(first(), (draft) => {
      kept = draft
    })
    expect(inspect(kept)).toContain('a draft whose rule has returned')
  })
})

/** The state without entity maps, which immer copies whole. */
function withoutMaps(value: unknown): unknown {
  if (value instanceof EntityMap) return undefined
  if (Array.isArray(value)) return value.map(withoutMaps).filter((part) => part !== undefined)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutMaps(part)]))
}
