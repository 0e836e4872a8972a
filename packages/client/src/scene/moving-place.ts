/** A place that is off by more than this is not off by jitter: the game was paused, or ticks were dropped. */
export const gapMs = 500
/** How much faster or slower than real time a place moves while it follows a new estimate: too little to be seen. */
const paceShare = 0.1

/**
 * A place on the axis of ticks that moves as a picture has to. Each use has its own.
 *
 * Invariants, except after `restart`:
 * - It never goes back, and never moves beyond the bound that it is given.
 * - It moves at 0.9 to 1.1 of real time. Two leaps forward are exceptions: after the bound has held it, by what it has lost
 *   there; and if it is over 500 ms behind. If it is over 500 ms ahead it waits.
 */
export class MovingPlace {
  readonly #stepMs: number
  #shownMs: number | undefined
  #shownAtMs = 0
  /** What it has lost at the bound. */
  #heldMs = 0

  /** @param stepMs of one tick */
  constructor(stepMs: number) {
    this.#stepMs = stepMs
  }

  /**
   * @param wanted where the place should be at `nowMs`, in ticks
   * @param most the bound, in ticks
   * @returns where it is, in ticks; at the first call `wanted`, or the bound
   */
  at(nowMs: number, wanted: number, most: number): number {
    const passedMs = Math.max(0, nowMs - this.#shownAtMs)
    this.#shownAtMs = Math.max(this.#shownAtMs, nowMs)
    const wantedMs = wanted * this.#stepMs
    const mostMs = most * this.#stepMs
    const shownMs = this.#shownMs ?? Math.min(wantedMs, mostMs)
    let freeMs = this.#shownMs === undefined ? shownMs : follow(shownMs, wantedMs, passedMs, passedMs)
    if (this.#heldMs > 0) freeMs = Math.max(freeMs, Math.min(wantedMs, freeMs + this.#heldMs))
    this.#shownMs = Math.max(shownMs, Math.min(freeMs, mostMs))
    this.#heldMs = freeMs > this.#shownMs ? freeMs - this.#shownMs : 0
    return this.#shownMs / this.#stepMs
  }

  /** Forgets the place: the next one may be earlier. */
  restart(): void {
    this.#shownMs = undefined
    this.#heldMs = 0
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
