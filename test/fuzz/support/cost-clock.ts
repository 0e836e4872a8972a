import type { Clock } from '@tygase/gamestate'
import { TimerQueue } from '@tygase/gamestate/internal'

/** Work of a packet, in ms: ten times what a server takes, so that few packets show what many would do. */
const packetMs = 0.05
/** Work of a byte, in ms. */
const byteMs = 0.00001

/**
 * A clock on which work takes time: packets, their bytes, and what rules say that they cost. So a test in virtual time sees how
 * long a server is held, the same in every run. Timers that fall due during work are late.
 */
export class CostClock implements Clock {
  #nowMs = 0
  /** Where `advance` has led to: behind `now` while the server is late. */
  #untilMs = 0
  #tickMs = 0
  /** Work on packets that begins when the server has looked at the clock once more: it looks before its work, and after it. */
  #dueMs = 0
  readonly #timers = new TimerQueue()

  now(): number {
    const now = this.#nowMs
    const due = this.#dueMs
    this.#dueMs = 0
    this.spend(due)
    return now
  }

  schedule(delayMs: number, callback: () => void): () => void {
    return this.#timers.add(this.#nowMs + Math.max(0, delayMs), callback)
  }

  /** Runs all timers that fall due in the next `ms`. */
  advance(ms: number): void {
    this.#untilMs += ms
    for (let timer = this.#timers.peek(); timer !== undefined && timer.atMs <= this.#untilMs; ) {
      this.#timers.take()
      this.#nowMs = Math.max(this.#nowMs, timer.atMs)
      timer.callback()
      timer = this.#timers.peek()
    }
    this.#nowMs = Math.max(this.#nowMs, this.#untilMs)
  }

  /** Work since `beginTick`, in ms. */
  get tickMs(): number {
    return this.#tickMs
  }

  beginTick(): void {
    this.#tickMs = 0
  }

  /** The server has read a packet. */
  read(bytes: number): void {
    this.#dueMs += packetMs + bytes * byteMs
  }

  /** So much work is done now. */
  spend(ms: number): void {
    this.#nowMs += ms
    this.#tickMs += ms
  }
}
