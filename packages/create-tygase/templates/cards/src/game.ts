// The rules: run by the server. Each page sees its own hand and nothing of the others: see `view` at the end.
import { defineGame, EntityMap } from '@tygase/gamestate'
import * as z from 'zod/mini'
import { type Card, fits, isOnTurn, ranks, suits } from './cards.js'

export const mostPlayers = 5
const cardsAtFirst = 5

export interface Seat {
  name: string
  /** How many cards the player holds. */
  cards: number
  wins: number
}

export interface Table {
  phase: 'waiting' | 'playing' | 'over'
  /** Ids of the players of this round, in the order of their turns. */
  order: string[]
  /** Place in `order`. */
  turn: number
  /** True if the player has drawn in this turn, and may pass. */
  hasDrawn: boolean
  winner: string | null
  pile: Card[]
  deck: Card[]
  seats: EntityMap<Seat>
  hands: EntityMap<{ cards: Card[] }>
}

export const game = defineGame({
  initialState: (): Table => ({
    phase: 'waiting',
    order: [],
    turn: 0,
    hasDrawn: false,
    winner: null,
    pile: [],
    deck: [],
    seats: new EntityMap(),
    hands: new EntityMap(),
  }),
  tickRate: 10,
  joinData: z.object({ name: z.string().check(z.minLength(1), z.maxLength(16)) }),

  onJoin(state, ctx) {
    if (state.seats.size >= mostPlayers) return ctx.reject('full', 'all seats are taken')
    state.seats.set(ctx.client.id, { name: ctx.client.data.name, cards: 0, wins: 0 })
  },

  onLeave(state, ctx) {
    const { id } = ctx.client
    state.seats.delete(id)
    state.hands.delete(id)
    const place = state.order.indexOf(id)
    if (place < 0) return
    state.order.splice(place, 1)
    if (place < state.turn) state.turn--
    if (state.turn >= state.order.length) state.turn = 0
    state.hasDrawn = false
    if (state.phase === 'playing' && state.order.length < 2) end(state, state.order[0])
  },

  events: (on) => ({
    /** The host deals, for all who are here. */
    deal: on((state, _, ctx) => {
      if (!ctx.client.isHost) return ctx.reject('not_host', 'only the host deals')
      if (state.phase === 'playing') return ctx.reject('playing', 'a round is on')
      if (state.seats.size < 2) return ctx.reject('alone', 'it takes two: open a second tab')
      state.deck = shuffled(ctx.random)
      state.order = [...state.seats.keys()].map(String)
      for (const id of state.order) {
        state.hands.set(id, { cards: state.deck.splice(-cardsAtFirst) })
        state.seats.edit(id).cards = cardsAtFirst
      }
      state.pile = state.deck.splice(-1)
      Object.assign(state, {
        phase: 'playing',
        turn: Math.floor(ctx.random() * state.order.length),
        hasDrawn: false,
        winner: null,
      })
    }),

    play: on(z.object({ suit: z.enum(suits), rank: z.enum(ranks) }), (state, card, ctx) => {
      const { id } = ctx.client
      if (!isOnTurn(state, id)) return ctx.reject('not_your_turn')
      const hand = state.hands.edit(id)
      const place = hand.cards.findIndex(({ suit, rank }) => suit === card.suit && rank === card.rank)
      if (place < 0) return ctx.reject('not_yours', 'that card is not in your hand')
      if (!fits(card, state.pile.at(-1))) return ctx.reject('does_not_fit', 'neither suit nor rank is the same')
      hand.cards.splice(place, 1)
      state.pile.push(card)
      state.seats.edit(id).cards = hand.cards.length
      if (hand.cards.length === 0) end(state, id)
      else next(state)
    }),

    draw: on((state, _, ctx) => {
      const { id } = ctx.client
      if (!isOnTurn(state, id)) return ctx.reject('not_your_turn')
      if (state.hasDrawn) return ctx.reject('drawn', 'one card a turn')
      // the pile is shuffled again, all but its top
      if (state.deck.length === 0) state.deck = shuffled(ctx.random, state.pile.splice(0, state.pile.length - 1))
      const card = state.deck.pop()
      if (card !== undefined) {
        const hand = state.hands.edit(id)
        hand.cards.push(card)
        state.seats.edit(id).cards = hand.cards.length
      }
      state.hasDrawn = true
    }),

    pass: on((state, _, ctx) => {
      if (!isOnTurn(state, ctx.client.id)) return ctx.reject('not_your_turn')
      if (!state.hasDrawn) return ctx.reject('draw_first', 'draw a card first')
      next(state)
    }),
  }),

  // what a client is sent: all but the deck, the cards below the top, and the hands of the others
  view: (state, clientId) => ({
    ...state,
    deck: [],
    pile: state.pile.slice(-1),
    hands: state.hands.filter((_, id) => id === clientId),
  }),
})

function next(state: Table): void {
  state.turn = (state.turn + 1) % state.order.length
  state.hasDrawn = false
}

function end(state: Table, winner: string | undefined): void {
  state.phase = 'over'
  state.winner = winner ?? null
  if (winner !== undefined) state.seats.edit(winner).wins++
}

function shuffled(
  random: () => number,
  cards: Card[] = suits.flatMap((suit) => ranks.map((rank) => ({ suit, rank }))),
): Card[] {
  const left = cards.map((card) => ({ ...card }))
  for (let i = left.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1))
    const card = left[i]!
    left[i] = left[other]!
    left[other] = card
  }
  return left
}
