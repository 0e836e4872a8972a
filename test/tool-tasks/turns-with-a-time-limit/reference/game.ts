import { defineGame } from '@tygase/gamestate'
import { z } from 'zod'

interface Count {
  phase: 'waiting' | 'playing' | 'over'
  /** Clients that wait for the begin, in the order of their joins. */
  waiting: string[]
  order: string[]
  turn: number
  total: number
  endsAt: number
  missed: Record<string, number>
  winner: string | null
}

const players = 3
const turnSeconds = 5
const mostMissed = 2
const goal = 21

export const game = defineGame({
  initialState: (): Count => ({
    phase: 'waiting',
    waiting: [],
    order: [],
    turn: 0,
    total: 0,
    endsAt: 0,
    missed: {},
    winner: null,
  }),
  tickRate: 10,
  onJoin(state, ctx) {
    if (state.phase !== 'waiting') return
    state.waiting.push(ctx.client.id)
    if (state.waiting.length < players) return
    state.order = state.waiting
    state.waiting = []
    state.phase = 'playing'
    state.endsAt = ctx.time + turnSeconds
    for (const id of state.order) state.missed[id] = 0
  },
  onLeave(state, ctx) {
    state.waiting = state.waiting.filter((id) => id !== ctx.client.id)
    if (state.phase === 'playing') putOut(state, ctx.client.id, ctx.time)
  },
  events: (on) => ({
    add: on(z.object({ count: z.int().min(1).max(3) }), (state, { count }, ctx) => {
      const { id } = ctx.client
      if (state.phase !== 'playing' || !state.order.includes(id)) return ctx.reject('not_playing', 'you do not play')
      if (state.order[state.turn] !== id) return ctx.reject('not_your_turn', 'wait for your turn')
      state.total += count
      if (state.total >= goal) win(state, id)
      else pass(state, ctx.time)
    }),
  }),
  timeStep(state, _dt, ctx) {
    if (state.phase !== 'playing' || ctx.time < state.endsAt) return
    const id = state.order[state.turn]!
    const missed = (state.missed[id] ?? 0) + 1
    state.missed[id] = missed
    if (missed >= mostMissed) putOut(state, id, ctx.time)
    else pass(state, ctx.time)
  },
})

function pass(state: Count, time: number): void {
  state.turn = (state.turn + 1) % state.order.length
  state.endsAt = time + turnSeconds
}

function putOut(state: Count, id: string, time: number): void {
  const place = state.order.indexOf(id)
  if (place < 0) return
  state.order.splice(place, 1)
  if (state.order.length === 1) return win(state, state.order[0]!)
  if (place < state.turn) state.turn--
  else if (place === state.turn) {
    state.turn %= state.order.length
    state.endsAt = time + turnSeconds
  }
}

function win(state: Count, id: string): void {
  state.phase = 'over'
  state.winner = id
}
