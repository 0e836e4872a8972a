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

/** Step of the simulation of the own disc. */
const stepSeconds = 1 / 60
/** The own disc is at most so far ahead of the server: on a slower connection too much could have happened meanwhile. */
const maxLeadMs = 400
/** Time in which two thirds of a mistake are corrected. */
const settleMs = 90
/** A mistake of more units is corrected at once. */
const jump = 220

/**
 * The place at which the player's own disc is shown: the one that the server will have, so that a press shows at once. It
 * takes the server's newest version and simulates the time since then with the directions that were steered. Differences are
 * corrected softly.
 */
export class OwnDisc {
  #steered: Steered[] = []
  #shown: OwnPlace | undefined
  #shownAtMs = 0

  /** Takes a new direction of the player. */
  steer(atMs: number, dx: number, dy: number): void {
    this.#steered.push({ atMs, dx, dy })
    // the newest one before the lead is the direction at its start
    while (this.#steered.length > 2 && this.#steered[1]!.atMs < atMs - maxLeadMs) this.#steered.shift()
  }

  /**
   * @returns the place to show now
   * @param server the row of the newest version
   * @param trueAtMs the moment of the player's steering that the row includes, on the clock of `nowMs`
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
      const moment = atMs
      const steered = this.#steered.filter((each) => each.atMs <= moment).at(-1)
      if (steered !== undefined) Object.assign(disc, { dx: steered.dx, dy: steered.dy })
      move(disc, isIt, dt)
      atMs += dt * 1000 + 1e-6
    }
    const { x, y, vx, vy } = disc
    return { x, y, vx, vy }
  }
}
