import type { FrameLine, Point, TruthLine } from './feel-log.js'

/** Bounds of a fitted place, in ms before and after the server's newest tick. */
const fitFromMs = -1500
const fitToMs = 1500
const coarseStepMs = 10
const fineStepMs = 1

/** The server's versions, on the axis of ticks and on the clock of the log. */
export class Truth {
  readonly #tickMs: number
  readonly #byTick = new Map<number, TruthLine>()
  readonly #lines: TruthLine[] = []

  constructor(tickRate: number) {
    this.#tickMs = 1000 / tickRate
  }

  add(line: TruthLine): void {
    this.#byTick.set(line.tick, line)
    this.#lines.push(line)
  }

  /** @returns where a row is at a place on the axis of ticks; undefined if it is not there in both versions around it */
  at(id: string, place: number): Point | undefined {
    const tick = Math.floor(place)
    const from = this.#byTick.get(tick)?.rows[id]
    const to = place === tick ? from : this.#byTick.get(tick + 1)?.rows[id]
    if (from === undefined || to === undefined) return undefined
    const share = place - tick
    return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
  }

  /** @returns the place of the server itself at this time: its newest tick, and the fraction until the next one */
  placeAt(ms: number): number {
    const line = this.#lines[this.#indexAt(ms)]
    return line === undefined ? 0 : line.tick + (ms - line.atMs) / this.#tickMs
  }

  /** @returns how long before `ms` the server was at this place, in ms; negative for a place ahead of it */
  ageMs(place: number, ms: number): number {
    return (this.placeAt(ms) - place) * this.#tickMs
  }

  /**
   * @returns how far ahead of the server these drawn rows are, in ticks, if that is the same in all frames: the value with the
   * smallest median error; negative in the past, undefined without rows
   */
  fitLead(
    drawn: readonly { readonly atMs: number; readonly rows: Readonly<Record<string, Point>> }[],
  ): number | undefined {
    const places = drawn.map(({ atMs }) => this.placeAt(atMs))
    const errorAt = (leadMs: number): number => {
      const errors = drawn.flatMap(({ rows }, index) => this.errorsOf(rows, places[index]! + leadMs / this.#tickMs))
      return errors.length === 0 ? Number.POSITIVE_INFINITY : errors.sort((a, b) => a - b)[errors.length >> 1]!
    }
    const coarse = least(errorAt, fitFromMs, fitToMs, coarseStepMs)
    if (coarse === undefined) return undefined
    return least(errorAt, coarse - coarseStepMs, coarse + coarseStepMs, fineStepMs)! / this.#tickMs
  }

  /** @returns the distances of drawn rows from where the server has them at this place */
  errorsOf(rows: FrameLine['others'], place: number): number[] {
    return Object.entries(rows).flatMap(([id, [x, y]]) => {
      const there = this.at(id, place)
      return there === undefined ? [] : [Math.hypot(x - there[0], y - there[1])]
    })
  }

  #indexAt(ms: number): number {
    let low = 0
    let high = this.#lines.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#lines[middle]!.atMs <= ms) low = middle
      else high = middle - 1
    }
    return low
  }
}

function least(of: (value: number) => number, from: number, to: number, step: number): number | undefined {
  let best: number | undefined
  let bestError = Number.POSITIVE_INFINITY
  for (let value = from; value <= to; value += step) {
    const error = of(value)
    if (error < bestError) [best, bestError] = [value, error]
  }
  return best
}

/** A screen runs at this share of real time at least, and at most. What goes beyond is an error of the drawing. */
const slowestPace = 0.85
const fastestPace = 1.15
/** A place that is off by more may leap: the scorer begins anew. */
const leapMs = 450

/**
 * The places that a screen should have shown: the given ones, but never slower than 0.85 of real time or faster than 1.15. A screen
 * that runs evenly keeps its places. One that freezes and leaps is judged by an even way between.
 * @param places of the frames, in ticks
 */
export function evenPlaces(places: readonly number[], timesMs: readonly number[], tickRate: number): number[] {
  const forth = paced(places, timesMs, tickRate)
  const back = paced(
    places.map((place) => -place).toReversed(),
    timesMs.map((ms) => -ms).toReversed(),
    tickRate,
  ).toReversed()
  return places.map((place, index) => {
    const isEven = forth[index] === place && back[index] === -place
    return isEven ? place : (forth[index]! - back[index]!) / 2
  })
}

function paced(places: readonly number[], timesMs: readonly number[], tickRate: number): number[] {
  const perMs = tickRate / 1000
  const even: number[] = []
  for (const [index, place] of places.entries()) {
    const before = even[index - 1]
    if (before === undefined || Math.abs(place - before) > leapMs * perMs) {
      even.push(place)
      continue
    }
    const ticks = (timesMs[index]! - timesMs[index - 1]!) * perMs
    const [low, high] = [before + ticks * slowestPace, before + ticks * fastestPace]
    even.push(Math.min(Math.max(place, low), high))
  }
  return even
}
