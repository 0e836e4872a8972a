import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  applyDelta,
  type DataOf,
  defineGame,
  EntityMap,
  type EventsOf,
  encodeDelta,
  event,
  GameStateMachine,
  GameStateStore,
  type Immutable,
  on,
  type Precision,
  type ReadonlyEntityMap,
  type RuleContext,
  type ServerEventsOf,
  type StateOf,
  transact,
} from '../src/index.js'

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
  timeStep(state, dt, ctx) {
    expectTypeOf(state).toEqualTypeOf<Arena>()
    expectTypeOf(dt).toEqualTypeOf<number>()
    expectTypeOf(ctx.dispatch<'scored'>).toBeCallableWith('scored', { by: 'p1' })
  },
  serverEvents: { scored: event<{ by: string }>(), over: event(), maybe: event<number | undefined>() },
  events: (on) => ({
    steer: on(z.object({ dx: z.number(), dy: z.string().transform(Number) }), (state, data, ctx) => {
      expectTypeOf(state).toEqualTypeOf<Arena>()
      expectTypeOf(data).toEqualTypeOf<{ dx: number; dy: number }>()
      ctx.dispatch('scored', { by: 'p1' })
      ctx.dispatch('scored', { by: 'p1' }, { to: ctx.clientId })
      ctx.dispatch('scored', { by: 'p1' }, { to: { except: ['a', 'b'] } })
      ctx.dispatch('over')
      ctx.dispatch('over', undefined, { to: ['a'] })
      ctx.dispatch('maybe', 1)
      ctx.dispatch('maybe')
      // @ts-expect-error reason: the payload has another type
      ctx.dispatch('scored', { by: 1 })
      // @ts-expect-error reason: the payload is missing
      ctx.dispatch('scored')
      // @ts-expect-error reason: there is no such event
      ctx.dispatch('score', { by: 'p1' })
      // @ts-expect-error reason: nobody is named
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
      return { ok: true as const }
    }),
    bye: on((state, data, ctx) => {
      expectTypeOf(state).toEqualTypeOf<Arena>()
      expectTypeOf(data).toEqualTypeOf<undefined>()
      expectTypeOf(ctx.reject('no')).toEqualTypeOf<never>()
    }),
  }),
  onJoin(state, ctx) {
    expectTypeOf(state).toEqualTypeOf<Arena>()
    expectTypeOf(ctx.clientId).toEqualTypeOf<string>()
  },
  precision: { players: { at: { x: 0.01, '*': 0.1 } }, tiles: { kind: 1 }, rooms: { scores: { points: 1 } } },
})

describe('the types of a game', () => {
  test('tell its state and its events', () => {
    expectTypeOf<StateOf<typeof game>>().toEqualTypeOf<Arena>()
    type Events = EventsOf<typeof game>
    expectTypeOf<keyof Events>().toEqualTypeOf<'steer' | 'bye'>()
    // what is sent is what the schema takes, not what it makes of it
    expectTypeOf<Events['steer']['data']>().toEqualTypeOf<{ dx: number; dy: string }>()
    expectTypeOf<Events['steer']['result']>().toEqualTypeOf<{ ok: true }>()
    expectTypeOf<Events['bye']['data']>().toEqualTypeOf<undefined>()
    type ServerEvents = ServerEventsOf<typeof game>
    expectTypeOf<ServerEvents>().toEqualTypeOf<{ scored: { by: string }; over: undefined; maybe: number | undefined }>()
    expectTypeOf<DataOf<(typeof game)['serverEvents']['scored']>>().toEqualTypeOf<{ by: string }>()
  })

  test('have no events where there are none', () => {
    const bare = defineGame({ initialState: () => ({ n: 0 }) })
    expectTypeOf<keyof EventsOf<typeof bare>>().toEqualTypeOf<never>()
    expectTypeOf<keyof ServerEventsOf<typeof bare>>().toEqualTypeOf<never>()
    expectTypeOf<StateOf<typeof bare>>().toEqualTypeOf<{ n: number }>()
  })

  test('take rules that were made elsewhere', () => {
    const join = on(z.string(), (state: Arena, name, ctx: RuleContext) => state.players.has(name) && ctx.tick > 0)
    const made = defineGame({ initialState: game.initialState, events: { join } })
    expectTypeOf<EventsOf<typeof made>>().toEqualTypeOf<{ join: { data: string; result: boolean } }>()
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
