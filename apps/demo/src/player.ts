/** A disc in the arena, and its line in the table. */
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
  /** The direction that its player steers in: a vector no longer than 1. */
  dx: number
  dy: number
  /** Time as *it*, in seconds. */
  itSeconds: number
  /** Times that it has passed *it* on. */
  tags: number
}
