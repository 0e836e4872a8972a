/**
 * Rooms that tick within so many ms tick together: to wake up a process that sleeps costs more than the tick of a quiet room.
 * The last of them waits no longer than for the work of so many ms.
 */
const slotMs = 5

/** Spreads the ticks of rooms over the time from one tick to the next, so that no room waits for the ticks of all others. */
export class TickSlots {
  /** By tick rate: how many rooms tick in each slot. */
  readonly #counts = new Map<number, number[]>()

  /** A room is about to tick. @returns the slot with the fewest rooms, the first of several; to be given back by `leave` */
  enter(tickRate: number): number {
    const counts = this.#countsOf(tickRate)
    const slot = counts.indexOf(Math.min(...counts))
    counts[slot]!++
    return slot
  }

  leave(tickRate: number, slot: number): void {
    this.#countsOf(tickRate)[slot]!--
  }

  /** When the next tick of a slot is due, later than `nowMs` and at most one interval later. */
  nextTickMs(tickRate: number, slot: number, nowMs: number): number {
    const intervalMs = 1000 / tickRate
    const startMs = (slot * intervalMs) / this.#countsOf(tickRate).length
    const atMs = startMs + (Math.floor((nowMs - startMs) / intervalMs) + 1) * intervalMs
    return atMs > nowMs ? atMs : atMs + intervalMs
  }

  #countsOf(tickRate: number): number[] {
    let counts = this.#counts.get(tickRate)
    if (counts === undefined) {
      counts = new Array<number>(Math.max(1, Math.round(1000 / tickRate / slotMs))).fill(0)
      this.#counts.set(tickRate, counts)
    }
    return counts
  }
}

/** The slot of one room, which it has while its machine runs. */
export class RoomTicks {
  readonly #slots: TickSlots
  readonly #tickRate: number
  #slot: number | undefined

  constructor(slots: TickSlots, tickRate: number) {
    this.#slots = slots
    this.#tickRate = tickRate
  }

  /** The machine begins to run. @returns when its first tick is due */
  begin(nowMs: number): number {
    this.end()
    this.#slot = this.#slots.enter(this.#tickRate)
    return this.#slots.nextTickMs(this.#tickRate, this.#slot, nowMs)
  }

  /** It runs no more. Does nothing when that is so already. */
  end(): void {
    if (this.#slot !== undefined) this.#slots.leave(this.#tickRate, this.#slot)
    this.#slot = undefined
  }
}
