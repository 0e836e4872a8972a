import { type Moving, move } from '../rules/movement.js'

interface Steered {
  atMs: number
  dx: number
  dy: number
}

export interface OwnPlace {
  x: number
  y: number
  vx: number
  vy: number
}

/** Steps of the way that is run again, as long as a tick is. */
const stepSeconds = 1 / 60
/** A connection that is slower than this is not made up for: too much could have happened meanwhile. */
const maxLeadMs = 400
/** In what time two thirds of a mistake are made good. */
const settleMs = 90
/** A mistake of more units is put right at once. */
const jump = 220

/**
 * Where the player's own disc is shown: where the server will see it, so that a press shows at once. From the server's
 * last word the way since then is run again with what was steered meanwhile; what turns out different is made good softly.
 */
export class OwnDisc {
  #steered: Steered[] = []
  #shown: OwnPlace | undefined
  #shownAtMs = 0

  /** The player steers otherwise from now on. */
  steer(atMs: number, dx: number, dy: number): void {
    this.#steered.push({ atMs, dx, dy })
    // the newest before the lead still says how the lead begins
    while (this.#steered.length > 2 && this.#steered[1]!.atMs < atMs - maxLeadMs) this.#steered.shift()
  }

  /**
   * The place to show now.
   * @param server the row of the newest version
   * @param trueAtMs which moment of the player's steering that row has seen, in the same clock as `nowMs`
   */
  place(server: Readonly<Moving>, trueAtMs: number, isIt: boolean, nowMs: number): OwnPlace {
    const now = this.#runAgain(server, Math.max(trueAtMs, nowMs - maxLeadMs), isIt, nowMs)
    const elapsedMs = Math.min(100, Math.max(0, nowMs - this.#shownAtMs))
    const shown = this.#shown
    this.#shownAtMs = nowMs
    if (shown === undefined || Math.hypot(shown.x - now.x, shown.y - now.y) > jump) {
      this.#shown = now
      return now
    }
    const kept = Math.exp(-elapsedMs / settleMs)
    const ranX = shown.x + (now.vx * elapsedMs) / 1000
    const ranY = shown.y + (now.vy * elapsedMs) / 1000
    this.#shown = { ...now, x: now.x + (ranX - now.x) * kept, y: now.y + (ranY - now.y) * kept }
    return this.#shown
  }

  #runAgain(server: Readonly<Moving>, sinceMs: number, isIt: boolean, nowMs: number): OwnPlace {
    const disc: Moving = { ...server }
    let atMs = sinceMs
    while (atMs < nowMs) {
      const dt = Math.min(stepSeconds, (nowMs - atMs) / 1000)
      const steered = this.#steered.findLast((each) => each.atMs <= atMs)
      if (steered !== undefined) Object.assign(disc, { dx: steered.dx, dy: steered.dy })
      move(disc, isIt, dt)
      atMs += dt * 1000 + 1e-6
    }
    const { x, y, vx, vy } = disc
    return { x, y, vx, vy }
  }
}
