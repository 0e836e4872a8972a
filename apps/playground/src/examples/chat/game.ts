// Chat: lines are in the state. Cursors and "is typing" are presence: the newest value of each client, and nothing to keep.
import { defineGame, EntityMap } from '@tygase/gamestate'
import * as z from 'zod/mini'

export const [width, height] = [1600, 1000]
export const maxLetters = 34
const maxLines = 7
const pauseSeconds = 1

export interface Line {
  from: string
  name: string
  text: string
  /** Game time. */
  at: number
}

export const chat = defineGame({
  initialState: () => ({ here: new EntityMap<{ name: string }>(), lines: [] as Line[] }),
  tickRate: 10,

  // each client says who it is when it joins
  joinData: z.object({ name: z.string().check(z.minLength(1), z.maxLength(12)) }),
  // what each client shows of itself: no version of the state is made for it
  presence: z.object({ x: z.number(), y: z.number(), isTyping: z.boolean() }),

  onJoin: (state, ctx) => void state.here.set(ctx.client.id, { name: ctx.client.data.name }),
  onLeave: (state, ctx) => void state.here.delete(ctx.client.id),

  events: (on) => ({
    say: on(z.object({ text: z.string().check(z.minLength(1), z.maxLength(maxLetters)) }), (state, { text }, ctx) => {
      const before = state.lines.findLast(({ from }) => from === ctx.client.id)
      if (before && ctx.time < before.at + pauseSeconds) return ctx.reject('too_fast', 'one line a second')
      state.lines.push({ from: ctx.client.id, name: ctx.client.data.name, text, at: ctx.time })
      if (state.lines.length > maxLines) state.lines.shift()
    }),
  }),
})
