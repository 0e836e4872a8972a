/** A screen moves its place at this part of real time at least, and at most: it follows the network slowly. */
const slowest = 0.85
const fastest = 1.15
/** After so long without an event, a client may have chosen another place: its page was in the background. */
const silenceMs = 500
/**
 * An event names the tick that its sender lived in, so the moment is known to one tick, in which the screen moves by `fastest`.
 * The rest is for places that travel in eighths of a tick.
 */
const doubtTicks = fastest + 0.125

/** The bounds of a room. */
export interface SeenBounds {
  /** In Hz. */
  readonly tickRate: number
  /** The most that a place may be behind the tick in which its event runs, in ms. */
  readonly maxRewindMs: number
}

/** The place on the axis of ticks that the screen of one client shows, by its events so far. */
interface Screen {
  /** The tick in which its last event runs. */
  tick: number
  /** The place of that event. */
  place: number
  /** The screen shows a place from `low` to `high` at the end of that tick. */
  low: number
  high: number
}

/**
 * Bounds the places that clients claim to have seen, so that a client can choose its delay once, and not for each shot.
 *
 * Invariants for the places that `take` returns, whatever is claimed:
 * - A place is within `maxRewindMs` before the tick in which its event runs, and not above the newest tick.
 * - The places of one client never go back. Without 500 ms of silence they advance as a screen does, at 0.85 to 1.15 of the time
 *   between the ticks of their events. The doubt is a little more than one tick, twice that and 75 ms after events that come late.
 *   After a silence, a late event leaves as much more doubt as it says to be late, up to 500 ms: where the screen is by now.
 */
export class SeenPlaces {
  readonly #rewindTicks: number
  readonly #silenceTicks: number
  /** Late events leave no more doubt than this: a screen that moves at the pace of real time stays within. */
  readonly #lateTicks: number
  readonly #screens = new Map<string, Screen>()

  constructor({ tickRate, maxRewindMs }: SeenBounds) {
    this.#rewindTicks = (maxRewindMs * tickRate) / 1000
    this.#silenceTicks = (silenceMs * tickRate) / 1000
    this.#lateTicks = doubtTicks + (1 - slowest) * this.#silenceTicks
  }

  /**
   * @param claimed the place that the client's event names, a finite number
   * @param tick the tick in which the event runs, at the soonest
   * @param newest the last tick that was made, below `tick`
   * @param stamp the tick that the event is meant for, if that is over
   * @returns the place that counts: the claimed one if it is within the bounds, else the nearest one that is
   */
  take(clientId: string, claimed: number, tick: number, newest: number, stamp = tick): number {
    const last = this.#screens.get(clientId)
    // the events of one client run in order, whatever their stamps
    const atTick = Math.max(tick, last?.tick ?? tick)
    const ticks = atTick - (last?.tick ?? atTick)
    const isKnown = last !== undefined && ticks <= this.#silenceTicks
    const low = isKnown ? last.low + slowest * ticks : Number.NEGATIVE_INFINITY
    const high = isKnown ? last.high + fastest * ticks : Number.POSITIVE_INFINITY
    const oldest = Math.min(atTick - this.#rewindTicks, newest)
    // an event may have been sent at any moment of its tick
    const least = Math.max(low - doubtTicks, oldest, last?.place ?? Number.NEGATIVE_INFINITY)
    const most = Math.max(Math.min(high, newest), oldest)
    const place = Math.min(Math.max(claimed, least), most)
    // an event that comes late names an old place: that says nothing of where the screen is now
    const isLate = claimed < place
    const lateTicks = Math.min(Math.max(0, tick - stamp), this.#silenceTicks)
    const now = place + doubtTicks + fastest * lateTicks
    const lateLow = isKnown ? low : place
    this.#screens.set(clientId, {
      tick: atTick,
      place,
      low: isLate ? lateLow : Math.max(place, Math.min(low, place + doubtTicks)),
      high: isLate ? Math.min(high, lateLow + this.#lateTicks) : Math.min(now, Math.max(high, place)),
    })
    return place
  }

  /** The client has left. */
  forget(clientId: string): void {
    this.#screens.delete(clientId)
  }
}
