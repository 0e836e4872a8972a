import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  applyDelta,
  EntityMap,
  encodeDelta,
  equalStates,
  GameStateStore,
  type Immutable,
  transact,
} from '../../src/index.js'
import { Transaction } from '../../src/transaction.js'
import { type AnyState, drawState, edit } from '../support/random-state.js'
import { refusal } from '../support/refusals.js'
import { runsOf } from '../support/runs.js'

interface Row {
  x: number
  bag?: { gold: number }
}

interface State {
  n: number
  scores: number[]
  part: { n: number; map: EntityMap<Row> }
  map: EntityMap<Row>
  // biome-ignore lint/suspicious/noExplicitAny: reason: rules of this file put parts of all kinds there
  more?: any
}

const first = (): Immutable<State> =>
  new GameStateStore<State>({
    n: 0,
    scores: [0, 0],
    part: { n: 0, map: new EntityMap([['a', { x: 0 }]]) },
    map: new EntityMap<Row>([
      ['a', { x: 0, bag: { gold: 1 } }],
      ['b', { x: 0 }],
    ]),
  }).state

const stop = new Error('stop')
type Rule = (draft: State) => unknown

/** Runs rules in one transaction. A rule that throws `stop` fails. */
function tick(base: Immutable<State>, ...rules: Rule[]): Immutable<State> {
  const transaction = new Transaction<State>(base)
  for (const rule of rules) {
    try {
      transaction.run((draft) => void rule(draft))
    } catch (error) {
      if (error !== stop) throw error
    }
  }
  return transaction.finish()
}

const stepCount = (): fc.Arbitrary<number> => fc.integer({ min: 1, max: 6 })

const failing =
  (rule: Rule): Rule =>
  (draft) => {
    rule(draft)
    throw stop
  }

describe('the rules of one tick', () => {
  test('make what the same rules make one by one, and those that fail leave no trace', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const base = new GameStateStore(drawState(draw)).state as Immutable<AnyState>
        const steps = Array.from({ length: draw(stepCount) }, () => ({
          seed: draw(fc.nat),
          fails: draw(fc.boolean),
        }))
        const ruleOf =
          (seed: number) =>
          (draft: AnyState): void =>
            fc.assert(
              fc.property(fc.gen(), (own) => edit(own, draft)),
              { seed, numRuns: 1 },
            )
        let model = base
        const transaction = new Transaction<AnyState>(base)
        for (const { seed, fails } of steps) {
          if (!fails) model = transact<AnyState, void>(model, ruleOf(seed)).state
          const run = (): void =>
            transaction.run((draft) => {
              ruleOf(seed)(draft)
              if (fails) throw stop
            })
          if (fails) expect(run).toThrow(stop)
          else run()
        }
        const made = transaction.finish()
        expect(equalStates(made, model)).toBe(true)
        // the model may know forms of rows that came and went between its versions, and writes them too
        const [delta, longer] = [encodeDelta(base, made), encodeDelta(base, model)]
        expect(delta?.length ?? 0).toBeLessThanOrEqual(longer?.length ?? 0)
        for (const bytes of [delta, longer])
          expect(equalStates(bytes === undefined ? base : applyDelta(base, bytes), made)).toBe(true)
        expectFrozen(made)
      }),
      { numRuns: runsOf(1000) },
    )
  })

  test('see what the ones before have done, and not what failed ones did', () => {
    const state = tick(
      first(),
      (draft) => {
        draft.map.edit('a').x = 1
        draft.map.set('c', { x: 3 })
        draft.scores[0]!++
      },
      failing((draft) => {
        expect(draft.map.get('a')).toEqual({ x: 1, bag: { gold: 1 } })
        draft.map.edit('a').x = 7
        draft.map.edit('a').bag!.gold = 7
        draft.map.delete('c')
        draft.map.delete('b')
        draft.map.set('d', { x: 4 })
        draft.map.set('e', { x: 5 })
        draft.part.map.edit('a').x = 9
        draft.scores[0] = 9
        draft.n = 9
      }),
      (draft) => {
        expect(draft.map.get('a')).toEqual({ x: 1, bag: { gold: 1 } })
        expect([...draft.map.keys()]).toEqual(['a', 'b', 'c'])
        expect(draft.map.has('d')).toBe(false)
        draft.map.set('f', { x: 6 })
        draft.map.edit('a').x++
        draft.scores[0]!++
      },
    )
    expect([...state.map]).toEqual([
      ['a', { x: 2, bag: { gold: 1 } }],
      ['b', { x: 0 }],
      ['c', { x: 3 }],
      ['f', { x: 6 }],
    ])
    expect([state.n, state.scores, state.part]).toEqual([0, [2, 0], first().part])
  })

  test('give the very version if all of them fail, read only, or take back', () => {
    const base = first()
    const rules: Rule[] = [
      failing((draft) => {
        draft.map.edit('a').x = 1
        draft.part.map.delete('a')
      }),
      (draft) => draft.map.get('a')!.x + draft.part.map.size + draft.scores[0]!,
      (draft) => draft.part.map.edit('a').x++,
      (draft) => draft.part.map.edit('a').x--,
    ]
    expect(tick(base, ...rules)).toBe(base)
  })

  test('keep the identity of all that no rule has changed', () => {
    const base = first()
    const state = tick(
      base,
      (draft) => draft.part.map.edit('a').x++,
      (draft) => draft.n++,
      (draft) => void draft.map.edit('b'),
    )
    expect(state.map).toBe(base.map)
    expect(state.scores).toBe(base.scores)
    expect(state.part).not.toBe(base.part)
    expect(state.part.map.get('a')).toEqual({ x: 1 })
  })

  test('leave no id of a failed rule in the index of a map, and find those of the others', () => {
    const base = first()
    const state = tick(
      base,
      (draft) => draft.map.set('c', { x: 1 }),
      failing((draft) => {
        draft.map.set('gone', { x: 1 })
        draft.map.delete('c')
        draft.map.set('gone too', { x: 1 })
        draft.map.set('c', { x: 2 })
      }),
    )
    const { index } = (state.map as State['map']).table
    expect([index.hints('gone'), index.hints('gone too'), index.hints('c')]).toEqual([undefined, undefined, 2])
    expect(state.map.get('c')).toEqual({ x: 1 })
  })
})

describe('a rule of a tick that leaves what a state cannot hold', () => {
  test.each<[string, Rule, string]>([
    ['in a row', (draft) => Object.assign(draft.map.edit('b'), { bad: () => 1 }), 'map.b.bad'],
    [
      'in a row of a map further down',
      (draft) => Object.assign(draft.part.map.edit('a'), { bad: () => 1 }),
      'part.map.a.bad',
    ],
    ['in a plain part', (draft) => (draft.scores[1] = (() => 1) as never), 'scores.1'],
    [
      'in a map that has moved',
      (draft) => {
        draft.more = [draft.map]
        draft.more[0].edit('a').bad = () => 1
      },
      'map.a.bad',
    ],
  ])('%s is refused with the path, and undone', (_, rule, path) => {
    const transaction = new Transaction<State>(first())
    transaction.run((draft) => draft.map.edit('a').x++)
    transaction.run((draft) => draft.part.map.edit('a').x++)
    const bad = (draft: State): void => {
      draft.map.edit('a').x = 7
      draft.part.map.edit('a').x = 7
      draft.n = 7
      rule(draft)
    }
    expect(refusal(() => transaction.run(bad))).toBe(`invalid_value: ${path}: a state cannot hold a function`)
    transaction.run((draft) => draft.n++)
    const state = transaction.finish()
    expect([state.n, state.scores, state.map.get('a'), state.part.map.get('a'), state.more]).toEqual([
      1,
      [0, 0],
      { x: 1, bag: { gold: 1 } },
      { x: 1 },
      undefined,
    ])
  })
})

describe('maps and parts that stand in two places after a rule', () => {
  const edits: Rule = (draft) => {
    draft.map.edit('a').x = 1
    draft.part.map.edit('a').x = 1
  }

  test.each<[string, Rule, (draft: State) => EntityMap<Row>, (draft: State) => EntityMap<Row>]>([
    ['a map', (draft) => (draft.more = draft.map), (draft) => draft.map, (draft) => draft.more],
    ['a map in a new object', (draft) => (draft.more = { at: draft.map }), (d) => d.map, (d) => d.more.at],
    ['a part with a map', (draft) => (draft.more = draft.part), (draft) => draft.part.map, (draft) => draft.more.map],
    ['a part, read before', (d) => (d.more = [d.part.map, d.part]), (d) => d.more[0], (d) => d.more[1].map],
    ['a part that is spread', (d) => (d.more = { ...d.part }), (d) => d.part.map, (d) => d.more.map],
  ])('%s part ways for the rules after it', (_, share, one, other) => {
    for (const before of [[edits], [], [edits, edits]]) {
      const base = tick(first(), edits)
      const state = tick(
        base,
        ...before,
        share,
        (draft) => one(draft).edit('a').x++,
        (draft) => Object.assign(other(draft).edit('a'), { x: 11 }),
        (draft) => expect([one(draft).get('a')!.x, other(draft).get('a')!.x]).toEqual([2, 11]),
      )
      expect([one(state as State).get('a')!.x, other(state as State).get('a')!.x]).toEqual([2, 11])
      expect([base.map.get('a')!.x, base.part.map.get('a')!.x]).toEqual([1, 1])
      expectFrozen(state)
    }
  })

  test('a map moves from place to place, rule by rule, and comes back', () => {
    const base = first()
    const state = tick(
      base,
      (draft) => draft.map.edit('a').x++,
      (draft) => {
        draft.more = { here: draft.map }
        Reflect.deleteProperty(draft, 'map')
      },
      (draft) => draft.more.here.edit('a').x++,
      (draft) => {
        draft.map = draft.more.here
        delete draft.more
        draft.map.edit('a').x++
      },
      (draft) => draft.map.edit('a').x++,
    )
    expect(state.map.get('a')!.x).toBe(4)
    expect(state.map.get('b')).toBe(base.map.get('b'))
    expect(state.more).toBeUndefined()
  })

  test('a map that one rule makes is changed by the next', () => {
    const state = tick(
      first(),
      (draft) => (draft.more = { map: new EntityMap([['a', { x: 1 }]]) }),
      (draft) => draft.more.map.edit('a').x++,
      failing((draft) => draft.more.map.clear()),
      (draft) => draft.more.map.set('b', { x: 5 }),
    )
    expect([...state.more.map]).toEqual([
      ['a', { x: 2 }],
      ['b', { x: 5 }],
    ])
  })
})

describe('what a rule has kept, while later rules of the tick run', () => {
  test.each<[string, (rule: Rule) => Rule]>([
    ['has returned', (rule) => rule],
    ['has failed', failing],
  ])('is over when the rule %s', (_, end) => {
    const uses: (() => unknown)[] = []
    const writes: (() => unknown)[] = []
    const keep = end((draft) => {
      const { map, part } = draft
      const [row, leaf] = [map.edit('a'), draft.scores]
      row.x++
      uses.push(
        () => draft.n,
        () => part.n++,
        () => map.edit('a'),
        () => map.set('q', { x: 1 }),
        () => part.map,
      )
      writes.push(
        () => row.x++,
        () => (row.bag!.gold = 9),
        () => leaf.push(1),
      )
    })
    const state = tick(
      first(),
      (draft) => draft.map.edit('b').x++,
      keep,
      (draft) => {
        draft.map.edit('a').x += 10
        for (const use of uses) expect(refusal(use)).toMatch(/^transaction_over: /)
        for (const write of writes) expect(write).toThrow(TypeError)
      },
    )
    expect(state.map.get('a')!.bag).toEqual({ gold: 1 })
    expect(state.scores).toEqual([0, 0])
  })
})

function expectFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
  expect(Object.isFrozen(value)).toBe(true)
  if (value instanceof EntityMap) for (const [, row] of value) expectFrozen(row)
  else for (const part of Object.values(value)) expectFrozen(part)
}
