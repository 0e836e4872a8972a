import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EntityMap, GameStateStore, type Immutable, type RuleContext } from '../../src/index.js'
import { type RulePlace, type RuleResult, runRule, serverClient } from '../../src/rules/context.js'
import { Transaction } from '../../src/transaction.js'
import { refusal } from '../support/refusals.js'
import { runsOf } from '../support/runs.js'

interface State {
  n: number
  list: number[]
  map: EntityMap<{ x: number }>
}

const base = new GameStateStore<State>({ n: 0, list: [1], map: new EntityMap([['a', { x: 1 }]]) }).state
const client = { ...serverClient, id: 'c1' }
const serverEvents = { news: {}, first: {}, second: {}, third: {}, fourth: {} }
const rulePlace: RulePlace = {
  ...{ client, tick: 7, time: 0.35, seed: 1, serverEvents, place: 2, sequence: undefined },
  ...{ random: 'secret', predicting: false, isEvent: true, seen: undefined, seenAt: undefined, base },
}
type Ran = RuleResult & { state: Immutable<State> }
const run = (rule: (state: State, ctx: RuleContext) => unknown, at = rulePlace): Ran => {
  const transaction = new Transaction<State>(base)
  const result = runRule<State>(transaction, (draft, _, ctx) => rule(draft, ctx), undefined, at)
  return { ...result, state: transaction.finish() }
}

describe('a rule', () => {
  test('is given the sender, the tick and the time', () => {
    run((_, ctx) => {
      expect([ctx.client.id, ctx.tick, ctx.time]).toEqual(['c1', 7, 0.35])
    })
  })

  test.each<[string, (state: State) => unknown, unknown]>([
    ['nothing', () => undefined, undefined],
    ['null', () => null, null],
    ['a number', () => 5, 5],
    ['an object', () => ({ a: [1], none: undefined }), { a: [1] }],
    [
      'a part of the draft',
      (state) => {
        state.list.push(2)
        return state.list
      },
      [1, 2],
    ],
    [
      'a row',
      (state) => {
        const row = state.map.edit('a')
        row.x = 3
        return row
      },
      { x: 3 },
    ],
  ])('that returns %s is done, and its sender gets a copy of it [P30]', (_, rule, value) => {
    const result = run(rule)
    expect(result.outcome).toEqual({ kind: 'done', value })
    expect(result.error).toBeUndefined()
  })

  test('that changes nothing gives the version that it was given', () => {
    expect(run(() => ({})).state).toBe(base)
  })

  test('may return its sender nothing that is not plain', () => {
    for (const value of [() => 1, new EntityMap(), { a: Symbol('s') }, new Date(0)]) {
      const result = run((state) => {
        state.n = 1
        return value
      })
      expect(result.outcome).toMatchObject({ kind: 'refused', code: 'handler_failed' })
      expect(result.error).toMatchObject({ code: 'invalid_value' })
      expect(result.state).toBe(base)
    }
  })
})

describe('a rule that rejects', () => {
  test('leaves no trace, dispatches nothing, and gives the reason', () => {
    const result = run((state, ctx) => {
      state.n = 5
      ctx.dispatch('news', 1)
      ctx.reject('too_poor', 'you need 5 coins')
    })
    expect(result).toMatchObject({
      state: base,
      outcome: { kind: 'refused', code: 'too_poor', message: 'you need 5 coins' },
      dispatches: [],
      error: undefined,
      rejection: { code: 'too_poor' },
    })
  })

  test('gives the code as its message where it has no other', () => {
    expect(run((_, ctx) => ctx.reject('no')).outcome).toEqual({ kind: 'refused', code: 'no', message: 'no' })
  })

  test.each(['', 'Upper', '1st', 'with space', 'dash-ed', 'x'.repeat(65), '_a'])(
    'must not use %j as its code',
    (code) => {
      const result = run((_, ctx) => ctx.reject(code))
      expect(result.outcome).toMatchObject({ code: 'handler_failed' })
      expect(result.error).toMatchObject({ code: 'invalid_argument' })
    },
  )
})

describe('a rejection that the rule catches', () => {
  const attempt = (ctx: RuleContext): void => {
    try {
      ctx.reject('too_late', 'the door is shut')
    } catch {
      // as a rule with a try block around too much does
    }
  }

  test.each<[string, () => unknown]>([
    ['returns', () => 7],
    [
      'throws something else',
      () => {
        throw new TypeError('other')
      },
    ],
  ])('refuses the input all the same if the rule then %s', (_, then) => {
    const result = run((state, ctx) => {
      state.n = 5
      attempt(ctx)
      return then()
    })
    expect(result.state).toBe(base)
    expect(result.outcome).toEqual({ kind: 'refused', code: 'too_late', message: 'the door is shut' })
    expect(result.error).toBeUndefined()
  })
})

describe('a rule that fails [P29]', () => {
  const failures: [string, (state: State, ctx: RuleContext) => unknown][] = [
    [
      'throws',
      () => {
        throw new TypeError('secret')
      },
    ],
    [
      'throws no error',
      () => {
        throw 'secret'
      },
    ],
    [
      'throws nothing',
      () => {
        throw undefined
      },
    ],
    [
      'runs out of stack',
      () => {
        const deep = (): unknown => [deep()]
        return deep()
      },
    ],
    ['edits a row that is not there', (state) => state.map.edit('missing')],
    [
      'makes a state that cannot be',
      (state) => {
        state.n = (() => 1) as never
      },
    ],
    ['dispatches an event that is not declared', (_, ctx) => ctx.dispatch('toString', 1)],
    ['dispatches what is not plain', (_, ctx) => ctx.dispatch('news', () => 1)],
  ]
  test.each(failures)('because it %s leaves no trace, and its sender learns nothing of its insides', (_, rule) => {
    const result = run((state, ctx) => {
      state.n = 5
      state.map.edit('a').x = 5
      ctx.dispatch('news', 1)
      return rule(state, ctx)
    })
    expect(result.state).toBe(base)
    expect(result.dispatches).toEqual([])
    expect(result.outcome).toEqual({ kind: 'refused', code: 'handler_failed', message: 'the handler failed' })
    expect(result.error).toBeDefined()
  })

  test('because it is asynchronous is refused, and what it does later harms nothing [P28]', async () => {
    let later: Promise<void> | undefined
    const result = run((state) => {
      state.n = 1
      later = Promise.resolve().then(() => {
        state.n = 2
      })
      return later
    })
    expect(result.error).toMatchObject({ code: 'handler_failed' })
    expect(result.state).toBe(base)
    await expect(later).rejects.toMatchObject({ code: 'transaction_over' })
  })

  test('because it returns a promise of another make is refused as well', () => {
    // biome-ignore lint/suspicious/noThenProperty: reason: what has a `then` is a promise, and that is what is tested
    const promise = { then: (done: () => void) => done() }
    expect(run(() => promise).error).toMatchObject({ code: 'handler_failed' })
  })
})

describe('ctx.random', () => {
  const draw = (at: RulePlace): unknown => run((_, ctx) => [ctx.random(), ctx.random()], at).outcome

  const integers = fc.integer({ min: 0, max: 2 ** 31 })
  const ids = fc.string({ minLength: 1, maxLength: 12 })

  test('of an event of a client depends on seed, sender and number of the event, and on nothing else', () => {
    fc.assert(
      fc.property(integers, ids, integers, integers, integers, (seed, id, sequence, tick, place) => {
        const at = { ...rulePlace, seed, sequence, client: { ...client, id } }
        expect(draw(at)).toEqual(draw({ ...at, tick, place, time: 7, client: { ...at.client, isHost: true } }))
        for (const other of [{ seed: seed + 1 }, { sequence: sequence + 1 }, { client: { ...client, id: `${id}!` } }])
          expect(draw({ ...at, ...other })).not.toEqual(draw(at))
      }),
      { numRuns: runsOf(50) },
    )
  })

  test('of any other rule depends on seed, tick and place in the tick, and on nothing else', () => {
    fc.assert(
      fc.property(integers, ids, integers, integers, (seed, id, tick, place) => {
        const at = { ...rulePlace, seed, tick, place }
        expect(draw(at)).toEqual(draw({ ...at, time: 7, client: { ...client, id } }))
        for (const other of [{ seed: seed + 1 }, { tick: tick + 1 }, { place: place + 1 }])
          expect(draw({ ...at, ...other })).not.toEqual(draw(at))
      }),
      { numRuns: runsOf(50) },
    )
  })

  test('gives numbers in [0, 1), each time the next one of the stream', () => {
    const drawn = run((_, ctx) => Array.from({ length: 1000 }, () => ctx.random())).outcome as { value: number[] }
    expect(drawn.value.every((number) => number >= 0 && number < 1)).toBe(true)
    expect(new Set(drawn.value).size).toBe(1000)
  })
})

describe('ctx.dispatch', () => {
  test('sends a copy of its data, to all clients if none is named', () => {
    const data = { list: [1] }
    const result = run((state, ctx) => {
      ctx.dispatch('first', data)
      data.list.push(2)
      ctx.dispatch('second', undefined, { to: 'c1' })
      ctx.dispatch('third', state.list, { to: ['c1', 'c2'] })
      ctx.dispatch('fourth', 4, { to: { except: 'c1' } })
    })
    expect(result.dispatches).toEqual([
      { name: 'first', data: { list: [1] }, to: 'all' },
      { name: 'second', data: undefined, to: 'c1' },
      { name: 'third', data: [1], to: ['c1', 'c2'] },
      { name: 'fourth', data: 4, to: { except: 'c1' } },
    ])
  })

  test('refuses data that is not plain, at the call', () => {
    run((_, ctx) => {
      expect(refusal(() => ctx.dispatch('news', { f: () => 1 }))).toBe(
        'invalid_value: f: a state cannot hold a function',
      )
    })
  })
})

test.each<[string, unknown, string]>([
  ['a Map', new Map(), 'an instance of Map: use an EntityMap or an object'],
  ['a Set', new Set(), 'an instance of Set: use an array, or an object with the value true for each key'],
  ['a Date', new Date(0), 'an instance of Date: use a number, such as its time in ms'],
])('the error for %s says which value holds it, and what to use', (_, value, message) => {
  const faultOf = (rule: (state: { at: unknown }, data: undefined, ctx: RuleContext) => unknown): string =>
    (runRule(new Transaction<{ at: unknown }>({ at: 0 }), rule, undefined, rulePlace).error as Error).message
  const put = (state: { at: unknown }): void => {
    state.at = value
  }
  expect(faultOf(put)).toBe(`at: a state cannot hold ${message}`)
  expect(faultOf(() => ({ at: value }))).toBe(`result.at: a result cannot hold ${message}`)
  const dispatch = (ctx: RuleContext): void => (ctx.dispatch as (...args: unknown[]) => void)('news', { at: value })
  expect(faultOf((_state, _data, ctx) => dispatch(ctx))).toBe(`data.at: a dispatched event cannot hold ${message}`)
})
