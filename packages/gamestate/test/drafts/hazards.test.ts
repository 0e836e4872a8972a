import { produce } from 'immer'
import { describe, expect, test } from 'vitest'
import { GameStateStore, type Immutable, transact } from '../../src/index.js'

// biome-ignore lint/suspicious/noExplicitAny: reason: rules of this file write what the types of a state would refuse
type Loose = Record<string, any>

interface State extends Loose {
  list: { a: number; seen?: boolean; b?: number }[]
  n: number[]
  deep: { b: { c: { d: number }; self?: unknown }; e: number[][] } & Loose
  flat: { x: number; y: null; z: string; t: boolean } & Loose
}

const tree = (): State => ({
  list: [{ a: 1 }, { a: 2 }, { a: 3 }],
  n: [3, 1, 2],
  deep: { b: { c: { d: 1 } }, e: [[1], [2]] },
  flat: { x: 1, y: null, z: 'z', t: true },
})

/** The ways in which rules handle their drafts. Each does what it would do to the plain object. */
const ways: readonly (readonly [name: string, rule: (draft: State) => unknown])[] = [
  ['a filter whose predicate writes', (d) => d.list.filter((x) => (x.a = 9))],
  ['find, then a write', (d) => (d.list.find((x) => x.a === 2)!.a = 9)],
  ['forEach that writes', (d) => d.list.forEach((x) => void x.a++)],
  ['map that writes', (d) => d.list.map((x) => x.a++)],
  ['sort', (d) => d.list.sort((a, b) => b.a - a.a)],
  ['sort without a comparison', (d) => d.n.sort()],
  [
    'sort that writes',
    (d) =>
      d.list.sort((a, b) => {
        a.seen = true
        return b.a - a.a
      }),
  ],
  ['reverse', (d) => d.list.reverse()],
  ['reverse of numbers', (d) => d.n.reverse()],
  [
    'what splice returns, written to and put back',
    (d) => {
      const [x] = d.list.splice(1, 1)
      x!.a = 5
      d.list.push(x!)
    },
  ],
  [
    'what shift returns, written to and put back',
    (d) => {
      const x = d.list.shift()!
      x.a = 5
      d.list.push(x)
    },
  ],
  ['pop, then push', (d) => d.list.push(d.list.pop()!)],
  ['unshift of what was popped', (d) => d.list.unshift(d.list.pop()!)],
  ['shift until it is empty', (d) => d.list.forEach(() => void d.list.shift())],
  ['splice with a negative start', (d) => d.list.splice(-2, 1, { a: 7 })],
  [
    'filter, assigned and written to',
    (d) => {
      d.list = d.list.filter((x) => x.a > 1)
      d.list[0]!.a = 8
    },
  ],
  ['slice, then a write to an element', (d) => (d.list.slice(0, 1)[0]!.a = 6)],
  [
    'concat',
    (d) => {
      d.list = d.list.concat([{ a: 4 }])
      d.list[0]!.a = 44
    },
  ],
  ['indexOf of an element', (d) => d.n.push(d.list.indexOf(d.list[2]!))],
  ['spread of an element', (d) => (d.list[0] = { ...d.list[0]!, b: 2 })],
  [
    'spread of a part with parts',
    (d) => {
      d.deep = { ...d.deep, f: 1 }
      d.deep.b.c.d = 2
    },
  ],
  [
    'rest of a part',
    (d) => {
      const { x, ...others } = d.flat
      d.flat = others as State['flat']
    },
  ],
  ['Object.keys', (d) => d.n.push(Object.keys(d.deep).length, Object.keys(d.flat).length)],
  ['JSON', (d) => (d.copy = JSON.parse(JSON.stringify(d)))],
  [
    'for in',
    (d) => {
      for (const key in d.deep) d.n.push(key.length)
    },
  ],
  ['in and hasOwn', (d) => d.n.push(Number('b' in d.deep), Number(Object.hasOwn(d.deep, 'zz')))],
  [
    'delete',
    (d) => {
      delete (d.flat as Loose).x
      delete (d.deep as Loose).b
    },
  ],
  [
    'delete and set again',
    (d) => {
      delete (d.flat as Loose).x
      d.flat.x = 1
      const { b } = d.deep
      delete (d.deep as Loose).b
      d.deep.b = b
    },
  ],
  [
    'new fields',
    (d) => {
      d.flat.w = 1
      d.deep.g = { h: 1 }
    },
  ],
  [
    'undefined deletes',
    (d) => {
      d.flat.x = undefined as never
      d.deep.e = undefined as never
    },
  ],
  [
    'NaN',
    (d) => {
      d.flat.x = Number.NaN
      d.n[0] = Number.NaN
    },
  ],
  [
    'what is there, set again',
    (d) => {
      d.flat.x = 1
      d.list[0]!.a = 1
      d.deep.b.c.d = 1
    },
  ],
  [
    'there and back',
    (d) => {
      d.flat.x = 2
      d.flat.x = 1
      d.n.push(4)
      d.n.pop()
    },
  ],
  [
    'move',
    (d) => {
      d.moved = d.deep.b
      delete (d.deep as Loose).b
      d.moved.c.d = 3
    },
  ],
  [
    'two places',
    (d) => {
      d.other = d.flat
      d.other.x = 5
    },
  ],
  ['isArray', (d) => d.n.push(...[d.list, d.n, d.deep.e, d.flat].map((x) => Number(Array.isArray(x))))],
  [
    'length',
    (d) => {
      d.list.length = 0
      d.n.length = 1
    },
  ],
  [
    'fill',
    (d) => {
      d.n.fill(7)
      d.deep.e[0]!.push(9)
    },
  ],
  [
    'destructuring',
    (d) => {
      const [first] = d.list
      first!.a = 12
      const {
        b: { c },
      } = d.deep
      c.d = 13
    },
  ],
  [
    'identity of a draft',
    (d) => {
      const [element, part] = [d.list[0], d.deep.b]
      d.n.push(Number(d.list[0] === element), Number(d.deep.b === part))
    },
  ],
  ['structuredClone of a spread leaf', (d) => (d.c = structuredClone({ ...d.flat }))],
  [
    'Object.assign',
    (d) => {
      Object.assign(d.flat, { x: 3, q: 4 })
      Object.assign(d.deep, { b: 1 })
    },
  ],
  [
    'entries',
    (d) => {
      for (const [key, part] of Object.entries(d.deep)) if (key === 'b') part.c.d = 21
    },
  ],
  [
    'for of',
    (d) => {
      for (const x of d.list) x.a *= 2
    },
  ],
  ['at', (d) => (d.list.at(-1)!.a = 30)],
  ['copyWithin', (d) => d.n.copyWithin(0, 1)],
  ['copyWithin of objects', (d) => d.list.copyWithin(0, 1)],
  ['a method of Array.prototype', (d) => Array.prototype.push.call(d.list, { a: 9 })],
  ['a method of a draft on another array', (d) => d.list.push.call(d.n as never, 9 as never)],
]

describe('a rule that uses', () => {
  test.each(ways)('%s does to a draft what it does to the plain object', (_, rule) => {
    const base = new GameStateStore(tree()).state
    const next = transact<State, void>(base, (draft) => void rule(draft)).state
    const plain = tree()
    rule(plain)
    expect(JSON.stringify(next)).toBe(JSON.stringify(plain))
    expect(JSON.stringify(base)).toBe(JSON.stringify(tree()))
    // what has not changed keeps its identity
    const equal = Object.keys(base).filter((key) => JSON.stringify(next[key]) === JSON.stringify(base[key]))
    expect(equal.filter((key) => next[key] !== base[key])).toEqual([])
    expect(next === base).toBe(JSON.stringify(plain) === JSON.stringify(tree()))
  })

  test.each(ways)('%s does to a draft what it does to one of immer', (_, rule) => {
    const base = new GameStateStore(tree()).state
    const next = transact<State, void>(base, (draft) => void rule(draft)).state
    const immers = produce(base as State, (draft) => void rule(draft as State))
    expect(JSON.stringify(next)).toBe(JSON.stringify(immers))
  })

  test('-0 keeps it', () => {
    const { state } = transact<State, void>(new GameStateStore(tree()).state, (draft) => {
      draft.flat.x = -0
      draft.n[0] = -0
      draft.deep.b.c.d = -0
    })
    expect([state.flat.x, state.n[0], state.deep.b.c.d]).toEqual([-0, -0, -0])
  })
})

describe('what a draft refuses', () => {
  test.each<[string, (draft: State) => unknown, string]>([
    ['a function', (d) => (d.flat.x = (() => {}) as never), 'flat.x: a state cannot hold a function'],
    ['a Date', (d) => (d.flat.x = new Date(0) as never), 'flat.x: a state cannot hold an instance of Date'],
    ['a part in itself', (d) => (d.deep.b.self = d.deep.b), 'nested deeper than 100 levels'],
    [
      'a symbol as a key of a leaf',
      (d) => Object.assign(d.flat, { [Symbol('s')]: 1 }),
      'flat: a state cannot hold the key',
    ],
    ['a hole', (d) => delete d.n[1], 'n.1: a state cannot hold undefined'],
    ['a prototype', (d) => Object.setPrototypeOf(d.flat, { x: 1 }), 'an object with a prototype of its own'],
  ])('%s is refused with its path, and the version stays', (_, rule, message) => {
    const base = new GameStateStore(tree()).state
    expect(() => transact<State, void>(base, (draft) => void rule(draft))).toThrow(message)
    expect(JSON.stringify(base)).toBe(JSON.stringify(tree()))
  })
})

describe('identity', () => {
  const base = new GameStateStore(tree()).state
  const next = (rule: (draft: State) => unknown): Immutable<State> =>
    transact<State, void>(base, (draft) => void rule(draft)).state

  test('of elements that have moved within their array is kept, read or not', () => {
    const moved = next((d) => {
      d.list.push({ a: 4 })
      d.list.shift()
      expect(d.list[0]!.a).toBe(2)
    })
    expect([moved.list[0], moved.list[1]]).toEqual([base.list[1], base.list[2]])
    expect(moved.list[0]).toBe(base.list[1])
    expect(moved.list[1]).toBe(base.list[2])
  })

  test('of a part that has moved elsewhere is kept', () => {
    const moved = next((d) => {
      d.elsewhere = [d.flat, d.deep.b]
      d.flat = d.deep.b as never
    })
    expect(moved.elsewhere[0]).toBe(base.flat)
    expect(moved.elsewhere[1]).toBe(base.deep.b)
    expect(moved.flat).toBe(base.deep.b)
  })

  test('of a leaf that equals the old one is kept', () => {
    const same = next((d) => {
      d.flat = { ...d.flat }
      d.n = [...d.n]
      d.list = d.list.map((x) => ({ ...x }))
    })
    expect(same).toBe(base)
  })
})
