/** The colours of players; the index is the number in the game. */
const bodies = [
  '#54d2ff',
  '#ff9f5a',
  '#5fe3a1',
  '#ff7fb6',
  '#ffd84f',
  '#9d8bff',
  '#b9ea52',
  '#3fd6c5',
  '#ffb9a3',
  '#7fa2ff',
  '#e79bff',
  '#e8dcb0',
]

/** The colour of a number off the wire; the first colour for an unknown number. */
export function bodyColour(colour: number): string {
  return bodies[colour] ?? bodies[0]!
}

/** Colours of the field and of text on it. */
export const colours = {
  dark: '#0a0e19',
  lit: '#2a3a5c',
  litFar: '#141d31',
  grid: 'rgba(148, 184, 255, 0.08)',
  wallTop: '#42547a',
  wallSide: '#1d2740',
  wallEdge: 'rgba(190, 214, 255, 0.4)',
  edge: 'rgba(148, 184, 255, 0.32)',
  med: '#5fe3a1',
  charge: '#b48cff',
  hit: '#ffe28a',
  danger: '#ff5d6c',
  text: '#eef4ff',
  textEdge: 'rgba(5, 8, 15, 0.85)',
} as const

export const fontFamily = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif'
