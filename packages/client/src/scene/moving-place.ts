/** A place that is off by more than this is not off by jitter: the game was paused, or ticks were dropped. */
export const gapMs = 500
/** How much faster or slower than real time a place moves while it follows a new estimate: too little to be seen. */
export const paceShare = 0.1

/**
 * A place on the axis of ticks that moves as a picture has to. Each use has its own.
 *
 * Invariants, except after `restart`:
 * - It never goes back.
 * - It moves at 0.9 to 1.1 of real time. If it is over 500 ms behind it leaps; if it is over 500 ms ahead it waits.
 */
export class MovingPlace {
  readonly #stepMs: number
  #shownMs: number | undefined
  #shownAtMs = 0

  /** @param stepMs of one tick */
  constructor(stepMs: number) {
    this.#stepMs = stepMs
  }

  /**
   * @param wanted where the place should be at `nowMs`, in ticks
   * @param isMoving false while the game is paused
   * @returns where it is, in ticks; at the first call `wanted`
   */
  at(nowMs: number, wanted: number, isMoving = true): number {
    const passedMs = Math.max(0, nowMs - this.#shownAtMs)
    this.#shownAtMs = Math.max(this.#shownAtMs, nowMs)
    const wantedMs = wanted * this.#stepMs
    const shownMs = this.#shownMs
    this.#shownMs = shownMs === undefined ? wantedMs : follow(shownMs, wantedMs, isMoving ? passedMs : 0, passedMs)
    return this.#shownMs / this.#stepMs
  }

  /** Forgets the place: the next one may be earlier. */
  restart(): void {
    this.#shownMs = undefined
  }
}

/**
 * @returns the time to show `passedMs` after `shownMs`: `paceMs` later, and nearer to `wantedMs` by a tenth of the time that
 * has passed. If it is far behind it leaps, if it is far ahead it waits.
 */
export function follow(shownMs: number, wantedMs: number, paceMs: number, passedMs: number): number {
  const behindMs = wantedMs - (shownMs + paceMs)
  if (behindMs > gapMs) return wantedMs
  if (behindMs < -gapMs) return shownMs
  const mostMs = passedMs * paceShare
  return Math.max(shownMs, shownMs + paceMs + Math.max(-mostMs, Math.min(mostMs, behindMs)))
}
