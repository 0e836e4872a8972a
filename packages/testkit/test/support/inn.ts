import { defineGame, EntityMap, event } from '@tygase/gamestate'
import type { RoomOptions } from '@tygase/server'
import { anything } from './anything.js'

/** A small game for rooms: everything in it carries the name of the room. */
export const inn = defineGame({
  initialState: () => ({ name: '', guests: new EntityMap<{ inn: string; drinks: number }>(), orders: 0 }),
  tickRate: 20,
  serverEvents: { toast: event<string>(), bell: event<string>() },
  timeStep: (state, _dt, ctx) => {
    if (ctx.tick % 5 === 0) state.guests.editEach((guest) => void guest.drinks--)
  },
  events: (on) => ({
    open: on(anything<string>(), (state, name) => {
      state.name = name
    }),
    order: on(anything<number>(), (state, drinks, ctx) => {
      state.guests.edit(ctx.client.id).drinks += drinks
      ctx.dispatch('toast', state.name, { to: { except: ctx.client.id } })
      return ++state.orders
    }),
    complain: on(anything<string>(), () => 'the rules have heard it'),
  }),
  onJoin: (state, ctx) => void state.guests.set(ctx.client.id, { inn: state.name, drinks: 0 }),
  onLeave: (state, ctx) => void state.guests.delete(ctx.client.id),
})

/** Rooms that know their name. */
export const named: RoomOptions<typeof inn> = { onCreate: (room) => room.pushEvent('open', room.key) }
