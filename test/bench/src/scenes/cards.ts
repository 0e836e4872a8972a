import type { Scene, Tick } from '../scene.js'
import { drawInteger, drawName } from './draw.js'

interface Seat {
  name: string
  score: number
  hand: number[]
}

interface Table {
  round: number
  turn: number
  deck: number[]
  pile: number[]
  seats: Seat[]
}

const seatCount = 4
const dealt = 7
const cardCount = 104

function drawCard(seat: number): Tick<Table> {
  return {
    changes: 2,
    play({ deck, seats }) {
      seats[seat]!.hand.push(deck.pop()!)
    },
  }
}

function playCard(seat: number, place: number, points: number): Tick<Table> {
  return {
    changes: 2,
    play({ pile, seats }) {
      const { hand } = seats[seat]!
      pile.push(hand[place]!)
      hand.splice(place, 1)
      if (points > 0) seats[seat]!.score += points
    },
  }
}

function passTurn(turn: number): Tick<Table> {
  return {
    changes: 1,
    play(table) {
      table.turn = turn
    },
  }
}

/** The pile, shuffled, becomes the deck: the one large change, once in some 200 ticks. */
function shuffle(cards: readonly number[]): Tick<Table> {
  return {
    changes: cards.length,
    play(table) {
      table.round++
      table.pile.length = 0
      for (const card of cards) table.deck.push(card)
    },
  }
}

export const cards: Scene<Table> = {
  name: 'cards',
  about: 'a plain tree of deck, pile, hands and turn; one or two small changes a tick',
  ticksPerRound: 300,
  begin(random) {
    const deck = shuffled(
      random,
      Array.from({ length: cardCount }, (_, index) => index),
    )
    const pile: number[] = []
    const hands = Array.from({ length: seatCount }, () => deck.splice(-dealt))
    let turn = 0
    let phase = 0
    return {
      initialState: () => ({
        round: 1,
        turn: 0,
        deck: [...deck],
        pile: [],
        seats: hands.map((hand) => ({ name: drawName(random), score: 0, hand: [...hand] })),
      }),
      next: () => {
        phase = (phase + 1) % 3
        if (phase === 0) {
          turn = (turn + 1) % seatCount
          return passTurn(turn)
        }
        const hand = hands[turn]!
        if (phase === 1) {
          if (deck.length === 0) {
            deck.push(...shuffled(random, pile.splice(0)))
            phase = 0
            return shuffle([...deck])
          }
          hand.push(deck.pop()!)
          return drawCard(turn)
        }
        const place = drawInteger(random, hand.length)
        pile.push(...hand.splice(place, 1))
        return playCard(turn, place, random() < 0.2 ? 5 : 0)
      },
    }
  },
}

function shuffled(random: () => number, cards: readonly number[]): number[] {
  const order = [...cards]
  for (let index = order.length - 1; index > 0; index--) {
    const other = drawInteger(random, index + 1)
    const card = order[index]!
    order[index] = order[other]!
    order[other] = card
  }
  return order
}
