import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { z } from 'zod'

/** A count that is not a part of the state: a rule that reads it is not pure. */
export const outside = { count: 0 }

export interface Bank {
  accounts: EntityMap<{ gold: number; bought: number }>
  total: number
  /** What an impure rule has made. */
  odd: number
}

/** A game whose events change one number each. @param step what each tick adds to `total` */
export const bankOf = (version = 1, step = 0) =>
  defineGame({
    version,
    tickRate: 20,
    initialState: (): Bank => ({ accounts: new EntityMap(), total: 0, odd: 0 }),
    serverEvents: { paid: event<{ gold: number }>() },
    presence: z.object({ x: z.number() }),
    onJoin: (state, ctx) => {
      state.accounts.set(ctx.client.id, { gold: 0, bought: 0 })
      ctx.dispatch('paid', { gold: 0 })
    },
    onLeave: (state, ctx) => void state.accounts.delete(ctx.client.id),
    timeStep: (state) => {
      if (step !== 0) state.total += step
    },
    events: (on) => ({
      pay: on(z.object({ gold: z.number() }), (state, { gold }, ctx) => {
        state.accounts.edit(ctx.client.id).gold += gold
        state.total += gold
        ctx.dispatch('paid', { gold })
        return state.total
      }),
      buy: on(z.object({ item: z.string() }), (state, _, ctx) => {
        state.accounts.edit(ctx.client.id).bought++
      }),
      guess: on((state) => {
        state.odd += 1 + outside.count++
      }),
    }),
  })

export const bank = bankOf()
