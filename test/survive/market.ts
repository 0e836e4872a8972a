import { defineGame, EntityMap, event } from '@tygase/gamestate'
import * as z from 'zod'

interface Person {
  /** Purchases so far. */
  bought: number
  /** The number that the client gave the last one. */
  last: number
  /** True while each purchase had a higher number than the one before. */
  isOrdered: boolean
  x: number
  vx: number
}

const numbered = z.object({ n: z.int() })

/** A market in which nothing may be bought twice, and nothing may get lost. */
export const market = defineGame({
  version: 1,
  tickRate: 20,
  initialState: () => ({ joins: 0, leaves: 0, sold: 0, people: new EntityMap<Person>() }),
  onJoin(state, ctx) {
    state.joins++
    state.people.set(ctx.client.id, { bought: 0, last: 0, isOrdered: true, x: 0, vx: 1 })
  },
  onLeave: (state) => void state.leaves++,
  serverEvents: { said: event<{ by: string; n: number }>() },
  events: (on) => ({
    buy: on(numbered, (state, { n }, ctx) => {
      const person = state.people.edit(ctx.client.id)
      person.isOrdered = person.isOrdered && n > person.last
      person.last = n
      state.sold++
      return ++person.bought
    }),
    // code of the server answers it, and sends it on
    say: on(numbered, () => {}),
    steer: on(z.object({ vx: z.number() }), (state, { vx }, ctx) => {
      state.people.edit(ctx.client.id).vx = vx
    }),
  }),
  timeStep(state, dt, ctx) {
    state.people.editEach((person) => {
      person.x += person.vx * dt + (ctx.random() - 0.5) * 0.01
    })
  },
})
