import { type AnyGame, defineGame, EntityMap, event } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { type SyncTestOptions, syncTest } from '../src/index.js'
import { anything } from './support/anything.js'
import { hall } from './support/hall.js'

type Inputs<G extends AnyGame> = ReturnType<NonNullable<SyncTestOptions<G>['script']>>

interface Pond {
  frogs: EntityMap<{ x: number }>
  weather: { wind: number }
}

/** A game with one rule for each tick, and one for an event. */
const pond = (
  timeStep: (state: Pond) => void,
  jump: (state: Pond, n: number, ctx: { reject(code: string): never }) => unknown = () => {},
) =>
  defineGame({
    initialState: (): Pond => ({ frogs: new EntityMap([['a', { x: 0 }]]), weather: { wind: 0 } }),
    timeStep: (state) => timeStep(state),
    events: (on) => ({ jump: on(anything<number>(), jump) }),
  })

let calls = 0
const seen = new WeakSet<object>()

/** A game whose rule sets the wind to the result of `read`. */
const windy = (read: (state: Pond) => number) =>
  pond((state) => {
    state.weather.wind = read(state)
  })

const culprits: [what: string, game: ReturnType<typeof pond>, path: string][] = [
  ['Date.now', windy(() => Date.now()), 'weather.wind'],
  ['new Date', windy(() => new Date(0, 1).getTime() + Date.parse(new Date().toISOString())), 'weather.wind'],
  ['performance.now', windy(() => performance.now()), 'weather.wind'],
  ['a counter outside of the state', windy(() => calls++), 'weather.wind'],
  [
    'Math.random in a row',
    pond((state) => {
      state.frogs.edit('a').x = Math.random()
    }),
    'frogs.a.x',
  ],
  [
    'a memory of objects',
    windy((state) => {
      const row = state.frogs.get('a')!
      const known = seen.has(row)
      seen.add(row)
      return known ? 1 : 0
    }),
    'weather.wind',
  ],
]

describe('the sync test', () => {
  it('finds nothing in rules that give the same result each time', () => {
    syncTest(hall, {
      ticks: 300,
      seed: 3,
      script: (tick, random, state) => {
        const events: Inputs<typeof hall>[number][] = []
        const ids = [...state.guests.keys()]
        if (tick % 10 === 1) events.push({ clientId: `client ${tick % 7}`, joins: true })
        if (tick % 13 === 0 && ids.length > 0) events.push({ clientId: ids[0]!, leaves: true })
        for (const clientId of ids) {
          if (random() < 0.3) events.push({ clientId, name: 'walk', data: random() })
          if (random() < 0.1) events.push({ clientId, name: 'say', data: random() < 0.5 ? '' : 'hm' })
        }
        return events
      },
    })
  })

  it.each(culprits)('finds %s', (_, game, path) => {
    expect(() => syncTest(game, { seed: 1 })).toThrow(`gave another result when it was made again, at ${path}: `)
  })

  it('finds a difference in an answer', () => {
    const game = pond(
      () => {},
      () => calls++,
    )
    const script = (): Inputs<typeof game> => [{ clientId: 'a', name: 'jump', data: 1 }]
    expect(() => syncTest(game, { seed: 1, script })).toThrow(
      /tick 1 .* at outcomes\[0\]\.value: .*\n {2}its inputs: 'jump' from 'a'/,
    )
  })

  it('finds a difference in a refusal', () => {
    const game = pond(
      () => {},
      (_state, _n, ctx) => (calls++ % 2 === 0 ? ctx.reject('even') : ctx.reject('odd')),
    )
    const script = (): Inputs<typeof game> => [{ clientId: 'a', name: 'jump', data: 1 }]
    expect(() => syncTest(game, { seed: 1, script })).toThrow('outcomes[0].code')
  })

  it('finds a difference in a dispatched event', () => {
    const game = defineGame({
      initialState: () => ({}),
      serverEvents: { news: event<number>() },
      timeStep: (_state, _dt, ctx) => ctx.dispatch('news', calls++),
    })
    expect(() => syncTest(game, { seed: 1 })).toThrow(
      expect.objectContaining({ code: 'not_deterministic', message: expect.stringContaining('dispatches[0].data') }),
    )
  })

  it('finds a difference in the error of a rule that throws', () => {
    const game = pond(() => {
      throw new Error(`the ${calls++}th`)
    })
    expect(() => syncTest(game, { seed: 1 })).toThrow('failures[0].error')
  })

  it('finds no difference in random numbers, in the client of a rule and in the host client', () => {
    const game = defineGame({
      initialState: () => ({ log: [] as string[] }),
      onJoin: (state, ctx) => void state.log.push(`${ctx.client.id} ${ctx.client.isHost} ${ctx.random()}`),
      events: (on) => ({ roll: on((_state, _data, ctx) => [ctx.client.isHost, ctx.random()]) }),
    })
    let answers = 0
    syncTest(game, {
      ticks: 3,
      seed: 1,
      script: (tick, _random, { log }) => {
        if (tick === 2) expect(log.map((line) => line.slice(0, 7))).toEqual(['a true ', 'b false'])
        answers++
        return tick === 1
          ? [
              { clientId: 'a', joins: true },
              { clientId: 'b', joins: true },
            ]
          : [{ clientId: 'b', name: 'roll' }]
      },
    })
    expect(answers).toBe(3)
  })

  it('names the tick, its inputs and the command that repeats it', () => {
    const game = pond(
      () => {},
      (state) => {
        state.weather.wind = calls++
      },
    )
    const script = (tick: number): Inputs<typeof game> =>
      tick === 42 ? [{ clientId: 'a', name: 'jump', data: 1 }] : []
    expect(() => syncTest(game, { seed: 8, script })).toThrow(
      /^tick 42 .*\n {2}its inputs: 'jump' from 'a'\n {2}seed 8; again: SEED=\d+ npx vitest run \S*sync-test\.test\.ts$/,
    )
  })

  it.each<[string, object, string]>([
    ['an unknown option', { tick: 3 }, "syncTest has no option 'tick'; it has ticks, seed, script, command"],
    ['a script that is no function', { script: [] }, 'the option script of syncTest is a function'],
    ['a script without a list', { script: () => undefined }, 'the script of tick 1 returns no list'],
    ['an event that the game does not have', { script: () => [{ clientId: 'a', name: 'jmp' }] }, "event 'jmp' of 'a'"],
    ['an input that does nothing', { script: () => [{ clientId: 'a' }] }, 'an input that does nothing'],
    ['an input without a client', { script: () => [{ name: 'jump' }] }, 'without clientId'],
    ['a misspelled input', { script: () => [{ clientId: 'a', join: true }] }, "no option 'join'"],
  ])('refuses %s', (_, options, message) => {
    const wrong = expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(message) })
    expect(() =>
      syncTest(
        pond(() => {}),
        options,
      ),
    ).toThrow(wrong)
  })

  it('refuses a value that is no game', () => {
    expect(() => syncTest({} as never)).toThrow('the first argument of syncTest is a game')
  })

  it.each([{ ticks: 0 }, { ticks: 1.5 }, { seed: -1 }])('refuses %j', (options) => {
    expect(() => syncTest(hall, options)).toThrow('is a whole number from')
  })
})
