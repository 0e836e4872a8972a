import type { StandardSchemaV1 } from '@standard-schema/spec'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  applyDelta,
  defineGame,
  EntityMap,
  type EventsOf,
  encodeDelta,
  event,
  GameStateMachine,
  GameStateStore,
  type Immutable,
  makeTick,
  on,
  type Precision,
  type ReadonlyEntityMap,
  type RuleContext,
  type ServerEventsOf,
  type StateOf,
  transact,
} from '../src/index.js'
import type { AllEventsOf, JoinDataOf } from '../src/internal.js'
import type { PlainState } from '../src/rules/define-game.js'
import type { DataOf } from '../src/rules/game.js'

interface Player {
  name: string
  at: { x: number; y: number }
  items: string[]
  icon?: Uint8Array
}

interface Arena {
  phase: 'lobby' | 'play'
  players: EntityMap<Player>
  tiles: EntityMap<{ kind: number }, number>
  rooms: { scores: EntityMap<{ points: number }>; open: boolean }[]
}

const game = defineGame({
  initialState: (): Arena => ({ phase: 'lobby', players: new EntityMap(), tiles: new EntityMap(), rooms: [] }),
  version: 2,
  joinData: z.object({ name: z.string(), level: z.string().transform(Number) }),
  timeStep(state, dt, ctx) {
    expectTypeOf(ctx.client.data).toEqualTypeOf<undefined>()
    expectTypeOf(state).toEqualTypeOf<Arena>()
    expectTypeOf(dt).toEqualTypeOf<number>()
    expectTypeOf(ctx.dispatch<'scored'>).toBeCallableWith('scored', { by: 'p1' })
  },
  serverEvents: {
    scored: event<{ by: string }>(),
    over: event(),
    maybe: event<number | undefined>(),
    went: event<{ to: string }>(),
  },
  events: (on) => ({
    steer: on(z.object({ dx: z.number(), dy: z.string().transform(Number) }), (state, data, ctx) => {
      expectTypeOf(state).toEqualTypeOf<Arena>()
      expectTypeOf(data).toEqualTypeOf<{ dx: number; dy: number }>()
      ctx.dispatch('scored', { by: 'p1' })
      ctx.dispatch('scored', { by: 'p1' }, { to: ctx.client.id })
      ctx.dispatch('scored', { by: 'p1' }, { to: { except: ['a', 'b'] } })
      ctx.dispatch('over')
      ctx.dispatch('over', undefined, { to: ['a'] })
      ctx.dispatch('over', { to: ['a'] })
      // the data could be taken for options, so both are given
      ctx.dispatch('went', { to: 'hall' }, undefined)
      // @ts-expect-error reason: the data could be taken for options
      ctx.dispatch('went', { to: 'hall' })
      ctx.dispatch('maybe', 1)
      ctx.dispatch('maybe')
      // @ts-expect-error reason: the payload has another type
      ctx.dispatch('scored', { by: 1 })
      // @ts-expect-error reason: the payload is missing
      ctx.dispatch('scored')
      // @ts-expect-error reason: there is no such event
      ctx.dispatch('score', { by: 'p1' })
      // @ts-expect-error reason: a number names no client
      ctx.dispatch('over', undefined, { to: 5 })
      const row = state.players.edit('p1')
      row.at.x = data.dx
      // @ts-expect-error reason: there is no such field
      row.z = 1
      // @ts-expect-error reason: the ids of players are strings
      state.players.edit(1)
      // @ts-expect-error reason: the ids of tiles are numbers
      state.tiles.get('1')
      // @ts-expect-error reason: a row that is got is readonly
      state.players.get('p1')!.name = 'x'
      if (data.dx > 1) return ctx.reject('too_fast')
      return { ok: true as const }
    }),
    reward: on(z.number(), (state, gold) => state.players.size * gold, { from: 'server' }),
    tick: on(() => {}, { from: 'server' }),
    bye: on((state, data, ctx) => {
      expectTypeOf(state).toEqualTypeOf<Arena>()
      expectTypeOf(data).toEqualTypeOf<undefined>()
      expectTypeOf(ctx.reject('no')).toEqualTypeOf<never>()
    }),
  }),
  onJoin(state, ctx) {
    expectTypeOf(state).toEqualTypeOf<Arena>()
    expectTypeOf(ctx.client.id).toEqualTypeOf<string>()
    expectTypeOf(ctx.client.isHost).toEqualTypeOf<boolean>()
    expectTypeOf(ctx.client.data).toEqualTypeOf<{ name: string; level: number }>()
    // @ts-expect-error reason: a client is readonly
    ctx.client.isHost = true
  },
  precision: { players: { at: { x: 0.01, '*': 0.1 } }, tiles: { kind: 1 }, rooms: { scores: { points: 1 } } },
})

describe('the types of a game', () => {
  test('say its state, its join data and its events', () => {
    expectTypeOf<JoinDataOf<typeof game>>().toEqualTypeOf<{
      input: { name: string; level: string }
      data: { name: string; level: number }
    }>()
    expectTypeOf<StateOf<typeof game>>().toEqualTypeOf<Arena>()
    type Events = EventsOf<typeof game>
    expectTypeOf<keyof Events>().toEqualTypeOf<'steer' | 'bye'>()
    // what is sent is what the schema takes, not what it makes of it
    expectTypeOf<Events['steer']['data']>().toEqualTypeOf<{ dx: number; dy: string }>()
    expectTypeOf<Events['steer']['result']>().toEqualTypeOf<{ ok: true }>()
    expectTypeOf<Events['bye']['data']>().toEqualTypeOf<undefined>()
    // a client cannot send an event that is kept to the server
    type All = AllEventsOf<typeof game>
    expectTypeOf<keyof All>().toEqualTypeOf<'steer' | 'bye' | 'reward' | 'tick'>()
    expectTypeOf<All['reward']>().toEqualTypeOf<{ data: number; result: number }>()
    type ServerEvents = ServerEventsOf<typeof game>
    expectTypeOf<ServerEvents>().toEqualTypeOf<{
      scored: { by: string }
      over: undefined
      maybe: number | undefined
      went: { to: string }
    }>()
    expectTypeOf<DataOf<(typeof game)['serverEvents']['scored']>>().toEqualTypeOf<{ by: string }>()
  })

  test('have no events where there are none', () => {
    const bare = defineGame({ initialState: () => ({ n: 0 }) })
    expectTypeOf<JoinDataOf<typeof bare>>().toEqualTypeOf<{ input: undefined; data: undefined }>()
    expectTypeOf<keyof EventsOf<typeof bare>>().toEqualTypeOf<never>()
    expectTypeOf<keyof ServerEventsOf<typeof bare>>().toEqualTypeOf<never>()
    expectTypeOf<StateOf<typeof bare>>().toEqualTypeOf<{ n: number }>()
  })

  test('take rules that were made elsewhere', () => {
    const join = on(z.string(), (state: Arena, name, ctx: RuleContext) => state.players.has(name) && ctx.tick > 0)
    const made = defineGame({ initialState: game.initialState, events: { join } })
    expectTypeOf<EventsOf<typeof made>>().toEqualTypeOf<{ join: { data: string; result: boolean } }>()
  })

  test('flow into the rules of events, also with a schema that is a function', () => {
    const text = Object.assign((data: unknown) => String(data), {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ value: 1 }) },
    } as const) as ((data: unknown) => string) & StandardSchemaV1<string, number>
    const made = defineGame({
      initialState: () => ({ n: 0 }),
      events: (on) => ({
        add: on(text, (state, data, ctx) => {
          expectTypeOf(data).toEqualTypeOf<number>()
          return ctx.tick + state.n
        }),
        grant: on(
          text,
          (state, data) => {
            state.n += data
          },
          { from: 'server' },
        ),
      }),
    })
    expectTypeOf<EventsOf<typeof made>>().toEqualTypeOf<{ add: { data: string; result: number } }>()
  })

  test('flow into store and machine', () => {
    const store = new GameStateStore(game.initialState())
    const machine = new GameStateMachine(store, game)
    expectTypeOf(machine.game).toEqualTypeOf<typeof game>()
    expectTypeOf(store.state).toEqualTypeOf<Immutable<Arena>>()
    expectTypeOf(store.at(1)).toEqualTypeOf<Immutable<Arena> | undefined>()
    // @ts-expect-error reason: the store holds the state of another game
    new GameStateMachine(new GameStateStore({ other: 1 }), game)
  })

  test('flow through transactions and deltas', () => {
    const { state } = new GameStateStore(game.initialState())
    const out = transact(state, (draft: Arena) => draft.players.size)
    expectTypeOf(out).toEqualTypeOf<{ state: Immutable<Arena>; result: number }>()
    const bytes = encodeDelta<Arena>(undefined, state, { precision: game.precision })
    expectTypeOf(applyDelta<Arena>(undefined, bytes)).toEqualTypeOf<Immutable<Arena>>()
  })
})

describe('a game cannot have', () => {
  const never = (define: () => void): void => void expectTypeOf(define).toBeFunction()

  test('a state with values that a state cannot hold', () => {
    class Sprite {
      frame = 0
      draw(): void {}
    }
    never(() => {
      // @ts-expect-error reason: a Map
      defineGame({ initialState: () => ({ players: new Map<string, number>() }) })
      // @ts-expect-error reason: a Set
      defineGame({ initialState: () => ({ players: new Set<string>() }) })
      // @ts-expect-error reason: a Date, further down
      defineGame({ initialState: () => ({ rounds: [{ at: new Date(0) }] }) })
      // @ts-expect-error reason: a function
      defineGame({ initialState: () => ({ step: () => 1 }) })
      // @ts-expect-error reason: an object with methods
      defineGame({ initialState: () => ({ sprite: new Sprite() }) })
      // @ts-expect-error reason: a bigint
      defineGame({ initialState: () => ({ n: 1n }) })
      // @ts-expect-error reason: another array of numbers
      defineGame({ initialState: () => ({ n: new Float32Array(1) }) })
      // @ts-expect-error reason: a Date in a row
      defineGame({ initialState: () => ({ rows: new EntityMap<{ at: Date }>() }) })
    })
  })

  test('and the error at the key says what to use', () => {
    expectTypeOf<PlainState<{ a: { seen: Map<string, number> } }>>().toEqualTypeOf<{
      a: { seen: 'a state cannot hold a Map: use an EntityMap or a plain object' }
    }>()
    expectTypeOf<PlainState<Arena>>().toEqualTypeOf<Arena>()
    interface Tree {
      kids: Tree[]
      anything?: unknown
      pair: [number, string | null]
    }
    expectTypeOf<PlainState<Tree>>().toExtend<Tree>()
    defineGame({ initialState: (): Tree => ({ kids: [], pair: [1, null] }) })
  })

  test('rules that are asynchronous or answer with a map', () => {
    const { initialState } = game
    never(() => {
      // @ts-expect-error reason: a rule ends within its tick
      defineGame({ initialState, events: (on) => ({ go: on(async () => {}) }) })
      // @ts-expect-error reason: the same with data
      defineGame({ initialState, events: (on) => ({ go: on(z.string(), async () => 1) }) })
      // @ts-expect-error reason: the same without async
      defineGame({ initialState, events: { go: on(() => Promise.resolve()) } })
      // @ts-expect-error reason: a map is no answer
      defineGame({ initialState, events: (on) => ({ go: on((state) => state.players.set('a', {} as Player)) }) })
      // @ts-expect-error reason: the same for the other rules
      defineGame({ initialState, timeStep: async () => {} })
      // @ts-expect-error reason: as above
      defineGame({ initialState, onJoin: async (state) => void state.players.clear() })
      // @ts-expect-error reason: as above
      defineGame({ initialState, onLeave: () => Promise.resolve(1) })
    })
    defineGame({ initialState, onJoin: (state) => state.players.delete('x'), onLeave: (state) => state.players })
  })

  test('parts that do not exist, dispatches of events that it does not declare, other senders than the two', () => {
    const { initialState } = game
    never(() => {
      // @ts-expect-error reason: it is called onJoin
      defineGame({ initialState, onEnter: () => {} })
      defineGame({
        initialState,
        timeStep(_, __, ctx) {
          // @ts-expect-error reason: there is no serverEvents
          ctx.dispatch('scored')
        },
      })
      // @ts-expect-error reason: there are clients and the server
      on(() => {}, { from: 'host' })
      // @ts-expect-error reason: there is no such option
      on(() => {}, { form: 'server' })
    })
    type Bare = RuleContext<Record<never, never>>
    expectTypeOf<
      Parameters<Bare['dispatch']>[0]
    >().toEqualTypeOf<'declare the event in serverEvents of defineGame first'>()
  })
})

describe('the state that a rule sees', () => {
  test('is a version of the game, in each rule, and unknown where rules are made elsewhere', () => {
    defineGame({
      initialState: game.initialState,
      timeStep: (_, __, { seen }) => {
        expectTypeOf(seen).toEqualTypeOf<Immutable<Arena>>()
      },
      onJoin: (_, { seen }) => {
        expectTypeOf(seen).toEqualTypeOf<Immutable<Arena>>()
      },
      events: (bound) => ({
        shoot: bound(
          z.number(),
          (_, __, { seen, newId }) => {
            expectTypeOf(seen).toEqualTypeOf<Immutable<Arena>>()
            return newId()
          },
          { rewind: true, random: 'own', predict: false },
        ),
      }),
    })
    expectTypeOf<RuleContext['seen']>().toEqualTypeOf<unknown>()
    on(z.number(), (_: Arena, __, { seen }) => {
      expectTypeOf(seen).toEqualTypeOf<Immutable<Arena>>()
    })
  })

  test('comes with options of their own kinds', () => {
    const refused = [
      // @ts-expect-error reason: there are two streams
      () => on(() => {}, { random: 'public' }),
      // @ts-expect-error reason: it is a switch
      () => on(() => {}, { rewind: 1 }),
      // @ts-expect-error reason: clients rewind nothing that the server sends
      () => event({ rewind: true }),
    ]
    for (const each of refused) expect(each).toThrow()
  })
})

describe('makeTick', () => {
  test('takes and gives versions of the game', () => {
    const { state } = makeTick(game, new GameStateStore(game.initialState()).state, [], { tick: 1, seed: 0 })
    expectTypeOf(state).toEqualTypeOf<Immutable<Arena>>()
  })
})

describe('a version', () => {
  type Version = Immutable<Arena>

  test('is readonly at every depth, and its maps too', () => {
    expectTypeOf<Version['players']>().toEqualTypeOf<ReadonlyEntityMap<Player>>()
    expectTypeOf<Version['tiles']>().toEqualTypeOf<ReadonlyEntityMap<{ kind: number }, number>>()
    expectTypeOf<Version['rooms'][0]['scores']>().toEqualTypeOf<ReadonlyEntityMap<{ points: number }>>()
    expectTypeOf<Version['rooms']>().toExtend<readonly unknown[]>()
    type Row = NonNullable<ReturnType<Version['players']['get']>>
    expectTypeOf<Row['items']>().toEqualTypeOf<readonly string[]>()
    expectTypeOf<Row['at']>().toEqualTypeOf<{ readonly x: number; readonly y: number }>()
    expectTypeOf<Row['icon']>().toEqualTypeOf<Uint8Array | undefined>()
    expectTypeOf<Version['phase']>().toEqualTypeOf<'lobby' | 'play'>()
    expectTypeOf<Immutable<Version>>().toEqualTypeOf<Version>()
  })

  test('cannot be written to', () => {
    const write = (version: Version): void => {
      // @ts-expect-error reason: a version is readonly
      version.phase = 'play'
      // @ts-expect-error reason: so are its parts
      version.rooms[0]!.open = true
      // @ts-expect-error reason: so are its arrays
      version.rooms.push()
      // @ts-expect-error reason: its maps have no edit
      version.players.edit('p1')
      // @ts-expect-error reason: nor set
      version.rooms[0]!.scores.set('a', { points: 1 })
      for (const [id, row] of version.tiles) {
        expectTypeOf(id).toEqualTypeOf<number>()
        // @ts-expect-error reason: a row is readonly
        row.kind = 1
      }
    }
    expectTypeOf(write).toBeFunction()
  })

  test('is what a map with write access may stand for', () => {
    expectTypeOf<EntityMap<Player>>().toExtend<ReadonlyEntityMap<Player>>()
    expectTypeOf<ReadonlyEntityMap<Player>>().not.toExtend<EntityMap<Player>>()
  })
})

describe('a precision', () => {
  test('has the form of the state, and numbers only where the state has numbers', () => {
    expectTypeOf<{ players: { at: { x: number } } }>().toExtend<Precision<Arena>>()
    expectTypeOf<{ players: { '*': { x: number } } }>().toExtend<Precision<Arena>>()
    const wrong = (): Precision<Arena>[] => [
      // @ts-expect-error reason: there is no such key
      { playerz: { at: { x: 1 } } },
      // @ts-expect-error reason: a row has no such key
      { players: { speed: 1 } },
      // @ts-expect-error reason: a text is not rounded
      { players: { name: 1 } },
      // @ts-expect-error reason: a step is a number
      { tiles: { kind: '0.1' } },
    ]
    expectTypeOf(wrong).toBeFunction()
  })

  test('is checked where a game is defined', () => {
    const wrong = (): unknown =>
      defineGame({
        initialState: game.initialState,
        // @ts-expect-error reason: there is no such key
        precision: { players: { z: 0.1 } },
      })
    expectTypeOf(wrong).toBeFunction()
  })
})
