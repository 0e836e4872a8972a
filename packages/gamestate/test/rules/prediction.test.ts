import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  createRandom,
  defineGame,
  EntityMap,
  encodeDelta,
  event,
  type Immutable,
  makeTick,
  type RuleContext,
  type Tick,
  type TickInput,
} from '../../src/index.js'
import { sealState } from '../../src/values/sealing.js'
import { clientOf } from '../support/play.js'
import { refusal } from '../support/refusals.js'
import { runsOf } from '../support/runs.js'

interface Field {
  gold: number
  noise: number
  rows: EntityMap<{ x: number; from: string }>
  log: unknown[]
}

type Act = (state: Field, ctx: RuleContext<Record<string, never>, unknown, Field>) => unknown

/** A game with one event of each kind, whose rule a test gives. */
function fieldOf(act: Act, timeStep: Act = () => {}, onJoin: Act = () => {}) {
  const rule: Act = (state, ctx) => act(state, ctx)
  return defineGame({
    initialState: (): Field => ({ gold: 0, noise: 0, rows: new EntityMap(), log: [] }),
    tickRate: 10,
    timeStep: (state, _, ctx) => void timeStep(state, ctx as never),
    onJoin: (state, ctx) => void onJoin(state, ctx as never),
    serverEvents: { hit: event<number>({ predict: true }) },
    events: (on) => ({
      act: on((state, _, ctx) => rule(state, ctx as never)),
      dice: on((state, _, ctx) => rule(state, ctx as never), { random: 'own' }),
      shot: on((state, _, ctx) => rule(state, ctx as never), { rewind: true }),
      typed: on(z.string(), (state, _, ctx) => rule(state, ctx as never)),
    }),
  })
}

type Name = 'act' | 'dice' | 'shot' | 'typed'

const input = (name: Name, sequence = 1, more: object = {}): TickInput => ({
  ...{ kind: 'event', name, data: undefined, client: clientOf('ann'), sequence },
  ...more,
})
const options = { tick: 5, seed: 7 }
const ahead = { ...options, predicting: true }

function run(act: Act, inputs: TickInput[] = [input('act')], by: object = options): Tick<Field> {
  const game = fieldOf(act)
  return makeTick(game, game.initialState(), inputs, { ...options, ...by })
}

describe('an event at a client that runs ahead', () => {
  const failures: [string, Act][] = [
    [
      'throws',
      () => {
        throw new TypeError('hidden row')
      },
    ],
    ['edits a row that the client does not have', (state) => Object.assign(state.rows.edit('hidden'), { x: 1 })],
    ['rejects', (_, ctx) => ctx.reject('too_poor', 'you need gold')],
    ['returns a promise', () => Promise.reject(new Error('later'))],
    ['draws a number that only the server knows', (_, ctx) => ctx.random()],
    ['returns what is not plain', () => new Date(0)],
    [
      'catches the end of its prediction',
      (state, ctx) => {
        try {
          ctx.random()
        } catch {
          state.gold = 9
        }
      },
    ],
    [
      'catches the end of its part for clients',
      (state, ctx) => {
        try {
          ctx.serverOnly()
        } catch {
          state.gold = 9
        }
      },
    ],
    [
      'fails after the end of its part for clients',
      (_, ctx) => {
        try {
          ctx.serverOnly()
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: reason: rules of users do this
          throw new Error('in the end')
        }
      },
    ],
  ]

  test.each(failures)('that %s is not predicted: it leaves no trace and is no failure', (_, act) => {
    const tick = run(
      (state, ctx) => {
        state.gold = 5
        ctx.dispatch('hit' as never, 1 as never)
        return act(state, ctx)
      },
      [input('act')],
      { ...ahead, timeStep: false },
    )
    expect(tick.outcomes).toMatchObject([{ kind: 'refused', code: 'not_predicted', message: expect.any(String) }])
    expect([tick.state.gold, tick.dispatches, tick.failures]).toEqual([0, [], []])
  })

  test('that the game refuses is not predicted', () => {
    const inputs = [input('typed', 1, { data: 5 }), input('typed', 2, { name: 'none' })]
    const { outcomes, failures } = run(() => {}, inputs, ahead)
    expect(outcomes).toMatchObject(Array(2).fill({ kind: 'refused', code: 'not_predicted' }))
    expect(failures).toEqual([])
  })

  test('shows what the rule has done before the part for the server alone', () => {
    const act: Act = (state, ctx) => {
      state.gold = 5
      ctx.dispatch('hit' as never, 1 as never)
      ctx.serverOnly()
      state.gold = 6
      return 'loot'
    }
    const client = run(act, [input('act')], ahead)
    expect(client.outcomes).toEqual([{ kind: 'done', value: undefined }])
    expect([client.state.gold, client.dispatches.length, client.failures]).toEqual([5, 1, []])
    const server = run(act)
    expect(server.outcomes).toEqual([{ kind: 'done', value: 'loot' }])
    expect(server.state.gold).toBe(6)
  })

  test('is as at the server in a step, join or leave: these may draw, and their failures are reported', () => {
    const game = fieldOf(
      () => {},
      (state, ctx) => {
        state.noise = ctx.random()
      },
      (state, ctx) => {
        state.gold = ctx.random()
      },
    )
    const inputs = [{ kind: 'join', client: clientOf('ann') } as const]
    const client = makeTick(game, game.initialState(), inputs, ahead)
    expect(client.state).toEqual(makeTick(game, game.initialState(), inputs, options).state)
    expect(client.state.noise).toBeGreaterThan(0)
    const failing = fieldOf(
      () => {},
      () => {
        throw new Error('no row')
      },
      (_, ctx) => ctx.reject('full'),
    )
    const tick = makeTick(failing, failing.initialState(), inputs, ahead)
    expect(tick.outcomes).toMatchObject([{ code: 'full' }])
    expect(tick.failures).toMatchObject([{ rule: 'timeStep' }])
  })

  test('that needs nothing of the server gives the same state, outcome and dispatches as there [law]', () => {
    const steps: Record<string, Act> = {
      gold: (state) => void state.gold++,
      id: (state, ctx) => void state.rows.set(ctx.newId(), { x: ctx.tick, from: ctx.client.id }),
      dispatch: (state, ctx) => ctx.dispatch('hit' as never, state.gold as never),
      random: (state, ctx) => {
        state.noise += ctx.random()
      },
      seen: (state, ctx) => void state.log.push(ctx.seen.gold),
    }
    const names = fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 8 })
    const events = fc.array(fc.tuple(names, fc.integer({ min: 1, max: 2 ** 40 })), { maxLength: 5 })
    fc.assert(
      fc.property(events, fc.integer(), fc.integer(), (list, seed, otherSeed) => {
        let place = 0
        const game = fieldOf((state, ctx) => {
          for (const name of list[place++ % list.length]![0]) steps[name]!(state, ctx)
          return state.gold
        })
        const inputs = list.map(([, sequence]) => input('dice', sequence))
        const state = sealState<Field>(undefined, game.initialState())
        const before = encodeDelta(undefined, state)
        const server = makeTick(game, state, inputs, { tick: 5, seed })
        place = 0
        const client = makeTick(game, state, inputs, { tick: 5, seed: otherSeed, predicting: true })
        expect(client).toEqual(server)
        expect(encodeDelta(undefined, state)).toEqual(before)
      }),
      { numRuns: runsOf(200) },
    )
  })

  test('never touches the version it begins with, whatever its rule does [law]', () => {
    const harms: Record<string, Act> = {
      throws: () => {
        throw 5
      },
      promises: async () => {},
      rejects: (_, ctx) => ctx.reject('no'),
      draws: (_, ctx) => ctx.random(),
      serverOnly: (_, ctx) => ctx.serverOnly(),
      hides: (state) => {
        state.rows.edit('gone').x = 1
      },
      writes: (state) => {
        state.gold++
        state.rows.edit('r').x++
        state.log.push({ at: state.gold })
      },
      keeps: (state, ctx) => void kept.push(state, ctx, state.rows.edit('r')),
      later: () => {
        for (const each of kept.splice(0)) refusal(() => Object.assign(each as object, { gold: 77, x: 77 }))
      },
    }
    let kept: unknown[] = []
    const names = fc.array(fc.constantFrom(...Object.keys(harms)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 6 }), (list) => {
        kept = []
        let place = 0
        const game = fieldOf((state, ctx) => {
          let last: unknown
          for (const name of list[place]!) last = harms[name]!(state, ctx)
          return last
        })
        const first = { ...game.initialState(), rows: new EntityMap([['r', { x: 0, from: '' }]]) }
        let state: Immutable<Field> = sealState<Field>(undefined, first)
        for (place = 0; place < list.length; place++) {
          const before = encodeDelta(undefined, state)
          const tick = makeTick(game, state, [input('act', place + 1)], { ...ahead, timeStep: false })
          expect(encodeDelta(undefined, state)).toEqual(before)
          expect(tick.failures).toEqual([])
          if (tick.outcomes[0]!.kind === 'refused') expect(tick.state).toBe(state)
          state = tick.state
        }
      }),
      { numRuns: runsOf(300) },
    )
  })
})

describe("ctx.random of an event with random: 'own'", () => {
  const drawn = (by: object, more: object = {}, name: Name = 'dice', sequence = 3): unknown =>
    run((_, ctx) => [ctx.random(), ctx.random()], [input(name, sequence, more)], by).outcomes[0]

  test('draws the same numbers at both ends, whatever tick and seed', () => {
    const first = drawn({})
    expect(first).toMatchObject({ kind: 'done' })
    expect(drawn({ seed: 99, tick: 1000 })).toEqual(first)
    expect(drawn({ seed: -4, predicting: true })).toEqual(first)
  })

  test('draws other numbers for each sender and event, and none of the secret stream', () => {
    const streams = [
      drawn({}),
      drawn({}, {}, 'dice', 4),
      drawn({}, { client: clientOf('bob') }),
      drawn({}, {}, 'act'),
      drawn({}, { sequence: undefined }),
    ]
    expect(new Set(streams.map((each) => JSON.stringify(each))).size).toBe(streams.length)
  })

  test('is secret for an event that code at the server has pushed', () => {
    const pushed = { sequence: undefined }
    expect(drawn({ seed: 1 }, pushed)).not.toEqual(drawn({ seed: 2 }, pushed))
    expect(drawn({ predicting: true }, pushed)).toMatchObject({ code: 'not_predicted' })
  })
})

describe('ctx.newId', () => {
  const ids = (inputs: TickInput[], by: object = {}): string[] => {
    const all: string[] = []
    const take: Act = (_, { newId }) => void all.push(newId(), newId(), newId())
    const game = fieldOf(take, take, take)
    makeTick(game, game.initialState(), inputs, { ...options, ...by })
    return all
  }

  test('gives the same ids at both ends, in a later tick, and behind other inputs', () => {
    const alone = ids([input('act', 40)]).slice(0, 3)
    expect(ids([input('act', 40)], { tick: 900, seed: 3, predicting: true }).slice(0, 3)).toEqual(alone)
    expect(ids([input('act', 39), input('act', 40)]).slice(3, 6)).toEqual(alone)
  })

  test('gives short ids of characters that an address may have', () => {
    const sample = ids([input('act', Number.MAX_SAFE_INTEGER)], { tick: Number.MAX_SAFE_INTEGER })
    for (const id of sample) {
      expect(id).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(id.length).toBeLessThan(26)
    }
    expect(ids([input('act', 1)])[0]).toBe('eUZ9G4XVQ11')
    expect(ids([], { tick: 36 })).toEqual(['t10-0', 't10-0-1', 't10-0-2'])
  })

  test('never gives an id twice, for any clients, events and ticks [law]', () => {
    const random = createRandom(11)
    const seen = new Set<string>()
    let count = 0
    const texts = [
      '',
      'a',
      'b',
      'ab',
      'ba',
      'aaaaaaaa',
      '1',
      '11',
      't1',
      ...Array.from({ length: 60 }, () => `${random()}`),
    ]
    for (const id of texts) {
      for (const sequence of [1, 2, 11, 35, 36, 37, 1296, 2 ** 31, 2 ** 31 + 1, 2 ** 32 + 1]) {
        const inputs = [input('act', sequence, { client: clientOf(id) })]
        for (const each of ids(inputs).slice(0, 3)) seen.add(each)
        count += 3
      }
    }
    for (const tick of [1, 2, 35, 36, 37, 71, 2 ** 31, 2 ** 31 + 1]) {
      const inputs: TickInput[] = [1, 2].map(() => ({ kind: 'join', client: clientOf('ann') }))
      const made = ids([...inputs, input('act', 1, { sequence: undefined })], { tick })
      for (const each of made) seen.add(each)
      count += made.length
    }
    expect(seen.size).toBe(count)
  })

  test('tells apart many clients, by each of its digits', () => {
    const names = new Set<string>()
    const game = fieldOf((_, ctx) => void names.add(ctx.newId().slice(0, 10)))
    const state = sealState<Field>(undefined, game.initialState())
    const inputs = Array.from({ length: 20_000 }, (_, n) => input('act', 1, { client: clientOf(`client-${n}`) }))
    makeTick(game, state, inputs, options)
    // each of the nine digits takes all its values
    for (let digit = 1; digit < 10; digit++) expect(new Set([...names].map((name) => name[digit])).size).toBe(64)
    expect(names.size).toBe(20_000)
  })
})

describe('ctx.seen', () => {
  const state = sealState<Field>(undefined, { gold: 1, noise: 0, rows: new EntityMap(), log: [] })
  const past = sealState<Field>(undefined, { gold: -1, noise: 0, rows: new EntityMap(), log: [] })

  const seenBy = (inputs: TickInput[], seenAt?: (place: number) => Immutable<Field> | undefined): unknown => {
    const all: number[] = []
    const look: Act = (draft, ctx) => {
      all.push(ctx.seen.gold, ctx.seen.gold)
      draft.gold = 50
    }
    const game = fieldOf(look, look, look)
    makeTick(game, state, inputs, { ...options, ...(seenAt && { seenAt }) })
    return all
  }

  test('is the state at the place that the sender saw, asked for once', () => {
    const places: number[] = []
    const seenAt = (place: number): Immutable<Field> => {
      places.push(place)
      return past
    }
    expect(seenBy([input('shot', 1, { seen: 3.25 })], seenAt)).toEqual([-1, -1, 1, 1])
    expect(places).toEqual([3.25])
  })

  test('is the state before the tick for all that was not seen, and where it is not known', () => {
    const seenAt = (): undefined => undefined
    const join = { kind: 'join', client: clientOf('ann') } as const
    const before = Array(6).fill(1)
    expect(seenBy([join, input('act', 1, { seen: 3.25 })], () => past)).toEqual(before)
    expect(seenBy([join, input('shot', 1)], () => past)).toEqual(before)
    expect(seenBy([join, input('shot', 1, { seen: 3.25 })], seenAt)).toEqual(before)
    expect(seenBy([join, input('shot', 1, { seen: 3.25 })])).toEqual(before)
  })

  test('is gone when the rule has returned: a context that is kept keeps no version in memory', () => {
    const kept: { seen: unknown }[] = []
    const act: Act = (_, ctx) => void kept.push(ctx)
    run(act)
    expect(kept.map(({ seen }) => seen)).toEqual([undefined])
  })

  test('is not asked for by a rule that does not look', () => {
    const seenAt = (): never => expect.unreachable()
    expect(run(() => 1, [input('shot', 1, { seen: 3 })], { seenAt }).outcomes).toEqual([{ kind: 'done', value: 1 }])
  })

  test('fails the event if the state cannot be had', () => {
    const look: Act = (_, ctx) => ctx.seen.gold
    const seen = input('shot', 1, { seen: 3 })
    const fail = (): never => {
      throw new Error('no versions')
    }
    const { outcomes, failures } = run(look, [seen], { seenAt: fail })
    expect(outcomes).toMatchObject([{ code: 'handler_failed' }])
    expect(failures).toMatchObject([{ rule: 'shot', error: { message: 'no versions' } }])
    const later = run(look, [seen], { seenAt: () => Promise.resolve(past) })
    expect(later.failures).toMatchObject([{ error: { code: 'invalid_argument' } }])
  })
})

describe('the origin of a dispatch', () => {
  const twice: Act = (_, ctx) => {
    ctx.dispatch('hit' as never, 1 as never)
    ctx.dispatch('hit' as never, 2 as never, { to: 'bob' } as never)
  }

  test('names the event of the client and counts the dispatches of its run', () => {
    const inputs = [input('act', 8), input('act', 9, { client: clientOf('bob') })]
    const origins = [
      ...[0, 1].map((n) => ({ clientId: 'ann', sequence: 8, n })),
      ...[0, 1].map((n) => ({ clientId: 'bob', sequence: 9, n })),
    ]
    expect(run(twice, inputs).dispatches.map(({ origin }) => origin)).toEqual(origins)
    expect(run(twice, inputs, ahead).dispatches.map(({ origin }) => origin)).toEqual(origins)
  })

  test('is none for steps, joins and events of the server', () => {
    const game = fieldOf(twice, twice, twice)
    const inputs = [{ kind: 'join', client: clientOf('ann') } as const, input('act', 1, { sequence: undefined })]
    const { dispatches } = makeTick(game, game.initialState(), inputs, options)
    expect(dispatches).toHaveLength(6)
    for (const each of dispatches) expect('origin' in each).toBe(false)
  })
})

describe('makeTick', () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, '5', null, {}])('refuses %s as a place of an input', (value) => {
    for (const key of ['tick', 'seen']) {
      expect(refusal(() => run(() => {}, [input('act', 1, { [key]: value })]))).toBe(
        'invalid_argument: tick and seen of an input of makeTick are finite numbers',
      )
    }
  })

  test('refuses options of another form', () => {
    expect(refusal(() => run(() => {}, [], { predicting: 1 }))).toBe(
      'invalid_argument: predicting is true or false, not 1',
    )
    expect(refusal(() => run(() => {}, [], { seenAt: 1 }))).toBe('invalid_argument: seenAt of makeTick is a function')
  })
})
