import { defineGame, EntityMap } from '@tygase/gamestate'
import { z } from 'zod'

interface Table {
  phase: 'waiting' | 'playing' | 'over'
  /** All clients, in the order of their joins. */
  seats: string[]
  order: string[]
  /** The player that plays next. */
  turn: string
  hands: EntityMap<{ cards: number[] }>
  deck: number[]
  table: { by: string; card: number }[]
  counts: Record<string, number>
  tricks: Record<string, number>
}

const handSize = 3

export const game = defineGame({
  initialState: (): Table => ({
    phase: 'waiting',
    seats: [],
    order: [],
    turn: '',
    hands: new EntityMap(),
    deck: [],
    table: [],
    counts: {},
    tricks: {},
  }),
  onJoin: (state, ctx) => void state.seats.push(ctx.client.id),
  onLeave(state, ctx) {
    state.seats = state.seats.filter((id) => id !== ctx.client.id)
    if (state.order.includes(ctx.client.id)) clear(state)
  },
  events: (on) => ({
    deal: on((state, _, ctx) => {
      if (!ctx.client.isHost) return ctx.reject('not_host', 'only the host deals')
      if (state.phase === 'playing') return ctx.reject('playing', 'a round runs')
      if (state.seats.length < 2) return ctx.reject('too_few', 'it takes two')
      if (state.seats.length > 4) return ctx.reject('too_many', 'four may play')
      clear(state)
      const deck = shuffled(ctx.random)
      state.order = [...state.seats]
      for (const id of state.order) {
        state.hands.set(id, { cards: deck.splice(0, handSize) })
        state.counts[id] = handSize
        state.tricks[id] = 0
      }
      state.deck = deck
      state.turn = state.order[0]!
      state.phase = 'playing'
    }),
    play: on(z.object({ card: z.int() }), (state, { card }, ctx) => {
      const { id } = ctx.client
      if (state.phase !== 'playing' || !state.order.includes(id)) return ctx.reject('not_playing', 'no round of yours')
      if (state.turn !== id) return ctx.reject('not_your_turn', 'wait for your turn')
      const hand = state.hands.edit(id)
      const place = hand.cards.indexOf(card)
      if (place < 0) return ctx.reject('not_yours', 'you do not hold that card')
      hand.cards.splice(place, 1)
      state.counts[id] = hand.cards.length
      state.table.push({ by: id, card })
      state.turn = state.order[(state.order.indexOf(id) + 1) % state.order.length]!
      if (state.table.length < state.order.length) return
      const winner = state.table.reduce((best, played) => (played.card > best.card ? played : best)).by
      state.tricks[winner] = (state.tricks[winner] ?? 0) + 1
      state.turn = winner
      state.table = []
      if (Object.values(state.counts).every((count) => count === 0)) state.phase = 'over'
    }),
  }),
  view: (state, clientId) => ({ ...state, deck: [], hands: state.hands.filter((_, id) => id === clientId) }),
})

function clear(state: Table): void {
  for (const id of state.order) {
    delete state.counts[id]
    delete state.tricks[id]
    if (state.hands.has(id)) state.hands.delete(id)
  }
  Object.assign(state, { phase: 'waiting', order: [], turn: '', deck: [], table: [] })
}

function shuffled(random: () => number): number[] {
  const cards = Array.from({ length: 20 }, (_, index) => index + 1)
  for (let last = cards.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const card = cards[last]!
    cards[last] = cards[other]!
    cards[other] = card
  }
  return cards
}
