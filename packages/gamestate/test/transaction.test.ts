import { describe, expect, test } from 'vitest'
import { EntityMap, equalStates, GameStateStore, type Immutable, transact } from '../src/index.js'
import { refusal } from './support/refusals.js'

interface Player {
  x: number
  at?: { y: number }
}
interface State {
  foo: number
  world: { name: string; deep: { n: number }; things: EntityMap<Player> }
  list: { v: number }[]
  players: EntityMap<Player>
  bytes?: Uint8Array
  [more: string]: unknown
}

const first = (): Immutable<State> =>
  new GameStateStore<State>({
    foo: 1,
    world: { name: 'w', deep: { n: 1 }, things: new EntityMap([['t', { x: 1 }]]) },
    list: [{ v: 1 }, { v: 2 }],
    players: new EntityMap<Player>([
      ['1', { x: 1, at: { y: 1 } }],
      ['2', { x: 2 }],
    ]),
  }).state

const change = (base: Immutable<State>, rule: (draft: State) => unknown): Immutable<State> =>
  transact<State, unknown>(base, rule).state

describe('a transaction', () => {
  test('gives the next version and what the rule returned; the base stays as it is', () => {
    const base = first()
    const { state, result } = transact<State, string>(base, (draft) => {
      draft.foo = 2
      return 'done'
    })
    expect([base.foo, state.foo, result]).toEqual([1, 2, 'done'])
  })

  test('a change of one leaf leaves all others, and their identity [P3]', () => {
    const base = first()
    const next = change(base, (draft) => {
      draft.world.deep.n = 2
      draft.players.edit('1').x = 5
    })
    expect(next.world).toMatchObject({ name: 'w', deep: { n: 2 } })
    expect(next.world.things).toBe(base.world.things)
    expect(next.list).toBe(base.list)
    expect(next.players.get('1')).toEqual({ x: 5, at: { y: 1 } })
    expect(next.players.get('2')).toBe(base.players.get('2'))
  })

  test('its lists and objects are of the same kind as those of the base', () => {
    const kinds = transact<State, unknown>(first(), (draft) =>
      [draft, draft.world, draft.list].map((part) => [Object.getPrototypeOf(part), Array.isArray(part)]),
    ).result
    expect(kinds).toEqual([
      [Object.prototype, false],
      [Object.prototype, false],
      [Array.prototype, true],
    ])
  })

  test('delete removes a key at any level, and leaves no trace where there is none [P4]', () => {
    const base = first()
    const next = change(base, (draft) => {
      delete draft.more
      delete (draft.world as Partial<State['world']>).name
      delete (draft as Partial<State>).foo
      draft.players.delete('1')
    })
    expect(Object.keys(next)).toEqual(['world', 'list', 'players'])
    expect(Object.keys(next.world)).toEqual(['deep', 'things'])
    expect([...next.players.keys()]).toEqual(['2'])
    const same = change(base, (draft) => {
      delete draft.missing
      delete (draft.world as Record<string, unknown>).missing
      draft.players.delete('missing')
      draft.missing = undefined
    })
    expect(same).toBe(base)
  })

  test('lists and single values are replaced whole, and one kind of value by another [P5]', () => {
    let state = change(first(), (draft) => {
      draft.list = [{ v: 9 }]
      draft.foo = 3
      draft.more = { now: { an: 'object' } }
    })
    expect(state).toMatchObject({ list: [{ v: 9 }], foo: 3, more: { now: { an: 'object' } } })
    state = change(state, (draft) => {
      draft.more = 7
    })
    expect(state.more).toBe(7)
    state = change(state, (draft) => {
      draft.more = new EntityMap([['a', { x: 1 }]])
    })
    state = change(state, (draft) => {
      draft.more = { players: draft.more }
    })
    expect((state.more as { players: State['players'] }).players.get('a')).toEqual({ x: 1 })
  })

  test('later changes never reach a version that was handed out [P7]', () => {
    const base = first()
    const copy = first()
    let state = base
    for (let step = 0; step < 50; step++) {
      state = change(state, (draft) => {
        draft.foo++
        draft.world.deep.n++
        draft.list[0]!.v++
        draft.players.edit('1').at!.y++
        draft.players.set(`n${step}`, { x: step })
        draft.world.things.edit('t').x++
      })
    }
    expect(state.players.size).toBe(52)
    expect(equalStates(base, copy)).toBe(true)
  })

  test.each<[string, (draft: State) => unknown]>([
    [
      'reads only',
      (draft) => [draft.world.deep.n, draft.players.get('1'), [...draft.world.things], Object.keys(draft)],
    ],
    [
      'sets what is there',
      (draft) => {
        draft.foo = 1
        draft.world.name = 'w'
        draft.world.deep.n = 1
      },
    ],
    [
      'sets an equal object',
      (draft) => {
        draft.world.deep = { n: 1 }
        draft.list = [{ v: 1 }, { v: 2 }]
      },
    ],
    [
      'goes there and back',
      (draft) => {
        draft.foo++
        draft.foo--
        draft.list.push({ v: 3 })
        draft.list.pop()
      },
    ],
    [
      'sets a part to itself',
      (draft) => {
        const { players, world } = draft
        draft.players = players
        draft.world = world
      },
    ],
    [
      'opens maps and leaves them',
      (draft) => {
        draft.players.editEach(() => {})
        draft.world.things.edit('t')
      },
    ],
    ['makes a map and drops it', () => new EntityMap([['a', { x: 1 }]])],
  ])('gives the base itself when the rule %s', (_, rule) => {
    const base = first()
    expect(change(base, rule)).toBe(base)
  })

  test('works on a state that is an EntityMap', () => {
    type Root = EntityMap<Player>
    const base = new GameStateStore<Root>(new EntityMap([['a', { x: 1 }]])).state
    const next = transact<Root, unknown>(base, (draft) => Object.assign(draft.edit('a'), { x: 2 })).state
    expect([base.get('a'), next.get('a')]).toEqual([{ x: 1 }, { x: 2 }])
    expect(transact<Root, void>(base, (draft) => void draft.edit('a')).state).toBe(base)
    const bad = (draft: Root): unknown => Object.assign(draft.edit('a'), { sprite: () => {} })
    expect(refusal(() => transact<Root, unknown>(base, bad))).toBe(
      'invalid_value: a.sprite: a state cannot hold a function',
    )
  })
})

describe('the draft of a state is like a plain object', () => {
  test('it has the keys of the state, in their order, as it is changed', () => {
    change(first(), (draft) => {
      expect(Object.keys(draft)).toEqual(['foo', 'world', 'list', 'players'])
      expect('foo' in draft).toBe(true)
      expect('nothing' in draft).toBe(false)
      delete (draft as Partial<State>).foo
      draft.more = 1
      expect(Object.keys(draft)).toEqual(['world', 'list', 'players', 'more'])
      expect('foo' in draft).toBe(false)
      expect(Object.hasOwn(draft, 'more')).toBe(true)
      expect(Object.getOwnPropertyDescriptor(draft, 'nothing')).toBeUndefined()
      expect(String(draft)).toBe('[object Object]')
    })
  })

  test('spreading, Object.assign, entries and JSON see what was done', () => {
    change(first(), (draft) => {
      draft.foo = 5
      draft.world.deep.n = 6
      const { foo, world, ...rest } = { ...draft }
      expect([foo, world.deep.n, Object.keys(rest)]).toEqual([5, 6, ['list', 'players']])
      Object.assign(draft, { foo: 7 })
      expect(new Map(Object.entries(draft)).get('foo')).toBe(7)
      expect(JSON.parse(JSON.stringify(draft.world.deep))).toEqual({ n: 6 })
    })
  })

  test('a property may be defined that holds a value, not one with a getter', () => {
    const next = change(first(), (draft) => {
      Object.defineProperty(draft, 'more', { value: 1, configurable: true, enumerable: true, writable: true })
    })
    expect(next.more).toBe(1)
    const define = (draft: State): unknown =>
      Object.defineProperty(draft, 'more', { get: () => 1, configurable: true, enumerable: true })
    expect(refusal(() => change(first(), define))).toBe('invalid_value: more: a state cannot hold a function')
  })
})

describe('parts that are shared and moved', () => {
  test('two places hold one part while the rule runs, and part ways after it', () => {
    const shared = change(first(), (draft) => {
      draft.more = draft.world.deep
      draft.world.deep.n = 5
      ;(draft.more as { n: number }).n++
    })
    expect([shared.more, shared.world.deep]).toEqual([{ n: 6 }, { n: 6 }])
    const next = change(shared, (draft) => {
      draft.world.deep.n = 7
    })
    expect([next.more, next.world.deep]).toEqual([{ n: 6 }, { n: 7 }])
  })

  test('so do two places with one EntityMap', () => {
    const shared = change(first(), (draft) => {
      draft.more = draft.players
      draft.world.things = draft.players
      draft.world.things.edit('1').x = 9
    })
    const maps = (state: Immutable<State>): unknown[] =>
      [state.players, state.more as EntityMap<Player>, state.world.things].map((map) => map.get('1')?.x)
    expect(maps(shared)).toEqual([9, 9, 9])
    const next = change(shared, (draft) => {
      draft.players.edit('1').x = 10
      ;(draft.more as EntityMap<Player>).edit('1').x = 11
    })
    expect(maps(next)).toEqual([10, 11, 9])
    expect(maps(shared)).toEqual([9, 9, 9])
  })

  test('an EntityMap moves from the root into the tree, from there into an array, and back', () => {
    const inTree = change(first(), (draft) => {
      draft.world.things = draft.players
      delete (draft as Partial<State>).players
      draft.world.things.edit('2').x = 20
    })
    expect(inTree.players).toBeUndefined()
    const inArray = change(inTree, (draft) => {
      draft.more = [{ here: draft.world.things }]
      draft.world.things = new EntityMap()
      ;(draft.more as [{ here: EntityMap<Player> }])[0].here.edit('1').x = 10
    })
    const back = change(inArray, (draft) => {
      draft.players = (draft.more as [{ here: EntityMap<Player> }])[0].here
      delete draft.more
      draft.players.set('3', { x: 3 })
    })
    expect([...back.players.values()].map((row) => row.x)).toEqual([10, 20, 3])
    expect(back.world.things.size).toBe(0)
    expect(inTree.world.things.get('1')?.x).toBe(1)
  })

  test('a part of a draft can be put into a row, and a row into the tree', () => {
    const next = change(first(), (draft) => {
      draft.world.deep.n = 4
      const row = draft.players.edit('1') as Player & { home?: unknown }
      row.home = draft.world.deep
      draft.more = [row, draft.players.get('2'), row.at]
      draft.players.set('3', { x: 3, at: draft.world.deep as never })
      row.at!.y = 8
      draft.world.deep.n = 5
    })
    expect(next.players.get('1')).toEqual({ x: 1, at: { y: 8 }, home: { n: 5 } })
    // `set` copies, and so keeps what was there at the time
    expect(next.players.get('3')).toEqual({ x: 3, at: { n: 4 } })
    expect(next.more).toEqual([next.players.get('1'), { x: 2 }, { y: 8 }])
    expect(Object.isFrozen((next.more as unknown[])[0])).toBe(true)
  })

  test('an EntityMap works in arrays and objects that are new', () => {
    let state = change(first(), (draft) => {
      const map = new EntityMap<Player>()
      draft.more = [{ map }]
      map.set('a', { x: 1 })
    })
    const map = (of: Immutable<State>): EntityMap<Player> => (of.more as [{ map: EntityMap<Player> }])[0].map
    expect(map(state).get('a')).toEqual({ x: 1 })
    state = change(state, (draft) => {
      map(draft as never).edit('a').x = 2
      ;(draft.more as unknown[]).unshift({ map: map(draft as never) })
      map(draft as never).edit('a').x = 3
    })
    expect((state.more as { map: EntityMap<Player> }[]).map((part) => part.map.get('a')?.x)).toEqual([3, 3])
  })

  test('bytes are copied when the version is made, and replaced, not written into', () => {
    const bytes = Uint8Array.of(1, 2)
    const base = change(first(), (draft) => {
      draft.bytes = bytes
      ;(draft.players.edit('1') as Player & { b?: Uint8Array }).b = bytes
    })
    bytes[0] = 9
    expect(base.bytes).toEqual(Uint8Array.of(1, 2))
    const next = change(base, (draft) => {
      draft.bytes = Uint8Array.of(3)
      // in a row that is edited they are a copy already
      ;(draft.players.edit('1') as Player & { b: Uint8Array }).b[1] = 7
    })
    expect(next.bytes).toEqual(Uint8Array.of(3))
    expect(next.players.get('1')).toMatchObject({ b: Uint8Array.of(1, 7) })
    expect(base.players.get('1')).toMatchObject({ b: Uint8Array.of(1, 2) })
    expect(
      change(base, (draft) => {
        draft.bytes = Uint8Array.of(1, 2)
      }),
    ).toBe(base)
  })
})

describe('a state that is no version yet', () => {
  test('is taken over and frozen, and rules change it again and again as they change versions', () => {
    const base: State = {
      foo: 1,
      world: { name: 'a', deep: { n: 1 }, things: new EntityMap([['one', { x: 1 }]]) },
      list: [{ v: 1 }],
      players: new EntityMap([['ada', { x: 1 }]]),
    }
    let state = base as Immutable<State>
    const versions: Immutable<State>[] = []
    for (let tick = 0; tick < 3; tick++) {
      state = transact(state, (draft: State) => {
        draft.players.edit('ada').x++
        draft.world.things.edit('one').x++
        draft.list[0]!.v++
      }).state
      versions.push(state)
    }
    expect(Object.isFrozen(base)).toBe(true)
    expect([base, ...versions].map(({ players }) => players.get('ada')?.x)).toEqual([1, 2, 3, 4])
    expect(versions.map(({ world, list }) => [world.things.get('one')?.x, list[0]?.v])).toEqual([
      [2, 2],
      [3, 3],
      [4, 4],
    ])
  })
})
