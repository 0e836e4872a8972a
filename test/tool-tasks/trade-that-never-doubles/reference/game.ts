import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'

const goods = ['wood', 'stone', 'gold'] as const
type Good = (typeof goods)[number]

interface Part {
  good: Good
  count: number
}

interface Offer {
  from: string
  to: string
  give: Part
  want: Part
}

interface Market {
  stocks: EntityMap<Record<Good, number>>
  offers: EntityMap<Offer>
}

const mostOffers = 5

const part = z.object({ good: z.enum(goods), count: z.int().min(1).max(10) })
const byId = z.object({ id: z.string() })

export const game = defineGame({
  initialState: (): Market => ({ stocks: new EntityMap(), offers: new EntityMap() }),
  onJoin: (state, ctx) => void state.stocks.set(ctx.client.id, { wood: 10, stone: 10, gold: 10 }),
  onLeave(state, ctx) {
    const { id } = ctx.client
    state.stocks.delete(id)
    for (const [key, { from, to }] of state.offers) if (from === id || to === id) state.offers.delete(key)
  },
  events: (on) => ({
    offer: on(z.object({ to: z.string(), give: part, want: part }), (state, { to, give, want }, ctx) => {
      const from = ctx.client.id
      if (!state.stocks.has(to)) return ctx.reject('unknown_player', 'there is no such player')
      if (to === from) return ctx.reject('not_yourself', 'a trade takes two')
      if (give.good === want.good) return ctx.reject('same_good', 'that would change nothing')
      if (state.stocks.get(from)![give.good] < give.count) return ctx.reject('too_poor', 'you have not enough')
      const own = [...state.offers.values()].filter((offer) => offer.from === from)
      if (own.length >= mostOffers) return ctx.reject('too_many', 'cancel another offer first')
      const id = ctx.newId()
      state.offers.set(id, { from, to, give, want })
      return { id }
    }),
    accept: on(byId, (state, { id }, ctx) => {
      const offer = state.offers.get(id)
      if (offer === undefined) return ctx.reject('unknown_offer', 'there is no such offer')
      const { from, to, give, want } = offer
      if (to !== ctx.client.id) return ctx.reject('not_yours', 'it was made to another player')
      const [giver, taker] = [state.stocks.edit(from), state.stocks.edit(to)]
      if (taker[want.good] < want.count) return ctx.reject('too_poor', 'you have not enough')
      if (giver[give.good] < give.count) return ctx.reject('gone', 'the other side has not enough any more')
      giver[give.good] -= give.count
      taker[give.good] += give.count
      taker[want.good] -= want.count
      giver[want.good] += want.count
      state.offers.delete(id)
    }),
    cancel: on(byId, (state, { id }, ctx) => {
      const offer = state.offers.get(id)
      if (offer === undefined) return ctx.reject('unknown_offer', 'there is no such offer')
      if (ctx.client.id !== offer.from && ctx.client.id !== offer.to) return ctx.reject('not_yours', 'it is not yours')
      state.offers.delete(id)
    }),
  }),
  view: (state, clientId) => ({
    ...state,
    offers: state.offers.filter(({ from, to }) => from === clientId || to === clientId),
  }),
})
