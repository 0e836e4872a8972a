/** Measures of the field, in units. */
export const field = { width: 1600, height: 900, radius: 28 }

/** Units a second. */
export const runSpeed = 330
/** How fast a disc takes up its wanted speed: after 1 / response seconds it is two thirds there. */
const response = 9

/** The fields of a disc that move. All systems share this code. */
export interface Moving {
  x: number
  y: number
  vx: number
  vy: number
  dx: number
  dy: number
}

/** Moves a disc in place by `dt` seconds; walls stop it. */
export function move(disc: Moving, dt: number): void {
  const share = 1 - Math.exp(-response * dt)
  disc.vx += (disc.dx * runSpeed - disc.vx) * share
  disc.vy += (disc.dy * runSpeed - disc.vy) * share
  const { radius, width, height } = field
  const x = disc.x + disc.vx * dt
  const y = disc.y + disc.vy * dt
  disc.x = Math.max(radius, Math.min(x, width - radius))
  disc.y = Math.max(radius, Math.min(y, height - radius))
  if (disc.x !== x) disc.vx = 0
  if (disc.y !== y) disc.vy = 0
}

/** Discs that overlap push each other apart. */
export function pushApart(discs: readonly { x: number; y: number }[]): void {
  for (const [index, a] of discs.entries()) {
    for (const b of discs.slice(0, index)) {
      const distance = Math.hypot(a.x - b.x, a.y - b.y)
      if (distance >= 2 * field.radius || distance === 0) continue
      const share = (2 * field.radius - distance) / 2 / distance
      const [dx, dy] = [(a.x - b.x) * share, (a.y - b.y) * share]
      a.x += dx
      a.y += dy
      b.x -= dx
      b.y -= dy
    }
  }
}
