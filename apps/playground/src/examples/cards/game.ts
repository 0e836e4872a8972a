// Cards with secrets: `view` at the end says what a client is sent. Nobody gets the deck, or the hand of another player.
import { defineGame, EntityMap } from '@tygase/gamestate'
import * as z from 'zod/mini'

const suits = ['♠', '♥', '♦', '♣'] as const
const ranks = ['7', '8', '9', '10', 'J', 'Q', 'K', 'A'] as const
export interface Card {
  suit: (typeof suits)[number]
  rank: (typeof ranks)[number]
}

export interface Table {
  phase: 'waiting' | 'playing' | 'over'
  /** Ids of the players, in the order of their turns. */
  order: string[]
  /** Place in `order`. */
  turn: number
  hasDrawn: boolean
  winner: string
  pile: Card[]
  deck: Card[]
  /** How many cards each player holds, for all to see. */
  counts: Record<string, number>
  hands: EntityMap<{ cards: Card[] }>
}

/** A card goes on another one of its suit or rank. A jack goes on anything. */
export function fits(card: Card, top: Card | undefined): boolean {
  return top === undefined || card.suit === top.suit || card.rank === top.rank || card.rank === 'J'
}

export const cards = defineGame({
  initialState: (): Table => ({
    phase: 'waiting',
    order: [],
    turn: 0,
    hasDrawn: false,
    winner: '',
    pile: [],
    deck: [],
    counts: {},
    hands: new EntityMap(),
  }),
  tickRate: 10,

  onJoin(state, ctx) {
    state.counts[ctx.client.id] = 0
  },

  onLeave(state, ctx) {
    const { id } = ctx.client
    delete state.counts[id]
    state.hands.delete(id)
    state.order = state.order.filter((other) => other !== id)
    state.turn = 0
  },

  events: (on) => ({
    deal: on((state, _, ctx) => {
      if (!ctx.client.isHost) return ctx.reject('not_host', 'only the host deals')
      if (state.phase === 'playing') return ctx.reject('playing', 'a round is on')
      state.deck = shuffled(
        ctx.random,
        suits.flatMap((suit) => ranks.map((rank) => ({ suit, rank }))),
      )
      state.order = Object.keys(state.counts)
      for (const id of state.order) {
        state.hands.set(id, { cards: state.deck.splice(-5) })
        state.counts[id] = 5
      }
      state.pile = state.deck.splice(-1)
      const turn = Math.floor(ctx.random() * state.order.length)
      Object.assign(state, { phase: 'playing', turn, hasDrawn: false, winner: '' })
    }),

    play: on(z.object({ suit: z.enum(suits), rank: z.enum(ranks) }), (state, card, ctx) => {
      const { id } = ctx.client
      if (!isOnTurn(state, id)) return ctx.reject('not_your_turn', 'it is not your turn')
      const hand = state.hands.edit(id)
      const place = hand.cards.findIndex(({ suit, rank }) => suit === card.suit && rank === card.rank)
      if (place < 0) return ctx.reject('not_yours', 'that card is not in your hand')
      if (!fits(card, state.pile.at(-1))) return ctx.reject('does_not_fit', 'neither suit nor rank is the same')
      hand.cards.splice(place, 1)
      state.pile.push(card)
      state.counts[id] = hand.cards.length
      if (hand.cards.length === 0) Object.assign(state, { phase: 'over', winner: id })
      else next(state)
    }),

    draw: on((state, _, ctx) => {
      const { id } = ctx.client
      if (!isOnTurn(state, id)) return ctx.reject('not_your_turn', 'it is not your turn')
      if (state.hasDrawn) return next(state) // one card a turn: the second time it is a pass
      // the pile is shuffled again, all but its top
      if (state.deck.length === 0) state.deck = shuffled(ctx.random, state.pile.splice(0, state.pile.length - 1))
      const card = state.deck.pop()
      if (card !== undefined) {
        const hand = state.hands.edit(id)
        hand.cards.push(card)
        state.counts[id] = hand.cards.length
      }
      state.hasDrawn = true
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

export function isOnTurn(state: { phase: string; order: readonly string[]; turn: number }, id: string): boolean {
  return state.phase === 'playing' && state.order[state.turn] === id
}

function next(state: Table): void {
  state.turn = (state.turn + 1) % state.order.length
  state.hasDrawn = false
}

function shuffled(random: () => number, deck: Card[]): Card[] {
  const left = deck.map((card) => ({ ...card }))
  for (let i = left.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1))
    const card = left[i]!
    left[i] = left[other]!
    left[other] = card
  }
  return left
}
