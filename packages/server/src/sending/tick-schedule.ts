import type { Clock } from '@tygase/gamestate'
import { TimerQueue } from '@tygase/gamestate/internal'

/**
 * Rooms that tick within this many ms tick together: waking a sleeping process costs more than the tick of a quiet room. The
 * last of them waits no longer than this, plus the ticks before it.
 */
const slotMs = 5

/**
 * The ticks of all rooms of a server: spread over the time from one tick to the next, so that no room waits for the ticks of
 * all others, and woken by one timer. Measured with 200 rooms: a timer for each room cost more than their ticks.
 */
export class TickSchedule {
  /** One timer of the clock below for all ticks. */
  readonly clock: Clock
  /** Number of rooms in each slot, by tick rate. */
  readonly #counts = new Map<number, number[]>()

  constructor(clock: Clock) {
    this.clock = new TickClock(clock)
  }

  /** Gives a slot to a room that begins to tick: one with the fewest rooms, the first of several. `leave` gives it back. */
  enter(tickRate: number): number {
    const counts = this.#countsOf(tickRate)
    const slot = counts.indexOf(Math.min(...counts))
    counts[slot]!++
    return slot
  }

  leave(tickRate: number, slot: number): void {
    this.#countsOf(tickRate)[slot]!--
  }

  /** Time of the next tick of a slot: after `nowMs`, by one interval at most. */
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
  readonly #schedule: TickSchedule
  readonly #tickRate: number
  #slot: number | undefined

  constructor(schedule: TickSchedule, tickRate: number) {
    this.#schedule = schedule
    this.#tickRate = tickRate
  }

  /** The machine begins to run. @returns the time of its first tick */
  begin(nowMs: number): number {
    this.end()
    this.#slot = this.#schedule.enter(this.#tickRate)
    return this.#schedule.nextTickMs(this.#tickRate, this.#slot, nowMs)
  }

  /** The machine has stopped. Does nothing without a slot. */
  end(): void {
    if (this.#slot !== undefined) this.#schedule.leave(this.#tickRate, this.#slot)
    this.#slot = undefined
  }
}

/**
 * A clock for many callers that schedule again and again, with one timer of the clock below: calls that are due together wake
 * the process once. If a call throws, the calls after it come with the next timer.
 */
export class TickClock implements Clock {
  readonly #clock: Clock
  readonly #calls = new TimerQueue()
  #cancelTimer: (() => void) | undefined
  #timerAtMs = Number.POSITIVE_INFINITY
  #isCalling = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const cancel = this.#calls.add(this.#clock.now() + Math.max(0, delayMs), callback)
    if (!this.#isCalling) this.#setTimer()
    return () => {
      cancel()
      if (this.#calls.pending === 0) this.#dropTimer()
    }
  }

  #setTimer(): void {
    const next = this.#calls.peek()
    // a timer that fires earlier finds nothing to call and sets the next one
    if (next === undefined || next.atMs >= this.#timerAtMs) return
    this.#dropTimer()
    this.#timerAtMs = next.atMs
    this.#cancelTimer = this.#clock.schedule(Math.max(0, next.atMs - this.#clock.now()), () => this.#callDue())
  }

  #dropTimer(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#timerAtMs = Number.POSITIVE_INFINITY
  }

  #callDue(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY
    this.#cancelTimer = undefined
    const nowMs = this.#clock.now()
    // calls that are scheduled meanwhile wait for another timer, however soon they are due: sockets get their turn between
    const end = this.#calls.added
    this.#isCalling = true
    try {
      for (let call = this.#calls.peek(); call !== undefined; call = this.#calls.peek()) {
        if (call.atMs > nowMs || call.order >= end) break
        this.#calls.take()
        call.callback()
      }
    } finally {
      this.#isCalling = false
      this.#setTimer()
    }
  }
}
