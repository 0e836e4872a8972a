import type { GameStateStore, Immutable } from '@tygase/gamestate'
import { type Motion, placeBetween } from '@tygase/gamestate/internal'
import { ArrivalLine } from './arrival-line.js'
import { MovingPlace } from './moving-place.js'

/** Two versions to draw between: a number that moves is at `from + (to - from) * alpha`. */
export interface Interpolation<State> {
  /** The version before the moment that is drawn. */
  readonly from: Immutable<State>
  /** The version after it; the same as `from` if there is none yet. */
  readonly to: Immutable<State>
  /** 0 at `from`, 1 at `to`. */
  readonly alpha: number
}

/** The versions that a client has. */
type Versions<State> = Pick<GameStateStore<State>, 'version' | 'state' | 'at' | 'versions'>

/** Most delays that have a place of their own. A page that computes a new delay for each frame must not fill the memory. */
const maxPlaces = 16

/**
 * The versions of a replica as pictures of the past.
 *
 * Invariant: for one delay the place never goes back, except after `restart`. Places of other delays have no influence on it.
 */
export class Scene {
  readonly line: ArrivalLine
  /** By the delay in ms; `undefined` for the delay that the arrivals ask for. The one that was used last is the last. */
  readonly #places = new Map<number | undefined, MovingPlace>()
  #drawn: (Interpolation<unknown> & { readonly state: unknown }) | undefined
  /** How far behind the newest possible version it has drawn last. */
  delayMs = 0

  /**
   * @param tickRate in Hz
   * @param sendEveryTicks ticks between two versions that are sent
   */
  constructor(tickRate: number, sendEveryTicks: number) {
    this.line = new ArrivalLine(tickRate, sendEveryTicks)
  }

  /** The versions begin anew and may be older. */
  restart(): void {
    this.line.restart()
    this.#places.clear()
  }

  /** The versions around the moment `delayMs` ago. @param delayMs default: as short as the arrivals allow */
  between<State>(store: Versions<State>, nowMs: number, delayMs?: number): Interpolation<State> {
    const { line } = this
    const place = this.#places.get(delayMs) ?? new MovingPlace(line.stepMs)
    this.#places.delete(delayMs)
    this.#places.set(delayMs, place)
    if (this.#places.size > maxPlaces) this.#places.delete(this.#places.keys().next().value)
    const now = line.placeAt(nowMs) ?? store.version
    const shown = place.at(nowMs, now - (delayMs ?? line.delayMs) / line.stepMs, store.version)
    if (delayMs === undefined) this.delayMs = shown < store.version ? (now - shown) * line.stepMs : line.delayMs
    const { from, to, alpha } = placeBetween(store.versions(), shown, line.maxSpan)
    return { from: store.at(from)!, to: store.at(to)!, alpha }
  }

  /** What to draw at `nowMs`. At the same place it is the same object. */
  at<State>(store: Versions<State>, motion: Motion<State> | undefined, nowMs: number): Immutable<State> {
    if (motion === undefined) return store.state
    const { from, to, alpha } = this.between(store, nowMs)
    const drawn = this.#drawn
    if (drawn?.from !== from || drawn.to !== to || drawn.alpha !== alpha) {
      this.#drawn = { from, to, alpha, state: motion.blend(from, to, alpha) }
    }
    return this.#drawn!.state as Immutable<State>
  }
}
