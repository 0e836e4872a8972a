import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'

export interface Run {
  name: string
  points: number
}

export interface Climb {
  runs: EntityMap<Run>
  best: Run[]
}

const places = 10

export const game = defineGame({
  initialState: (): Climb => ({ runs: new EntityMap(), best: [] }),
  joinData: z.object({ name: z.string().min(1).max(16) }),
  onJoin: (state, ctx) => void state.runs.set(ctx.client.id, { name: ctx.client.data.name, points: 0 }),
  onLeave: (state, ctx) => void state.runs.delete(ctx.client.id),
  events: (on) => ({
    score: on(z.object({ points: z.int().min(1).max(100) }), (state, { points }, ctx) => {
      state.runs.edit(ctx.client.id).points += points
    }),
    finish: on((state, _, ctx) => {
      const run = state.runs.edit(ctx.client.id)
      if (run.points === 0) return ctx.reject('nothing', 'there is no point in that')
      const { name, points } = run
      run.points = 0
      const isOwn = (other: Run): boolean => other.name.toLowerCase() === name.toLowerCase()
      const before = state.best.find(isOwn)
      if (before !== undefined && before.points >= points) return { place: null }
      const others = state.best.filter((other) => !isOwn(other))
      const place = others.filter((other) => other.points >= points).length
      if (place >= places) return { place: null }
      state.best = [...others.slice(0, place), { name, points }, ...others.slice(place)].slice(0, places)
      return { place: place + 1 }
    }),
    clear: on(
      (state) => {
        state.best = []
      },
      { from: 'server' },
    ),
  }),
})
