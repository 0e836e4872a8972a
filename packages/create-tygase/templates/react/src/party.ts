// For rules and page. In a file of its own: a page that takes more than types from the rules is loaded again when you edit them.

export const mostPlayers = 8
export const leastPlayers = 2
export const rounds = 6
/** Cards that lie on the table. */
export const gridSize = 24

/** Seconds of each part of a round. */
export const seconds = { ready: 3, look: 12, shown: 3.5 } as const

/** Points of the first player who finds the card, the second … All others have one. */
export const points = [4, 3, 2] as const

export const shapes = ['star', 'heart', 'drop', 'square', 'ring', 'bolt'] as const
export const colours = ['red', 'orange', 'green', 'blue', 'violet', 'pink'] as const
export const cardCount = shapes.length * colours.length

/** A card is a number below `cardCount`. */
export function shapeOf(card: number): (typeof shapes)[number] {
  return shapes[card % shapes.length]!
}

export function colourOf(card: number): (typeof colours)[number] {
  return colours[Math.floor(card / shapes.length)]!
}

/** `green star` */
export function nameOf(card: number): string {
  return `${colourOf(card)} ${shapeOf(card)}`
}
