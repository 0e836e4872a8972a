import { defineGame, EntityMap, event } from '@tygase/gamestate'
import type { Room } from '@tygase/server'
import { z } from 'zod'

interface Seat {
  /** The name of its room. */
  room: string
  x: number
  /** Moves carry numbers from 1 on and are retried until they are handled. */
  moves: number
  last: number
  outOfTurn: number
}

export interface Table {
  room: string
  /** How often a room of this name was made, by its saved state. */
  makings: number
  /** The moves of all guests that ever sat here. */
  moves: number
  /** Events that were meant for another room. */
  strays: string[]
  seats: EntityMap<Seat>
  /** Each guest sees only its own hand. */
  hands: EntityMap<{ room: string; card: number }>
  said: { room: string; number: number }[]
}

const note = z.object({ room: z.string(), number: z.int() })

export type Note = z.infer<typeof note>

/** A small game for many rooms at once: everything in it carries the name of its room. */
export const table = defineGame({
  initialState: (): Table => ({
    room: '',
    makings: 0,
    moves: 0,
    strays: [],
    seats: new EntityMap<Seat>(),
    hands: new EntityMap<{ room: string; card: number }>(),
    said: [],
  }),
  tickRate: 10,
  precision: { seats: { x: 0.01 } },
  serverEvents: { news: event<Note>(), heard: event<Note>() },
  view: (state, clientId) => ({ ...state, hands: state.hands.filter((_hand, id) => id === clientId) }),
  timeStep: ({ seats, hands }, _dt, ctx) => {
    if (ctx.tick % 3 === 0) {
      seats.editEach((seat) => {
        seat.x += ctx.random() - 0.5
      })
    }
    if (ctx.tick % 15 === 0) {
      hands.editEach((hand) => {
        hand.card = Math.floor(ctx.random() * 52)
      })
    }
  },
  events: (on) => ({
    move: on(note, (state, { room, number }, ctx) => {
      if (room !== state.room) state.strays.push(room)
      const seat = state.seats.edit(ctx.client.id)
      if (number <= seat.last) seat.outOfTurn++
      seat.last = number
      state.moves++
      return ++seat.moves
    }),
    say: on(note, (state, words, ctx) => {
      if (words.room !== state.room) state.strays.push(words.room)
      state.said = [...state.said.slice(-4), words]
      ctx.dispatch('heard', words, { to: { except: ctx.client.id } })
    }),
  }),
  onJoin: (state, ctx) => {
    const { room } = state
    state.seats.set(ctx.client.id, { room, x: 0, moves: 0, last: 0, outOfTurn: 0 })
    state.hands.set(ctx.client.id, { room, card: 0 })
  },
  onLeave: (state, ctx) => {
    state.seats.delete(ctx.client.id)
    state.hands.delete(ctx.client.id)
  },
})

/**
 * The name of a room in states and events. The sign at its end keeps its text from being packed, so that a test finds it in the
 * bytes of packets.
 */
export const nameOf = ({ key }: { readonly key: string }): string => `${key}✓`

/** For `onCreate`: gives the room its name, and removes the guests of a saved state. */
export function layTable(room: Room<typeof table>): void {
  const { store, channels } = room
  const makings = store.state.makings + 1
  const state = {
    ...store.state,
    room: nameOf(room),
    makings,
    seats: new EntityMap<Seat>(),
    hands: new EntityMap<never>(),
  }
  store.reset(state)
  channels.create('chat')
}
