/** The measures of the arena, in units of its own: the screen decides how many pixels a unit is. */
export const arena = {
  width: 1600,
  height: 900,
  /** Of every disc. Two discs touch when their centres are closer than two radii. */
  radius: 28,
} as const

/** Ticks a second. At 30, a press is on every screen within two frames of its tick, and a bot costs next to nothing. */
export const tickRate = 30

/** For so long after *it* has changed, no disc can be tagged: time to run, and no ping-pong between two. */
export const protectionSeconds = 3

/** A player who is *it* and stands still for so long is idle: *it* passes to another disc. */
export const idleSeconds = 5

/** More would not find room to run. */
export const maxPlayers = 48

/** How many colours a player can choose from; a colour is its number, each client has its own palette. */
export const colourCount = 12
