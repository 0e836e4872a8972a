import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { anything } from './anything.js'

export interface Guest {
  x: number
  steps: number
}

export interface Hall {
  guests: EntityMap<Guest>
  clock: { seconds: number }
  said: string[]
}

/** A small game with rows, plain state, time, chance, events both ways, answers and refusals. */
export const hall = defineGame({
  initialState: (): Hall => ({ guests: new EntityMap<Guest>(), clock: { seconds: 0 }, said: [] }),
  tickRate: 20,
  precision: { guests: { x: 0.01 } },
  serverEvents: { heard: event<{ text: string; by: string }>(), bell: event<number>() },
  timeStep: (state, dt) => {
    state.clock.seconds += dt
  },
  events: (on) => ({
    walk: on(anything<number>(), (state, distance, ctx) => {
      const me = state.guests.edit(ctx.client.id)
      me.x += distance + ctx.random() / 1000
      me.steps++
      return me.steps
    }),
    say: on(anything<string>(), (state, text, ctx) => {
      if (text === '') return ctx.reject('nothing_said', 'there is nothing to say')
      state.said = [...state.said.slice(-9), text]
      ctx.dispatch('heard', { text, by: ctx.client.id }, { to: { except: ctx.client.id } })
    }),
  }),
  onJoin: (state, ctx) => {
    state.guests.set(ctx.client.id, { x: 0, steps: 0 })
  },
  onLeave: (state, ctx) => {
    state.guests.delete(ctx.client.id)
  },
})
