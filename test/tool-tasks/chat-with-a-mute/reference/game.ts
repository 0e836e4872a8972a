import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { z } from 'zod'

interface Member {
  name: string
  channels: string[]
  mutedUntil: number
  /** Game times of the last texts, the oldest first. */
  saidAt: number[]
}

const mostChannels = 3
const mostTexts = 5
const windowSeconds = 10

const channel = z.string().regex(/^[a-z]{1,16}$/)

export const game = defineGame({
  initialState: () => ({ members: new EntityMap<Member>() }),
  joinData: z.object({ name: z.string().min(1).max(16) }),
  onJoin(state, ctx) {
    state.members.set(ctx.client.id, { name: ctx.client.data.name, channels: [], mutedUntil: 0, saidAt: [] })
  },
  onLeave: (state, ctx) => void state.members.delete(ctx.client.id),
  serverEvents: { said: event<{ channel: string; from: string; name: string; text: string }>() },
  events: (on) => ({
    enter: on(z.object({ channel }), (state, data, ctx) => {
      const { channels } = state.members.edit(ctx.client.id)
      if (channels.includes(data.channel)) return
      if (channels.length >= mostChannels) return ctx.reject('too_many', 'three channels are enough')
      channels.push(data.channel)
    }),
    exit: on(z.object({ channel }), (state, data, ctx) => {
      const member = state.members.edit(ctx.client.id)
      member.channels = member.channels.filter((name) => name !== data.channel)
    }),
    say: on(z.object({ channel, text: z.string().trim().min(1).max(200) }), (state, data, ctx) => {
      const member = state.members.edit(ctx.client.id)
      if (!member.channels.includes(data.channel)) return ctx.reject('not_there', 'enter the channel first')
      if (ctx.time < member.mutedUntil) return ctx.reject('muted', 'you are muted')
      member.saidAt = member.saidAt.filter((time) => ctx.time - time < windowSeconds)
      if (member.saidAt.length >= mostTexts) return ctx.reject('too_fast', 'not so fast')
      member.saidAt.push(ctx.time)
      const to = [...state.members]
        .filter(([, { channels }]) => channels.includes(data.channel))
        .map(([id]) => String(id))
      ctx.dispatch('said', { ...data, from: ctx.client.id, name: member.name }, { to })
    }),
    mute: on(z.object({ id: z.string(), seconds: z.number().min(0).max(3600) }), (state, { id, seconds }, ctx) => {
      if (!ctx.client.isHost) return ctx.reject('not_host', 'only the host mutes')
      if (id === ctx.client.id) return ctx.reject('not_yourself', 'that would be a pity')
      if (!state.members.has(id)) return ctx.reject('unknown_member', 'there is no such member')
      state.members.edit(id).mutedUntil = seconds === 0 ? 0 : ctx.time + seconds
    }),
  }),
})
