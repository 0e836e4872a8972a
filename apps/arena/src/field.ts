/** The measures of the arena, in units of its own: the screen decides how many pixels a unit is. */
export const field = { width: 1600, height: 1000 } as const

/** Ticks a second, in Hz. */
export const tickRate = 30

/** More would not find cover. Bots count. */
export const maxPlayers = 12

/** How many colours there are; a colour is its number, the page has a palette. */
export const colourCount = 12

/** Of a player's disc, in units. */
export const bodyRadius = 22
/** Units a second. */
export const runSpeed = 300

export const fullHealth = 100
/** Health that a hit takes, by whatever weapon. */
export const damage = 10

/** Ticks from one shot of the rifle to the next. */
export const shotTicks = 6
/** Widest angle between the aim and a shot of the rifle, in radians. */
export const spread = 0.02
/** Reach of the rifle, in units. */
export const range = 1100

/**
 * How far back a shot is judged by what the shooter saw, in ms. On a phone's network, the tick of a shot and the picture of
 * others are up to so far apart. A longer time lets aim count on worse networks, and hits players who are behind a wall already.
 */
export const rewindMs = 600

/** Ticks from one volley of orbs to the next. */
export const volleyTicks = 20
/** Angles of the orbs of a volley beside the aim, in radians. */
export const volleyAngles = [-0.14, 0, 0.14] as const
/** Units a second. */
export const orbSpeed = 560
/** In units. */
export const orbRadius = 8
/** Volleys of a player who has just come, and the most that one can carry. */
export const firstVolleys = 2
export const maxVolleys = 6

/** Seconds from a death to the return. */
export const waitSeconds = 2.5
/** Seconds of a round, and of the break after it. */
export const roundSeconds = 150
export const breakSeconds = 8
/** A player with so many kills wins at once. */
export const killsToWin = 15

/** Distance of two centres at which a player can take a pick-up, in units. */
export const reach = 42
/** Health that a pick-up gives, and volleys that one gives. */
export const medHealth = 40
export const chargeVolleys = 2
/** Seconds until a pick-up is there again. */
export const pickupSeconds = 12

/** A rectangle that stops discs, shots and looks. */
export interface Wall {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Spot {
  readonly x: number
  readonly y: number
}

const wall = (x: number, y: number, width: number, height: number): Wall => ({ x, y, width, height })

/** The same from all four corners. */
export const walls: readonly Wall[] = [
  wall(740, 440, 120, 120),
  // a corner of two walls in each quarter
  wall(300, 220, 200, 40),
  wall(300, 260, 40, 160),
  wall(1100, 220, 200, 40),
  wall(1260, 260, 40, 160),
  wall(300, 740, 200, 40),
  wall(300, 580, 40, 160),
  wall(1100, 740, 200, 40),
  wall(1260, 580, 40, 160),
  // between the middle and the edges
  wall(780, 130, 40, 170),
  wall(780, 700, 40, 170),
  wall(500, 480, 110, 40),
  wall(990, 480, 110, 40),
]

export type PickupKind = 'med' | 'charge'

export const pickupSpots: readonly (Spot & { readonly kind: PickupKind })[] = [
  { kind: 'med', x: 400, y: 340 },
  { kind: 'med', x: 1200, y: 660 },
  { kind: 'charge', x: 1200, y: 340 },
  { kind: 'charge', x: 400, y: 660 },
  { kind: 'charge', x: 540, y: 90 },
  { kind: 'med', x: 1060, y: 910 },
]

/** Places between which bots walk, and where players appear. Around each there is room. */
export const waypoints: readonly Spot[] = [
  { x: 130, y: 120 },
  { x: 560, y: 110 },
  { x: 1040, y: 110 },
  { x: 1470, y: 120 },
  { x: 130, y: 500 },
  { x: 400, y: 350 },
  { x: 400, y: 650 },
  { x: 620, y: 340 },
  { x: 980, y: 340 },
  { x: 800, y: 370 },
  { x: 675, y: 500 },
  { x: 925, y: 500 },
  { x: 800, y: 630 },
  { x: 620, y: 660 },
  { x: 980, y: 660 },
  { x: 1200, y: 350 },
  { x: 1200, y: 650 },
  { x: 1470, y: 500 },
  { x: 130, y: 880 },
  { x: 560, y: 890 },
  { x: 1040, y: 890 },
  { x: 1470, y: 880 },
]

/** The path of the rooms: `/play/arena/<id>`. All other paths lead to the page. */
export const gamePath = '/play'
