import { describe, expect, test } from 'vitest'
import { EntityMap, GameStateStore, type Immutable, transact } from '../src/index.js'
import { badValues, deepBadValues } from './support/bad-values.js'
import { refusal } from './support/refusals.js'

type Loose = Record<string, unknown>
interface State {
  more?: unknown
  players: EntityMap<Loose>
  rooms: { name: string; things: EntityMap<Loose> }[]
}

const first = (): Immutable<State> =>
  new GameStateStore<State>({
    players: new EntityMap<Loose>([['p1', { x: 1 }]]),
    rooms: [
      { name: 'a', things: new EntityMap<Loose>() },
      { name: 'b', things: new EntityMap<Loose>([['t', { deep: { list: [1] } }]]) },
    ],
  }).state

const refused = (rule: (draft: State) => void): string => refusal(() => transact<State, void>(first(), rule))

/** The ways in which a value gets into a state, and the path that it then has. */
const ways: [string, string, (draft: State, value: unknown) => void][] = [
  [
    'a key of the root',
    'more',
    (draft, value) => {
      draft.more = value
    },
  ],
  [
    'a key of an object',
    'rooms.1.name',
    (draft, value) => {
      draft.rooms[1]!.name = value as string
    },
  ],
  [
    'an element of an array',
    'rooms.2',
    (draft, value) => {
      draft.rooms.push(value as never)
    },
  ],
  [
    'a new object',
    'more.deep.0.x',
    (draft, value) => {
      draft.more = { deep: [{ x: value }] }
    },
  ],
  [
    'a row that is set',
    'players.p1.sprite',
    (draft, value) => {
      draft.players.set('p1', { sprite: value })
    },
  ],
  [
    'a new row',
    'players.p2.sprite',
    (draft, value) => {
      draft.players.set('p2', { sprite: value })
    },
  ],
  [
    'a row that is edited',
    'players.p1.sprite',
    (draft, value) => {
      draft.players.edit('p1').sprite = value
    },
  ],
  [
    'a row opened by editEach',
    'players.p1.x',
    (draft, value) =>
      draft.players.editEach((row) => {
        row.x = value
      }),
  ],
  [
    'the depth of a row',
    'rooms.1.things.t.deep.list.0',
    (draft, value) => {
      ;(draft.rooms[1]!.things.edit('t') as { deep: { list: unknown[] } }).deep.list[0] = value
    },
  ],
  [
    'a row set in a nested map',
    'rooms.0.things.q.a.0',
    (draft, value) => {
      draft.rooms[0]!.things.set('q', { a: [value] })
    },
  ],
  [
    'a row of a map that has moved',
    'more.0.p1.sprite',
    (draft, value) => {
      draft.more = [draft.players]
      Reflect.deleteProperty(draft, 'players')
      ;(draft.more as [State['players']])[0].edit('p1').sprite = value
    },
  ],
  [
    'a row of a map that is new',
    'more.map.a.sprite',
    (draft, value) => {
      const map = new EntityMap<Loose>([['a', {}]])
      draft.more = { map }
      map.edit('a').sprite = value
    },
  ],
]

describe.each(ways)('a value in %s, at %s', (_, path, put) => {
  test.each(badValues)('is refused with its path when it is %s', (_, make, message) => {
    const text = refused((draft) => put(draft, make()))
    expect(text).toContain(`invalid_value: ${path}: `)
    expect(text).toContain(message)
  })

  test.each(deepBadValues)('is refused with its path when it is or has %s', (_, make, further, message) => {
    const text = refused((draft) => put(draft, make()))
    expect(text).toContain(`invalid_value: ${path}${further}`.slice(0, 'invalid_value: '.length + path.length))
    expect(text).toContain(message)
  })

  test('is taken when it is plain', () => {
    expect(refused((draft) => put(draft, { a: [1, null, 'x', Number.NaN] }))).toBe('not refused')
  })
})

describe('what has no place in a row', () => {
  const maps: [string, (draft: State) => unknown, string][] = [
    ['a new EntityMap', () => new EntityMap(), ''],
    ['an EntityMap of the root', (draft) => draft.players, ''],
    ['an EntityMap from further down', (draft) => draft.rooms[0]!.things, ''],
    ['a part of the draft that holds one', (draft) => draft.rooms, '.0.things'],
    ['a part of a version that holds one', () => first().rooms, '.0.things'],
    ['a new object that holds one', () => ({ a: [new EntityMap()] }), '.a.0'],
  ]
  test.each(maps)('%s is refused with its path', (_, make, further) => {
    const expected = `invalid_value: players.p1.bag${further}: a state cannot hold an instance of EntityMap`
    expect(
      refused((draft) => {
        draft.players.edit('p1').bag = make(draft)
      }),
    ).toBe(expected)
    expect(
      refused((draft) => {
        draft.players.set('p1', { bag: make(draft) })
      }),
    ).toBe(expected)
  })
})

describe('keys that a state cannot have', () => {
  const polluting = (): unknown => JSON.parse('{"__proto__": {"polluted": true}}')
  test.each<[string, string, (draft: State) => void]>([
    ['at the root', '__proto__', (draft) => Object.assign(draft, polluting())],
    [
      'in an object',
      'more.__proto__',
      (draft) => {
        draft.more = polluting()
      },
    ],
    [
      'in a row that is set',
      'players.p1.__proto__',
      (draft) => {
        draft.players.set('p1', polluting() as Loose)
      },
    ],
    [
      'in a row that is edited',
      'players.p1.a.__proto__',
      (draft) => {
        draft.players.edit('p1').a = polluting()
      },
    ],
  ])('__proto__ %s is refused with its path and pollutes nothing', (_, path, rule) => {
    expect(refused(rule)).toBe(`invalid_value: ${path}: this key is not allowed`)
    expect(({} as Loose).polluted).toBeUndefined()
  })

  test('__proto__ set on a part of a draft throws and pollutes nothing', () => {
    expect(refused((draft) => Object.assign(draft.rooms[0]!, polluting()))).not.toBe('not refused')
    expect(({} as Loose).polluted).toBeUndefined()
  })

  test.each<[string, string, (draft: State) => void]>([
    ['at the root', 'state', (draft) => Object.assign(draft, { [Symbol('s')]: 1 })],
    ['in an object', 'rooms.0', (draft) => Object.assign(draft.rooms[0]!, { [Symbol('s')]: 1 })],
  ])('a symbol %s is refused', (_, path, rule) => {
    expect(refused(rule)).toBe(`invalid_value: ${path}: a state cannot hold the key Symbol(s)`)
  })
})

describe('a state that holds itself', () => {
  test.each<[string, (draft: State) => void]>([
    [
      'at its root',
      (draft) => {
        draft.more = draft
      },
    ],
    [
      'further down',
      (draft) => {
        draft.rooms[0]!.name = 'x'
        draft.more = [{ draft }]
      },
    ],
    [
      'in a row',
      (draft) => {
        draft.players.edit('p1').all = draft
      },
    ],
    [
      'through a part of the draft',
      (draft) => {
        ;(draft.rooms[0] as unknown as Loose).self = draft.rooms
      },
    ],
    [
      'while a map elsewhere has a bad row',
      (draft) => {
        draft.more = draft
        draft.rooms[0]!.things.set('a', {})
        draft.rooms[0]!.things.edit('a').bad = () => {}
      },
    ],
  ])('%s is refused', (_, rule) => {
    expect(refused(rule)).toMatch(/^invalid_value: /)
  })
})

test('a state may not grow deeper than 100 levels, by however small steps', () => {
  const store = new GameStateStore<{ log: unknown }>({ log: null })
  const grow = (): void =>
    store.commit(
      transact<{ log: unknown }, void>(store.state, (draft) => {
        draft.log = { rest: draft.log }
      }).state,
      store.version + 1,
    )
  for (let level = 0; level < 99; level++) grow()
  expect(refusal(grow)).toMatch(/^invalid_value: log\.rest\.rest\..*nested deeper than 100 levels/)
  expect(store.version).toBe(99)
})
