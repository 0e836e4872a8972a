import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import {
  createRandom,
  defineGame,
  EntityMap,
  encodeDelta,
  equalStates,
  event,
  GameStateMachine,
  GameStateStore,
  type Immutable,
  makeTick,
  type Tick,
  type TickInput,
} from '../../src/index.js'
import { clientOf } from '../support/play.js'
import { refusal } from '../support/refusals.js'

interface Hall {
  calm: boolean
  steps: number
  noise: number
  gold: number
  guests: EntityMap<{ name: string; luck: number; shots: number }>
  log: string[]
}

const hall = defineGame({
  version: 3,
  initialState: (): Hall => ({ calm: true, steps: 0, noise: 0, gold: 0, guests: new EntityMap(), log: [] }),
  tickRate: 20,
  joinData: z.object({ name: z.string().trim().min(1).max(8) }),
  onJoin(state, ctx) {
    if (state.guests.has(ctx.client.id)) return ctx.reject('here_already')
    if (ctx.client.data.name === 'crash') throw new Error('join failed')
    state.guests.set(ctx.client.id, { name: ctx.client.data.name, luck: ctx.random(), shots: 0 })
    ctx.dispatch('news', ctx.client.id)
    return undefined
  },
  onLeave(state, ctx) {
    if (ctx.client.data.name === 'stuck') throw new Error('leave failed')
    state.guests.delete(ctx.client.id)
  },
  timeStep(state, dt, ctx) {
    state.steps++
    state.noise = ctx.random() * dt
    if (ctx.tick % 50 === 0) throw new Error('step failed')
  },
  serverEvents: { news: event<string>() },
  events: (on) => ({
    shoot: on(z.object({ at: z.number().default(0) }), (state, { at }, ctx) => {
      const guest = state.guests.edit(ctx.client.id)
      guest.shots++
      guest.luck = ctx.random() + at
      return { luck: guest.luck, time: ctx.time }
    }),
    shout: on(z.string(), (state, text, ctx) => {
      state.log = [...state.log.slice(-9), `${ctx.client.id || 'server'}: ${text}`]
      if (text === 'no') return ctx.reject('not_so_loud', 'please')
      if (text === 'crash') throw new Error('shout failed')
      ctx.dispatch('news', text, { to: { except: [ctx.client.id] } })
      return undefined
    }),
    sleep: on((state) => {
      state.calm = !state.calm
    }),
    reward: on(
      z.number(),
      (state, gold, ctx) => {
        state.gold += gold * ctx.random()
      },
      { from: 'server' },
    ),
  }),
})

const base = new GameStateStore(hall.initialState()).state
const options = { tick: 1, seed: 7 }
const join = (id: string, name: unknown = id): TickInput => ({
  kind: 'join',
  client: { ...clientOf(id), data: { name } },
})
const shoot = (id: string, sequence: number, at?: number): TickInput => ({
  kind: 'event',
  name: 'shoot',
  data: { at },
  client: clientOf(id),
  sequence,
})

describe('makeTick', () => {
  test('runs the inputs in the order given, then timeStep, and gives an outcome for each input', () => {
    const tick = makeTick(hall, base, [join('ann'), shoot('ann', 1), shoot('bob', 1), join('ann')], options)
    const { luck } = tick.state.guests.get('ann')!
    expect(tick.outcomes).toEqual([
      { kind: 'done', value: undefined },
      { kind: 'done', value: { luck, time: 0.05 } },
      { kind: 'refused', code: 'handler_failed', message: 'the handler failed' },
      { kind: 'refused', code: 'here_already', message: 'here_already' },
    ])
    expect(tick.dispatches).toEqual([{ name: 'news', data: 'ann', to: 'all' }])
    expect(tick.failures).toMatchObject([{ rule: 'shoot', input: shoot('bob', 1), error: { code: 'row_missing' } }])
    expect(tick.state.steps).toBe(1)
  })

  test('changes nothing that it is given, and gives the same again', () => {
    const inputs = [join('ann'), shoot('ann', 1)]
    const before = [encodeDelta(undefined, base), structuredClone(inputs)]
    const first = makeTick(hall, base, inputs, options)
    expect(makeTick(hall, base, inputs, options)).toEqual(first)
    expect([encodeDelta(undefined, base), inputs]).toEqual(before)
  })

  test('takes a state that is no version yet, and refuses one that cannot be a version', () => {
    const tick = makeTick(hall, hall.initialState(), [join('ann'), shoot('ann', 1)], options)
    const { state, outcomes } = makeTick(hall, base, [join('ann'), shoot('ann', 1)], options)
    expect(equalStates(tick.state, state)).toBe(true)
    expect(tick.outcomes).toEqual(outcomes)
    expect(refusal(() => makeTick(hall, { ...hall.initialState(), gold: 1n as never }, [], options))).toBe(
      'invalid_value: gold: a state cannot hold a bigint',
    )
  })

  test('ignores what onJoin, onLeave and timeStep return, but not a promise', () => {
    const rules = (returns: unknown): never =>
      ({
        initialState: () => ({ rows: new EntityMap(), steps: 0 }),
        timeStep: () => returns,
        onJoin: () => returns,
        onLeave: () => returns,
      }) as never
    const inputs = [join('ann'), { kind: 'leave', client: clientOf('ann') } as const]
    for (const [returned, failed] of [
      [new EntityMap(), 0],
      [() => 1, 0],
      [Promise.resolve(), 3],
    ] as const) {
      const game = defineGame(rules(returned))
      const tick = makeTick(game, game.initialState(), inputs, options)
      expect(tick.failures).toHaveLength(failed)
      if (failed === 0) expect(tick.outcomes).toEqual(Array(2).fill({ kind: 'done', value: undefined }))
    }
  })

  test('without timeStep, as for joins and leaves in a pause, gives the very state if no input changes it', () => {
    const still = makeTick(hall, base, [], { ...options, timeStep: false })
    expect(still.state).toBe(base)
    const tick = makeTick(hall, base, [join('ann')], { ...options, timeStep: false })
    expect([tick.state.steps, tick.state.guests.size]).toEqual([0, 1])
  })

  test('draws the same numbers for the event of a client in a later tick, and behind other inputs', () => {
    const { state } = makeTick(hall, base, [join('ann'), join('bob')], options)
    const luckOf = (inputs: TickInput[], tick: number): unknown =>
      makeTick(hall, state, inputs, { tick, seed: 7 }).state.guests.get('ann')!.luck
    const luck = luckOf([shoot('ann', 4)], 2)
    expect(luckOf([shoot('bob', 1), shoot('bob', 2), shoot('ann', 4)], 9)).toBe(luck)
    expect(luckOf([shoot('ann', 5)], 2)).not.toBe(luck)
  })

  test('draws the same numbers in timeStep however many inputs come before', () => {
    const noise = (inputs: TickInput[]): number => makeTick(hall, base, inputs, options).state.noise
    expect(noise([join('ann'), join('bob')])).toBe(noise([]))
  })
})

describe('an input', () => {
  const outcomeOf = (input: TickInput): unknown => makeTick(hall, base, [join('ann'), input], options).outcomes[1]

  test('is refused if the game has no such event, or only the server may send it', () => {
    const push = { kind: 'event', name: 'reward', data: 5 } as const
    const unknown = { kind: 'refused', code: 'event_unknown' }
    expect(outcomeOf(push)).toMatchObject({ kind: 'done' })
    expect(outcomeOf({ ...push, client: clientOf('ann') })).toMatchObject({ kind: 'done' })
    expect(outcomeOf({ ...push, client: clientOf('ann'), sequence: 1 })).toMatchObject(unknown)
    for (const name of ['toString', '__proto__', 'x'.repeat(100)]) {
      const outcome = outcomeOf({ kind: 'event', name, data: 1, client: clientOf('ann'), sequence: 1 })
      expect(outcome).toMatchObject(unknown)
      expect((outcome as { message: string }).message.length).toBeLessThan(100)
    }
  })

  test('reaches its rule as the schema returned it, and is not checked again if that has been done', () => {
    const checked = (value: unknown): TickInput => ({ ...shoot('ann', 1), checked: { value } }) as TickInput
    expect(outcomeOf({ ...shoot('ann', 1), data: {} } as TickInput)).toMatchObject({ kind: 'done' })
    const luck = (input: TickInput): number => (outcomeOf(input) as { value: { luck: number } }).value.luck
    expect(luck(checked({ at: 100 })) - luck(shoot('ann', 1))).toBeCloseTo(100, 9)
  })

  test('with data that its schema refuses is refused, with the path of each problem', () => {
    expect(outcomeOf(shoot('ann', 1, 'far' as never))).toEqual({
      kind: 'refused',
      code: 'event_invalid',
      message: 'shoot: at: Invalid input: expected number, received string',
    })
  })

  test('that joins brings data, which the game checks; a later rule sees what the schema returned', () => {
    expect(outcomeOf(join('bob', ''))).toMatchObject({ kind: 'refused', code: 'join_invalid', message: /name: / })
    expect(outcomeOf({ kind: 'join', client: clientOf('bob') })).toMatchObject({ code: 'join_invalid' })
    const { state } = makeTick(hall, base, [join('bob', ' Bob ')], options)
    expect(state.guests.get('bob')?.name).toBe('Bob')
    const checked = { kind: 'join', client: clientOf('eve'), checked: { value: { name: 'too long for it' } } } as const
    expect(makeTick(hall, base, [checked], options).state.guests.get('eve')?.name).toBe('too long for it')
  })

  test('that joins a game without joinData shows the rules no data', () => {
    const bare = defineGame({
      initialState: () => ({ seen: [] as boolean[] }),
      onJoin: (state, ctx) => void state.seen.push(ctx.client.data === undefined),
      events: (on) => ({ look: on((state, _, ctx) => void state.seen.push(ctx.client.data === undefined)) }),
    })
    const client = { ...clientOf('ann'), data: { isAdmin: true } }
    const inputs: TickInput[] = [
      { kind: 'join', client },
      { kind: 'event', name: 'look', data: undefined, client, sequence: 1 },
    ]
    expect(makeTick(bare, bare.initialState(), inputs, options).state.seen).toEqual([true, true])
  })

  test('that joins brings data that no rule can change, as later rules of the client see the same', () => {
    const game = defineGame({
      initialState: () => ({ seen: [] as unknown[] }),
      joinData: z.object({ deck: z.array(z.string()) }),
      onJoin: (state, ctx) => {
        state.seen.push(ctx.client.data.deck)
        ctx.client.data.deck.push('joker')
      },
      events: (on) => ({
        keep: on((state, _, ctx) => void state.seen.push(ctx.client.data)),
        cheat: on((_, __, ctx) => void ctx.client.data.deck.push('joker')),
      }),
    })
    const data = { deck: ['ace'] }
    const client = { ...clientOf('ann'), data }
    const event = { kind: 'event', data: undefined, client, sequence: 1 } as const
    const inputs: TickInput[] = [
      { kind: 'join', client },
      { ...event, name: 'cheat' },
      { ...event, name: 'keep' },
    ]
    const tick = makeTick(game, game.initialState(), inputs, options)
    expect(tick.outcomes.map(({ kind }) => kind)).toEqual(['refused', 'refused', 'done'])
    expect(tick.failures.map(({ error }) => error)).toEqual([expect.any(TypeError), expect.any(TypeError)])
    expect(tick.state.seen).toEqual([{ deck: ['ace'] }])
    data.deck.push('of the caller')
    expect(tick.state.seen).toEqual([{ deck: ['ace'] }])
  })

  test('without a schema carries no data to its rule', () => {
    const seen: unknown[] = []
    const game = defineGame({
      initialState: () => ({}),
      events: (on) => ({ go: on((_, data) => void seen.push(data)) }),
    })
    makeTick(game, {}, [{ kind: 'event', name: 'go', data: { admin: true } }], options)
    expect(seen).toEqual([undefined])
  })

  test('shows its client to the rule, frozen; an input of no client shows one with an empty id', () => {
    const seen: unknown[] = []
    const game = defineGame({
      initialState: () => ({}),
      events: (on) => ({
        go: on((_, __, ctx) => {
          seen.push({ ...ctx.client })
          Object.assign(ctx.client, { isHost: true })
        }),
      }),
    })
    const client = { id: 'ann', userId: 'u1', name: 'Ann', isHost: false, data: undefined }
    const tick = makeTick(
      game,
      {},
      [
        { kind: 'event', name: 'go', data: undefined, client },
        { kind: 'event', name: 'go', data: undefined },
      ],
      options,
    )
    expect(seen).toEqual([client, { ...clientOf(''), id: '' }])
    expect(tick.failures.map(({ error }) => error)).toEqual([expect.any(TypeError), expect.any(TypeError)])
  })
})

describe('a schema', () => {
  const schema = (validate: (value: unknown) => unknown): never =>
    ({ '~standard': { version: 1, vendor: 'test', validate } }) as never

  test.each<[string, () => unknown, string, number]>([
    [
      'that throws',
      () => {
        throw new Error('secret')
      },
      'go: the data could not be checked',
      1,
    ],
    [
      'that is asynchronous',
      () => Promise.reject(new Error('late')),
      'go: its schema is asynchronous, and a tick cannot wait for it',
      1,
    ],
    [
      'that finds problems',
      () => ({ issues: [{ message: 'too wide', path: ['a', { key: 0 }] }, { message: 'too long' }] }),
      'go: a.0: too wide',
      0,
    ],
    [
      'that finds thousands of problems, each of them long,',
      () => ({ issues: Array(5000).fill({ message: 'x'.repeat(5000), path: Array(1000).fill('a') }) }),
      `go: a.a.a.a.a.a.a.a.a.a: ${'x'.repeat(279)}`,
      0,
    ],
  ])('%s refuses its event; only a schema that does not do its work is a failure', (_, validate, message, failures) => {
    const game = defineGame({ initialState: () => ({}), events: (on) => ({ go: on(schema(validate), () => {}) }) })
    const tick = makeTick(game, {}, [{ kind: 'event', name: 'go', data: 1 }], options)
    expect(tick.outcomes).toEqual([{ kind: 'refused', code: 'event_invalid', message }])
    expect(tick.failures).toHaveLength(failures)
  })

  test('that is asynchronous leaves no promise behind whose rejection would end the process', async () => {
    const unseen: unknown[] = []
    const note = (error: unknown): void => void unseen.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const late = () => Promise.reject(new Error('late'))
    const game = defineGame({
      initialState: () => ({}),
      joinData: schema(late),
      events: (on) => ({ go: on(schema(late), () => {}) }),
    })
    const { outcomes } = makeTick(game, {}, [{ kind: 'event', name: 'go', data: 1 }, join('ann')], options)
    expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'refused'])
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(unseen).toEqual([])
  })

  test('may give values that a state cannot hold, such as a Date', () => {
    const game = defineGame({
      initialState: () => ({ atMs: 0 }),
      events: (on) => ({
        go: on(z.coerce.date(), (state, date) => void Object.assign(state, { atMs: date.getTime() })),
      }),
    })
    const state = new GameStateStore(game.initialState()).state
    const push = { kind: 'event', name: 'go', data: '1970-01-01T00:00:01Z' } as const
    expect(makeTick(game, state, [push], options).state.atMs).toBe(1000)
    const checked = { ...push, checked: { value: new Date(5) } }
    expect(makeTick(game, state, [checked], options).state.atMs).toBe(5)
  })
})

describe('ctx.reject', () => {
  test('in onJoin refuses the join', () => {
    const tick = makeTick(hall, base, [join('ann'), join('ann')], options)
    expect(tick.outcomes[1]).toMatchObject({ kind: 'refused', code: 'here_already' })
    expect(tick.failures).toEqual([])
  })

  test('in timeStep and onLeave, where there is no sender to refuse, is a failure', () => {
    const game = defineGame({
      initialState: () => ({ n: 0 }),
      timeStep(state, _, ctx) {
        state.n++
        ctx.reject('not_now')
      },
      onLeave: (_, ctx) => ctx.reject('stay_here'),
    })
    const state = new GameStateStore(game.initialState()).state
    const tick = makeTick(game, state, [{ kind: 'leave', client: clientOf('ann') }], options)
    expect(tick.state).toBe(state)
    expect(tick.failures).toMatchObject([
      { rule: 'onLeave', error: { code: 'stay_here' } },
      { rule: 'timeStep', error: { code: 'not_now' } },
    ])
  })
})

/** Random inputs for a tick: joins, leaves, events of clients and of the server, good ones and faulty ones. */
function drawInputs(random: () => number, sequences: Map<string, number>, late: TickInput[]): TickInput[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
  const inputs: TickInput[] = []
  for (let count = Math.floor(random() * 6); count > 0; count--) {
    const id = pick(['ann', 'bob', 'eve', 'joe'])
    const client = { ...clientOf(id), isHost: id === 'ann', data: { name: pick([id, id, id, 'stuck']) } }
    const sequence = (sequences.get(id) ?? 0) + 1
    const fromClient = (name: string, data?: unknown): TickInput => {
      sequences.set(id, sequence)
      return { kind: 'event', name, data, client, sequence }
    }
    const draw: (() => TickInput)[] = [
      () => join(id, pick([id, id, '', 'crash'])),
      () => ({ kind: 'leave', client }),
      () => fromClient('shoot', pick([{}, { at: 1 }, { at: 'far' }, null])),
      () => fromClient('shout', pick(['hi', 'no', 'crash', 5])),
      () => fromClient(pick(['sleep', 'reward', 'nothing', 'toString'])),
      () => ({ kind: 'event', name: 'reward', data: pick([1, 2, 'x']) }),
      () => ({ kind: 'event', name: 'shout', data: 'quiet', client }),
    ]
    const input = pick(draw)()
    // an event that was sent for this tick may come later
    if (random() < 0.2) late.push(input)
    else inputs.push(input)
  }
  while (late.length > 0 && random() < 0.5) inputs.push(late.shift()!)
  return inputs
}

test('1,000 ticks are the same by makeTick and by the machine, without a clock', () => {
  for (const seed of [1, 2]) {
    const random = createRandom(seed)
    const store = new GameStateStore(hall.initialState())
    const machine = new GameStateMachine(store, hall, { seed, logger: false })
    const made: Tick<Hall>[] = []
    machine.onTick((tick) => void made.push(tick))
    let state: Immutable<Hall> = base
    const sequences = new Map<string, number>()
    const late: TickInput[] = []
    const kinds = new Set<string>()
    for (let tick = 1; tick <= 1000; tick++) {
      const timeStep = random() < 0.9
      const drawn = drawInputs(random, sequences, late)
      const inputs = timeStep ? drawn : drawn.filter(({ kind }) => kind !== 'event')
      const refused = inputs.map((input) => machine.push(input))
      // the machine refuses events that cannot run at once: these have no place in the tick
      const ran = inputs.filter((_, place) => refused[place] === undefined)
      machine.step({ timeStep })
      const own = makeTick(hall, state, ran, { tick, seed, time: machine.time, timeStep })
      for (const [place, input] of inputs.entries()) {
        if (refused[place] === undefined) continue
        expect(makeTick(hall, state, [input], { tick, seed }).outcomes).toEqual([refused[place]])
      }
      const ofMachine = { tick, inputs: ran, inputTimes: new Map(), lateEvents: 0, state: {} }
      expect({ ...made.at(-1), state: {} }).toEqual({ ...own, ...ofMachine })
      expect(equalStates(store.state, own.state)).toBe(true)
      state = own.state
      for (const outcome of own.outcomes) kinds.add(outcome.kind === 'done' ? 'done' : outcome.code)
      for (const { rule } of own.failures) kinds.add(rule)
    }
    expect([...kinds].sort()).toEqual(
      ['done', 'event_invalid', 'handler_failed', 'here_already', 'join_invalid', 'not_so_loud'].concat([
        'onJoin',
        'onLeave',
        'shoot',
        'shout',
        'timeStep',
      ]),
    )
  }
})

describe('the arguments of a tick', () => {
  const calm = hall.initialState()
  const tick = (change: object): unknown =>
    // reason: callers without types make these mistakes
    makeTick(hall, calm, [], { tick: 1, seed: 1, ...change } as never)

  test.each<[string, () => unknown, string]>([
    ['a game that is none', () => makeTick({} as typeof hall, calm, [], { tick: 1, seed: 1 }), 'takes a game'],
    ['inputs that are no list', () => makeTick(hall, calm, undefined as never, { tick: 1, seed: 1 }), 'are a list'],
    ['an input of no kind', () => makeTick(hall, calm, [{} as never], { tick: 1, seed: 1 }), 'has the kind'],
    ['no input', () => makeTick(hall, calm, [undefined as never], { tick: 1, seed: 1 }), 'has the kind'],
    ['no options', () => makeTick(hall, calm, [], undefined as never), 'the options of makeTick are an object'],
    ['no seed', () => tick({ seed: undefined }), 'makeTick needs a tick and a seed'],
    ['tick 0', () => tick({ tick: 0 }), 'tick is a whole number from 1, not 0'],
    ['half a tick', () => tick({ tick: 1.5 }), 'tick is a whole number from 1, not 1.5'],
    ['a seed that is NaN', () => tick({ seed: Number.NaN }), 'seed is a whole number'],
    ['a time that is NaN', () => tick({ time: Number.NaN }), 'time is a number'],
    ['a timeStep that is no boolean', () => tick({ timeStep: 1 }), 'timeStep is true or false, not 1'],
    ['an option that there is not', () => tick({ steps: 1 }), "makeTick has no option 'steps'"],
  ])('are refused for %s', (_, work, message) => {
    expect(refusal(work)).toContain('invalid_argument: ')
    expect(refusal(work)).toContain(message)
  })

  test('a frozen state that no store and no tick has made is checked all the same', () => {
    const frozen = Object.freeze({ ...hall.initialState(), log: Object.freeze([new Date(0)]) })
    expect(refusal(() => makeTick(hall, frozen as never, [], { tick: 1, seed: 1 }))).toContain('invalid_value: log.0')
  })

  test('a version is taken as it is', () => {
    const { state } = new GameStateStore(hall.initialState())
    expect(makeTick(hall, state, [], { tick: 1, seed: 1, timeStep: false }).state).toBe(state)
    const { state: next } = makeTick(hall, state, [], { tick: 1, seed: 1 })
    expect(makeTick(hall, next, [], { tick: 2, seed: 1, timeStep: false }).state).toBe(next)
  })
})
