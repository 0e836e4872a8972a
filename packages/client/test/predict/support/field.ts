import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { schemaOf } from '../../support/schema.js'

interface Walker {
  x: number
  vx: number
  hits: number
}

export interface Field {
  walkers: EntityMap<Walker>
  stones: EntityMap<{ x: number; left: number }>
  said: string[]
}

const kept: object[] = []

const withNumber = schemaOf((value): value is { n: number } => typeof (value as { n?: unknown } | null)?.n === 'number')

const words = schemaOf((value): value is { list: number[] } =>
  Array.isArray((value as { list?: unknown } | null)?.list),
)

/**
 * A game of whole numbers, so that nothing is lost by rounding. Its rules do all that a prediction has to live with: they fail,
 * reject, return promises, draw random numbers, change their data and keep it.
 */
export const field = defineGame({
  initialState: (): Field => ({ walkers: new EntityMap<Walker>(), stones: new EntityMap(), said: [] }),
  tickRate: 30,
  onJoin: (state, ctx) => void state.walkers.set(ctx.client.id, { x: 0, vx: 0, hits: 0 }),
  onLeave: (state, ctx) => void state.walkers.delete(ctx.client.id),
  timeStep(state) {
    for (const [id, walker] of state.walkers) if (walker.vx !== 0) state.walkers.edit(id).x += walker.vx
    for (const [id, stone] of state.stones) {
      if (stone.left > 0) state.stones.edit(id).left--
      else state.stones.delete(id)
    }
  },
  serverEvents: {
    stepped: event<{ n: number }>({ predict: true }),
    whispered: event<string>({ predict: true }),
    unpredicted: event<number>(),
  },
  events: (on) => ({
    steer: on(withNumber, (state, { n }, ctx) => {
      state.walkers.edit(ctx.client.id).vx = n
    }),
    /** Not idempotent. */
    dash: on(withNumber, (state, { n }, ctx) => {
      state.walkers.edit(ctx.client.id).x += n
      ctx.dispatch('stepped', { n })
      ctx.dispatch('unpredicted', n)
      ctx.dispatch('whispered', `dash ${n}`, { to: ctx.client.id })
    }),
    drop: on((state, _, ctx) => {
      const { x } = state.walkers.get(ctx.client.id)!
      state.stones.set(ctx.newId(), { x, left: 40 })
    }),
    take: on((state, _, ctx) => {
      const [first] = state.stones.keys()
      if (first === undefined) return ctx.reject('no_stone')
      state.stones.delete(first)
      ctx.dispatch('stepped', { n: 0 })
    }),
    say: on(words, (state, words, ctx) => {
      // a rule may change its data, and keep it
      words.list.push(words.list.length)
      kept.push(words)
      state.said = [...state.said.slice(-5), `${ctx.client.id}: ${words.list.join()}`]
    }),
    fail: on((state, _, ctx) => {
      state.walkers.edit(ctx.client.id).x += 1000
      throw new Error('this rule fails')
    }),
    gamble: on((state, _, ctx) => {
      state.walkers.edit(ctx.client.id).x += Math.floor(ctx.random() * 100)
    }),
    throwDice: on(
      (state, _, ctx) => {
        state.walkers.edit(ctx.client.id).x += 1 + Math.floor(ctx.random() * 6)
      },
      { random: 'own' },
    ),
    halfSecret: on((state, _, ctx) => {
      state.walkers.edit(ctx.client.id).hits++
      ctx.serverOnly()
      state.walkers.edit(ctx.client.id).hits += 10
    }),
    slowly: on(
      (state, _, ctx) => {
        state.walkers.edit(ctx.client.id).x += 7
      },
      { predict: false },
    ),
  }),
})

/** Events that a client predicts to the bit, by name, with data. */
export const exactEvents: readonly (readonly [name: string, data?: unknown])[] = [
  ['steer', { n: 3 }],
  ['steer', { n: -2 }],
  ['steer', { n: 0 }],
  ['dash', { n: 40 }],
  ['dash', { n: 9 }],
  ['drop'],
  ['take'],
  ['say', { list: [1, 2] }],
  ['throwDice'],
  ['fail'],
]

/** Events that the server may end otherwise. */
export const otherEvents: readonly (readonly [name: string, data?: unknown])[] = [
  ['gamble'],
  ['halfSecret'],
  ['slowly'],
  ['steer', { n: 'no number' }],
]
