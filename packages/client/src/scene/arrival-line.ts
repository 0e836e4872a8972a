import { gapMs } from './moving-place.js'

/** How long an arrival counts. */
const windowMs = 10_000
/** Arrivals within this time share one slot, which bounds their number to 250. */
const slotMs = 40

/** Arrivals of a short time. */
interface Slot {
  readonly atMs: number
  /** The earliest and the latest, as times of version 0. */
  bestMs: number
  worstMs: number
  /** Ticks between the versions, the most of them. */
  distance: number
}

/**
 * When versions arrive: the line that the quickest of the last 10 s lie on, and how late the others are.
 */
export class ArrivalLine {
  /** Of one tick, in ms. */
  readonly stepMs: number
  readonly #sendEveryTicks: number
  /** Oldest first. */
  #slots: Slot[] = []
  #newest: number | undefined
  #originMs: number | undefined
  /** Sorted; made when it is first asked for. */
  #lateMs: number[] | undefined
  #distances: number[] | undefined

  /**
   * @param tickRate in Hz
   * @param sendEveryTicks ticks between two versions that are sent
   */
  constructor(tickRate: number, sendEveryTicks: number) {
    this.stepMs = 1000 / tickRate
    this.#sendEveryTicks = sendEveryTicks
  }

  /** When version 0 would have arrived on the quickest way; undefined until a version has arrived. */
  get originMs(): number | undefined {
    return this.#originMs
  }

  /** Most ticks between two versions that are a movement. Ticks that change nothing make no version. */
  get maxSpan(): number {
    return 4 * this.#sendEveryTicks
  }

  /** How far before the newest possible version the others are to be drawn so that two versions are known: 0 to 400 ms. */
  get delayMs(): number {
    this.#distances ??= this.#slots.map(({ distance }) => distance).sort(rising)
    // a server skips versions of a slow client
    const ticks = Math.max(this.#sendEveryTicks, Math.min(quantile(this.#distances, 0.5), this.maxSpan))
    return Math.min(400, ticks * this.stepMs + this.lateMs(0.95))
  }

  /** Takes the arrival of a version at `nowMs`. Versions rise. */
  arrived(version: number, nowMs: number): void {
    const sampleMs = nowMs - version * this.stepMs
    if (this.#originMs !== undefined && sampleMs - this.#originMs > gapMs) this.restart()
    const distance = version - (this.#newest ?? version)
    this.#newest = version
    this.#lateMs = undefined
    this.#distances = undefined
    const last = this.#slots.at(-1)
    if (last === undefined || nowMs - last.atMs >= slotMs) {
      this.#slots.push({ atMs: nowMs, bestMs: sampleMs, worstMs: sampleMs, distance })
    } else {
      last.bestMs = Math.min(last.bestMs, sampleMs)
      last.worstMs = Math.max(last.worstMs, sampleMs)
      last.distance = Math.max(last.distance, distance)
    }
    while (this.#slots[0]!.atMs < nowMs - windowMs) this.#slots.shift()
    this.#originMs = this.#slots.reduce((best, { bestMs }) => Math.min(best, bestMs), sampleMs)
  }

  /** Forgets everything: the versions begin anew, or the game goes on after a pause. */
  restart(): void {
    this.#slots = []
    this.#newest = undefined
    this.#originMs = undefined
    this.#lateMs = undefined
    this.#distances = undefined
  }

  /** @returns the version that could have arrived by `nowMs`, with a fraction; undefined before the first */
  placeAt(nowMs: number): number | undefined {
    return this.#originMs === undefined ? undefined : (nowMs - this.#originMs) / this.stepMs
  }

  /**
   * @param share of the arrivals of the last 10 s, 0 to 1
   * @returns so late behind the line that share of them was at most, in ms; 0 before the first
   */
  lateMs(share: number): number {
    this.#lateMs ??= this.#slots.map(({ worstMs }) => worstMs - this.#originMs!).sort(rising)
    return quantile(this.#lateMs, share)
  }
}

function rising(a: number, b: number): number {
  return a - b
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0
}

/**
 * How far this client's own place is before the line of the quickest arrivals, so that its events come in time.
 * @param stepMs of one tick
 * @returns ms
 */
export function leadMsOf(rttMs: number, jitterMs: number, stepMs: number): number {
  return rttMs + 2 * jitterMs + 0.3 * stepMs
}
