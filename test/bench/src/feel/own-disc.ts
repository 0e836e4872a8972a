import { type Moving, move } from './movement.js'

/** Step of the simulation of the own disc. */
const stepSeconds = 1 / 60
/** The own disc is at most so far ahead of the server. */
const maxLeadMs = 400
/** Time in which two thirds of a mistake are corrected. */
const settleMs = 90
/** A mistake of more units is corrected at once. */
const jump = 220

/**
 * A prediction as games write it by hand: the newest row of the server, moved on with the directions that were steered since.
 * Differences are corrected softly.
 */
export class OwnDisc {
  #steered: { atMs: number; dx: number; dy: number }[] = []
  #shown: { x: number; y: number } | undefined
  #shownAtMs = 0

  steer(atMs: number, dx: number, dy: number): void {
    this.#steered.push({ atMs, dx, dy })
    while (this.#steered.length > 2 && this.#steered[1]!.atMs < atMs - maxLeadMs) this.#steered.shift()
  }

  /**
   * @param row of the newest version
   * @param trueAtMs the moment of the player's steering that the row includes
   */
  place(row: Readonly<Moving>, trueAtMs: number, nowMs: number): { x: number; y: number } {
    const now = this.#runAgain(row, Math.max(trueAtMs, nowMs - maxLeadMs), nowMs)
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
    this.#shown = { x: now.x + (ranX - now.x) * kept, y: now.y + (ranY - now.y) * kept }
    return this.#shown
  }

  #runAgain(row: Readonly<Moving>, sinceMs: number, nowMs: number): Moving {
    const disc: Moving = { ...row }
    let atMs = sinceMs
    while (atMs < nowMs) {
      const dt = Math.min(stepSeconds, (nowMs - atMs) / 1000)
      const moment = atMs
      const steered = this.#steered.filter((each) => each.atMs <= moment).at(-1)
      if (steered !== undefined) Object.assign(disc, { dx: steered.dx, dy: steered.dy })
      move(disc, dt)
      atMs += dt * 1000 + 1e-6
    }
    return disc
  }
}
