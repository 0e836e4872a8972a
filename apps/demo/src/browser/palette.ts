/** A colour for players. Its index in the list is its number in the game. */
export interface PlayerColour {
  name: string
  /** `#rrggbb` */
  body: string
}

/** Colours that differ well on the dark floor. None is close to the red of *it*. */
export const playerColours: readonly PlayerColour[] = [
  { name: 'Sky', body: '#5cc8ff' },
  { name: 'Mint', body: '#4fe3a4' },
  { name: 'Sun', body: '#ffd35c' },
  { name: 'Violet', body: '#a48bff' },
  { name: 'Pink', body: '#ff8fcb' },
  { name: 'Lime', body: '#bfe84a' },
  { name: 'Teal', body: '#2fd0c4' },
  { name: 'Peach', body: '#ffb287' },
  { name: 'Blue', body: '#6d8bff' },
  { name: 'Orchid', body: '#dc9bff' },
  { name: 'Sand', body: '#e6d5a8' },
  { name: 'Ice', body: '#cdeeff' },
]

/** Colours of the floor, of *it*, and of text on the canvas: the same as in style.css. */
export const sceneColours = {
  floorLight: '#1e2547',
  floorDark: '#11152c',
  grid: 'rgba(160, 178, 255, 0.07)',
  wall: 'rgba(160, 178, 255, 0.28)',
  it: '#ff5a45',
  safe: '#8ef0ff',
  text: '#f2f4ff',
  textEdge: 'rgba(8, 10, 22, 0.85)',
} as const

/** The colour of a number off the wire; the first colour for an unknown number. */
export function bodyColour(colour: number): string {
  return (playerColours[colour] ?? playerColours[0]!).body
}
