/** A disc in the arena, and what the table says of it. */
export interface Player {
  name: string
  /** 0 to `colourCount` - 1. */
  colour: number
  bot: boolean
  /** Centre, in units of the arena. */
  x: number
  y: number
  /** Units a second. */
  vx: number
  vy: number
  /** Where its player steers: a vector no longer than 1. */
  dx: number
  dy: number
  /** How long it has been *it*, in seconds. */
  itSeconds: number
  /** How often it has passed *it* on. */
  tags: number
}
