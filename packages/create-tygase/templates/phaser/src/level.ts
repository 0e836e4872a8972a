// For rules and drawing. In a file of its own: a page that takes more than `game` from the rules is loaded again when you edit them.

export const world = { width: 1600, height: 900 }

/** Half of a player's width, and its height. A player's place is the middle of its feet. */
export const player = { half: 24, height: 46 }

export interface Platform {
  readonly x: number
  readonly y: number
  readonly width: number
}

/** Players stand on them, and jump through them from below. The first is the ground. */
export const platforms: readonly Platform[] = [
  { x: 0, y: 800, width: 1600 },
  { x: 150, y: 660, width: 260 },
  { x: 1190, y: 660, width: 260 },
  { x: 600, y: 620, width: 400 },
  { x: 370, y: 490, width: 190 },
  { x: 1040, y: 490, width: 190 },
  { x: 80, y: 360, width: 220 },
  { x: 1300, y: 360, width: 220 },
  { x: 660, y: 370, width: 280 },
  { x: 410, y: 230, width: 180 },
  { x: 1010, y: 230, width: 180 },
]

/** The platform on which feet land that fall from one height to another, or undefined. */
export function floorBetween(x: number, from: number, to: number): Platform | undefined {
  let floor: Platform | undefined
  for (const platform of platforms) {
    const isUnder = x > platform.x - player.half / 2 && x < platform.x + platform.width + player.half / 2
    if (!isUnder || from > platform.y || to < platform.y) continue
    if (floor === undefined || platform.y < floor.y) floor = platform
  }
  return floor
}
