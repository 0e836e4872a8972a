// For rules and page. In a file of its own: a page that takes more than `game` from the rules is loaded again when you edit them.

export const suits = ['♠', '♥', '♦', '♣'] as const
export const ranks = ['7', '8', '9', '10', 'J', 'Q', 'K', 'A'] as const
export interface Card {
  suit: (typeof suits)[number]
  rank: (typeof ranks)[number]
}

/** A card goes on another one of its suit or rank. A jack goes on anything. */
export function fits(card: Card, top: Card | undefined): boolean {
  return top === undefined || card.suit === top.suit || card.rank === top.rank || card.rank === 'J'
}

export function isOnTurn(state: { phase: string; order: readonly string[]; turn: number }, id: string): boolean {
  return state.phase === 'playing' && state.order[state.turn] === id
}
