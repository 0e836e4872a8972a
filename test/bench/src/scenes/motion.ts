/** Worlds are squares with this side, which 16 bit quantization divides into steps of less than 0.01. */
export const worldSize = 600
/** Seconds of a tick: 20 Hz. */
export const dt = 0.05

/** Points that fly straight on and bounce off the walls of the world. */
export class Motion {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly vx: Float64Array
  readonly vy: Float64Array
  readonly #random: () => number
  readonly #maxSpeed: number

  /** @param maxSpeed units per second along each axis */
  constructor(count: number, maxSpeed: number, random: () => number) {
    this.x = new Float64Array(count)
    this.y = new Float64Array(count)
    this.vx = new Float64Array(count)
    this.vy = new Float64Array(count)
    this.#random = random
    this.#maxSpeed = maxSpeed
    for (let index = 0; index < count; index++) this.place(index)
  }

  /** Puts a point anywhere, with any velocity. */
  place(index: number): void {
    this.x[index] = this.#random() * worldSize
    this.y[index] = this.#random() * worldSize
    this.draw(index)
  }

  /** Gives a point a new velocity. */
  draw(index: number): void {
    this.vx[index] = (this.#random() * 2 - 1) * this.#maxSpeed
    this.vy[index] = (this.#random() * 2 - 1) * this.#maxSpeed
  }

  /** Moves a point for one tick. @returns whether it hit a wall, which has changed its velocity */
  advance(index: number): boolean {
    const hitX = step(this.x, this.vx, index)
    const hitY = step(this.y, this.vy, index)
    return hitX || hitY
  }

  /** Moves all points for one tick. @returns those that hit a wall */
  advanceAll(): number[] {
    const bounced: number[] = []
    for (let index = 0; index < this.x.length; index++) if (this.advance(index)) bounced.push(index)
    return bounced
  }
}

function step(place: Float64Array, velocity: Float64Array, index: number): boolean {
  const next = place[index]! + velocity[index]! * dt
  place[index] = next
  if (next >= 0 && next <= worldSize) return false
  place[index] = next < 0 ? -next : 2 * worldSize - next
  velocity[index] = -velocity[index]!
  return true
}
