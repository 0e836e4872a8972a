import { movementSpan } from '@tygase/gamestate/internal'
import { gapMs } from './moving-place.js'

/** How long an arrival counts. */
const windowMs = 10_000
/** Arrivals within this time share one slot, which bounds their number to 250. */
const slotMs = 40
/** Further back than this nothing is drawn by itself. */
const maxDelayMs = 400

/** Arrivals of a short time, each as the time at which version 0 would have arrived with it. */
interface Slot {
  readonly atMs: number
  bestMs: number
  worstMs: number
  /** Ticks from the version before; the most of them. */
  ticks: number
}

/** When versions arrive: the line of the quickest of the last 10 s, and how late the others are. */
export class ArrivalLine {
  /** Of one tick. */
  readonly stepMs: number
  /** Most ticks between two versions that are a movement: ticks that change nothing make no version. */
  readonly maxSpan: number
  /** When version 0 would have arrived on the quickest way; undefined until a version has arrived. */
  originMs: number | undefined
  readonly #sendEveryTicks: number
  /** Oldest first. */
  #slots: Slot[] = []
  #newest = 0
  #delayMs: number | undefined

  /**
   * @param tickRate in Hz
   * @param sendEveryTicks ticks between two versions that are sent
   */
  constructor(tickRate: number, sendEveryTicks: number) {
    this.stepMs = 1000 / tickRate
    this.maxSpan = movementSpan * sendEveryTicks
    this.#sendEveryTicks = sendEveryTicks
  }

  /**
   * How far before the newest possible version the others are drawn so that two versions are known: the distance of two
   * versions, and the lateness that 95 of 100 arrivals keep within. At most 400 ms.
   */
  get delayMs(): number {
    if (this.#delayMs === undefined) {
      // a server skips versions of a slow client
      const ticks = Math.min(
        this.maxSpan,
        this.#quantile(0.5, ({ ticks }) => ticks),
      )
      this.#delayMs = Math.min(maxDelayMs, Math.max(this.#sendEveryTicks, ticks) * this.stepMs + this.lateMs(0.95))
    }
    return this.#delayMs
  }

  /** How much later than the quickest arrivals so many of all are at most, in ms. */
  lateMs(share: number): number {
    return this.#quantile(share, ({ worstMs }) => worstMs - this.originMs!)
  }

  /** @returns the version that could have arrived by `nowMs`, with a fraction; undefined before the first */
  placeAt(nowMs: number): number | undefined {
    return this.originMs === undefined ? undefined : (nowMs - this.originMs) / this.stepMs
  }

  /** Takes the arrival of a version at `nowMs`. Versions rise. */
  arrived(version: number, nowMs: number): void {
    const sampleMs = nowMs - version * this.stepMs
    if (sampleMs - (this.originMs ?? sampleMs) > gapMs) this.restart()
    const slots = this.#slots
    let slot = slots.at(-1)
    const ticks = slot === undefined ? 0 : version - this.#newest
    if (slot === undefined || nowMs >= slot.atMs + slotMs) {
      slot = { atMs: nowMs, bestMs: sampleMs, worstMs: sampleMs, ticks }
      slots.push(slot)
    }
    slot.bestMs = Math.min(slot.bestMs, sampleMs)
    slot.worstMs = Math.max(slot.worstMs, sampleMs)
    slot.ticks = Math.max(slot.ticks, ticks)
    this.#newest = version
    this.#delayMs = undefined
    while (slots[0]!.atMs < nowMs - windowMs) slots.shift()
    this.originMs = Math.min(...slots.map(({ bestMs }) => bestMs))
  }

  /** Forgets everything: the versions begin anew, or the game goes on after a pause. */
  restart(): void {
    this.#slots = []
    this.originMs = undefined
    this.#delayMs = undefined
  }

  #quantile(share: number, read: (slot: Slot) => number): number {
    const sorted = this.#slots.map(read).sort((a, b) => a - b)
    return sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  }
}
