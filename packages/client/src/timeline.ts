import type { Immutable } from '@tygase/gamestate'

/** Two versions to draw between: what moves is at `from + (to - from) * alpha`. */
export interface Interpolation<State> {
  from: Immutable<State>
  to: Immutable<State>
  /** 0 at `from`, 1 at `to`. */
  alpha: number
}

/** A version arriving this much later than expected is no jitter: the game was paused, or ticks were dropped. */
const gapMs = 500
/** How much of a delay the estimate takes over with each version: it follows a drift of the clocks, not jitter. */
const lateShare = 1 / 64

/** How much faster or slower than the game what is drawn may run while it makes up for a new estimate: too little to see. */
const paceShare = 0.1

/** Two versions to draw between: `alpha` is 0 at `from` and 1 at `to`. */
export interface Between {
  from: number
  to: number
  alpha: number
}

/**
 * Estimates when each version would have arrived if the network always were as quick as at its best, from when they do
 * arrive, and turns a time into a place between two versions.
 *
 * Invariant: `place` never gives an earlier place than before, except after `restart`.
 */
export class Timeline {
  readonly #stepMs: number
  /** Between versions further apart than this, only the last so many ticks before the later one are drawn as movement. */
  readonly #maxSpan: number
  /** When version 0 would have arrived. */
  #originMs: number | undefined
  /** The estimate that places are reckoned by: follows the one above, but never in a leap. */
  #shownOriginMs: number | undefined
  #shownAtMs = 0
  #lastPlace = Number.NEGATIVE_INFINITY

  /** @param sendEveryTicks how many ticks lie between two versions that are sent */
  constructor(tickRate: number, sendEveryTicks: number) {
    this.#stepMs = 1000 / tickRate
    this.#maxSpan = 4 * sendEveryTicks
  }

  /** Version `version` has arrived. */
  arrived(version: number, nowMs: number): void {
    const sampleMs = nowMs - version * this.#stepMs
    const origin = this.#originMs
    if (origin === undefined || sampleMs < origin || sampleMs - origin > gapMs) this.#originMs = sampleMs
    else this.#originMs = origin + (sampleMs - origin) * lateShare
  }

  /** Versions begin anew and may be older. */
  restart(): void {
    this.#originMs = undefined
    this.#shownOriginMs = undefined
    this.#lastPlace = Number.NEGATIVE_INFINITY
  }

  /**
   * @param versions what is kept, rising, at least one
   * @returns the place for `nowMs - delayMs`; at the oldest or newest version where it would lie beyond
   */
  place(versions: readonly number[], nowMs: number, delayMs: number): Between {
    const oldest = versions[0]!
    const newest = versions[versions.length - 1]!
    const originMs = this.#followOrigin(nowMs)
    const wanted = originMs === undefined ? newest : (nowMs - delayMs - originMs) / this.#stepMs
    const place = Math.min(newest, Math.max(oldest, this.#lastPlace, wanted))
    this.#lastPlace = place
    let index = versions.length - 1
    while (index > 0 && versions[index - 1]! >= place) index--
    const to = versions[index]!
    const from = index > 0 ? versions[index - 1]! : to
    if (from === to) return { from, to, alpha: 1 }
    const span = Math.min(to - from, this.#maxSpan)
    return { from, to, alpha: Math.max(0, 1 - (to - place) / span) }
  }

  #followOrigin(nowMs: number): number | undefined {
    const target = this.#originMs
    const shown = this.#shownOriginMs
    const mostMs = Math.max(0, nowMs - this.#shownAtMs) * paceShare
    this.#shownAtMs = nowMs
    if (target === undefined || shown === undefined || Math.abs(target - shown) > gapMs) this.#shownOriginMs = target
    else this.#shownOriginMs = shown + Math.max(-mostMs, Math.min(mostMs, target - shown))
    return this.#shownOriginMs
  }
}
