import type { Clock } from '@tygase/gamestate'

interface Call {
  readonly atMs: number
  readonly callback: () => void
}

/** Virtual time of this program's own, so that none of the sources runs for the clock. */
export class HandClock implements Clock {
  #nowMs = 0
  #calls: Call[] = []

  now(): number {
    return this.#nowMs
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const call = { atMs: this.#nowMs + Math.max(0, delayMs), callback }
    const after = this.#calls.findIndex(({ atMs }) => atMs > call.atMs)
    this.#calls.splice(after === -1 ? this.#calls.length : after, 0, call)
    return () => {
      this.#calls = this.#calls.filter((other) => other !== call)
    }
  }

  /**
   * Moves time from call to call, with all promises followed up in between.
   * @param isDone ends the walk; looked at before each call
   * @throws Error if it is not done after `mostMs`
   */
  async runUntil(isDone: () => boolean, mostMs = 10_000): Promise<void> {
    const endMs = this.#nowMs + mostMs
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      if (isDone()) return
      const call = this.#calls.shift()
      if (call === undefined || call.atMs > endMs) throw new Error(`the walk was not done after ${mostMs} ms`)
      this.#nowMs = Math.max(this.#nowMs, call.atMs)
      call.callback()
    }
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    let isOver = false
    this.schedule(ms, () => {
      isOver = true
    })
    await this.runUntil(() => isOver, ms)
  }
}
