import { defineGame, EntityMap } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { type ScriptedEvent, syncTest } from '../src/index.js'
import { anything } from './support/anything.js'
import { hall } from './support/hall.js'

interface Pond {
  frogs: EntityMap<{ x: number }>
  weather: { wind: number }
}

/** A game that does one thing in each tick, and one for each event. */
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

/** A game whose wind is what `read` gives. */
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
  it('finds nothing in rules that do the same each time', () => {
    syncTest(hall, {
      ticks: 300,
      seed: 3,
      script: (tick, random, state) => {
        const events: ScriptedEvent<typeof hall>[] = []
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
    expect(() => syncTest(game, { seed: 1 })).toThrow(`came out differently when it was made again, at ${path}: `)
  })

  it('finds what differs in an answer', () => {
    const game = pond(
      () => {},
      () => calls++,
    )
    const script = (): ScriptedEvent<typeof game>[] => [{ clientId: 'a', name: 'jump', data: 1 }]
    expect(() => syncTest(game, { seed: 1, script })).toThrow(
      /tick 1 .* at outcomes\[0\]\.value: .*\n {2}in it: 'jump' of 'a'/,
    )
  })

  it('finds what differs in a refusal', () => {
    const game = pond(
      () => {},
      (_state, _n, ctx) => (calls++ % 2 === 0 ? ctx.reject('even') : ctx.reject('odd')),
    )
    const script = (): ScriptedEvent<typeof game>[] => [{ clientId: 'a', name: 'jump', data: 1 }]
    expect(() => syncTest(game, { seed: 1, script })).toThrow('outcomes[0].code')
  })

  it('finds what differs in a dispatched event', () => {
    const game = defineGame({
      initialState: () => ({}),
      timeStep: (_state, _dt, ctx) => ctx.dispatch('told' as never, calls++ as never),
    })
    expect(() => syncTest(game, { seed: 1 })).toThrow(
      expect.objectContaining({ code: 'not_deterministic', message: expect.stringContaining('dispatches[0].data') }),
    )
  })

  it('says in which tick, with what, and how to see it again', () => {
    const game = pond(
      () => {},
      (state) => {
        state.weather.wind = calls++
      },
    )
    const script = (tick: number): ScriptedEvent<typeof game>[] =>
      tick === 42 ? [{ clientId: 'a', name: 'jump', data: 1 }] : []
    expect(() => syncTest(game, { seed: 8, script })).toThrow(
      /^tick 42 .*\n {2}in it: 'jump' of 'a'\n {2}seed 8; again: SEED=8 npx vitest run \S*sync-test\.test\.ts$/,
    )
  })

  it.each([{ ticks: 0 }, { ticks: 1.5 }, { seed: -1 }])('refuses %j', (options) => {
    expect(() => syncTest(hall, options)).toThrow('is a whole number from')
  })
})
