import { describe, expect, test } from 'vitest'
import { EntityMap, equalStates, GameStateStore, type Immutable, transact } from '../src/index.js'
import { refusal } from './support/refusals.js'

interface State {
  n: number
  part: { n: number; map: EntityMap<{ x: number }> }
  map: EntityMap<{ x: number }>
}

const first = (): Immutable<State> =>
  new GameStateStore<State>({
    n: 0,
    part: { n: 0, map: new EntityMap([['a', { x: 0 }]]) },
    map: new EntityMap([['a', { x: 0 }]]),
  }).state

/** Changes a bit of everything. */
function changeAll(draft: State): void {
  draft.n++
  draft.part.n++
  draft.map.edit('a').x++
  draft.map.set('b', { x: 1 })
  draft.part.map.edit('a').x++
}

describe('a rule that throws', () => {
  const rules: [string, (draft: State) => void][] = [
    [
      'at once',
      () => {
        throw new Error('stop')
      },
    ],
    [
      'after changes',
      (draft) => {
        changeAll(draft)
        throw new Error('stop')
      },
    ],
    [
      'while it iterates',
      (draft) =>
        draft.map.editEach((row) => {
          row.x++
          throw new Error('stop')
        }),
    ],
    [
      'in a transaction of its own',
      (draft) => {
        changeAll(draft)
        transact<State, void>(first(), () => {
          throw new Error('stop')
        })
      },
    ],
    [
      'after one of its own',
      (draft) => {
        transact<State, void>(first(), changeAll)
        changeAll(draft)
        throw new Error('stop')
      },
    ],
  ]
  test.each(rules)('%s leaves no trace, and its error goes through', (_, rule) => {
    const base = first()
    expect(() => transact<State, void>(base, rule)).toThrow('stop')
    expect(equalStates(base, first())).toBe(true)
    // nor in what comes after
    const { state } = transact<State, void>(base, changeAll)
    expect(state.map.get('a')).toEqual({ x: 1 })
    expect(state.part.map.get('a')).toEqual({ x: 1 })
    expect([state.n, state.part.n, state.map.size]).toEqual([1, 1, 2])
  })

  test('leaves no trace either when it is the state that is refused', () => {
    const base = first()
    const bad = (draft: State): void => {
      changeAll(draft)
      draft.part.map.set('c', { x: 2 })
      ;(draft.part as Record<string, unknown>).n = () => {}
    }
    expect(refusal(() => transact<State, void>(base, bad))).toBe(
      'invalid_value: part.n: a state cannot hold a function',
    )
    expect(equalStates(base, first())).toBe(true)
    expect(transact<State, void>(base, changeAll).state.n).toBe(1)
  })
})

describe('a transaction within a rule', () => {
  test('is on its own', () => {
    const [outer, inner] = [first(), first()]
    let result: Immutable<State> | undefined
    const { state } = transact<State, void>(outer, (draft) => {
      draft.map.edit('a').x = 1
      result = transact<State, void>(inner, (other) => {
        other.map.edit('a').x = 2
        other.n = draft.map.get('a')!.x
      }).state
      draft.map.edit('a').x += 10
    })
    expect(state.map.get('a')).toEqual({ x: 11 })
    expect(result?.map.get('a')).toEqual({ x: 2 })
    expect(result?.n).toBe(1)
    expect(equalStates(inner, outer)).toBe(true)
  })

  test('may write to the outer draft, which keeps that', () => {
    const { state } = transact<State, void>(first(), (draft) => {
      transact<State, void>(first(), (other) => {
        draft.map.set('b', { x: other.n })
        draft.part.map.edit('a').x = 3
        draft.n = 5
      })
      draft.map.edit('b').x = 6
    })
    expect([state.n, state.map.get('b'), state.part.map.get('a')]).toEqual([5, { x: 6 }, { x: 3 }])
  })
})

describe('what a rule has kept of its draft', () => {
  interface Kept {
    draft: State
    map: State['map']
    part: State['part']
    partMap: State['map']
    row: { x: number }
  }

  function keep(end: () => void): { kept: Kept; state: Immutable<State> | undefined } {
    const found: { kept?: Kept; state?: Immutable<State> } = {}
    try {
      found.state = transact<State, void>(first(), (draft) => {
        changeAll(draft)
        found.kept = { draft, map: draft.map, part: draft.part, partMap: draft.part.map, row: draft.map.edit('a') }
        end()
      }).state
    } catch {}
    return { kept: found.kept!, state: found.state }
  }

  const fail = (): never => {
    throw new Error('stop')
  }

  test.each([
    ['has returned', () => {}],
    ['has thrown', fail],
  ] as const)('is over when the rule %s', (_, end) => {
    const { kept } = keep(end)
    const uses: (() => unknown)[] = [
      () => kept.draft.n,
      () => {
        kept.draft.n = 1
      },
      () => 'n' in kept.draft,
      () => Object.keys(kept.draft),
      () => delete (kept.draft as Partial<State>).n,
      () => kept.map.set('c', { x: 1 }),
      () => kept.map.edit('a'),
    ]
    for (const use of uses) expect(refusal(use)).toMatch(/^transaction_over: /)
  })

  test('never changes the version', () => {
    for (const end of [() => {}, fail]) {
      const { kept, state } = keep(end)
      for (const use of [
        () => {
          kept.part.n = 100
        },
        () => {
          kept.row.x = 100
        },
        () => {
          kept.partMap.edit('a').x = 100
        },
      ]) {
        // a part of the draft is dead or ownerless now: it may throw, and may not do any harm
        try {
          use()
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }
      if (state !== undefined) {
        expect([state.part.n, state.map.get('a'), state.part.map.get('a')]).toEqual([1, { x: 1 }, { x: 1 }])
      }
    }
  })

  test('is over, too, for a map that was only read', () => {
    let map: State['map'] | undefined
    transact<State, void>(first(), (draft) => {
      map = draft.map
    })
    expect(refusal(() => map?.set('c', { x: 1 }))).toMatch(/^transaction_over: /)
    expect(map?.get('a')).toEqual({ x: 0 })
  })
})

describe('a rule that writes the number that is there', () => {
  interface Numbers {
    leaf: number
    list: number[]
    map: EntityMap<{ x: number; part: { y: number } }>
  }
  const holding = (value: number): Immutable<Numbers> =>
    new GameStateStore<Numbers>({
      leaf: value,
      list: [value],
      map: new EntityMap([['a', { x: value, part: { y: value } }]]),
    }).state
  const writes: [string, (draft: Numbers, value: number) => void][] = [
    ['a field of the state', (draft, value) => Object.assign(draft, { leaf: value })],
    ['an element', (draft, value) => void draft.list.splice(0, 1, value)],
    ['a field of a row', (draft, value) => Object.assign(draft.map.edit('a'), { x: value })],
    ['a field of a part of a row', (draft, value) => Object.assign(draft.map.edit('a').part, { y: value })],
    ['each row', (draft, value) => draft.map.editEach((row) => void Object.assign(row, { x: value }))],
  ]

  test.each(writes)('changes nothing, also where NaN or -0 is, which differs from 0: %s', (_, write) => {
    const after = (value: number, next: number): boolean => {
      const version = holding(value)
      return transact(version, (draft: Numbers) => write(draft, next)).state === version
    }
    for (const value of [Number.NaN, -0, 0, 1.5]) expect(after(value, value)).toBe(true)
    for (const [value, next] of [
      [0, -0],
      [-0, 0],
      [Number.NaN, 0],
      [0, Number.NaN],
    ] as const)
      expect(after(value, next)).toBe(false)
  })
})
