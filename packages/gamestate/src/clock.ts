/**
 * The source of time. Nothing below `server` and `client` knows a real clock: a test passes a virtual one, and a whole
 * server with its clients runs in virtual time.
 */
export interface Clock {
  /** Milliseconds since any fixed origin; never goes back. */
  now(): number
  /**
   * Calls `callback` once, after `delayMs` at the earliest, never before `schedule` has returned.
   * @returns a function that cancels the call; harmless if the call has been made
   */
  schedule(delayMs: number, callback: () => void): () => void
}

// the compiler knows no runtime here, so that no other file of this package can use one
declare const performance: { now(): number }
declare const setImmediate: ((callback: () => void) => unknown) | undefined
declare function clearImmediate(immediate: unknown): void
declare function setTimeout(callback: () => void, delayMs: number): unknown
declare function clearTimeout(timer: unknown): void

/** Runtimes count a timer's delay in 31 bits, and fire a longer one at once. */
const longestDelayMs = 2 ** 31 - 1

/**
 * Real time: milliseconds since the page or process began, and the timers of the runtime. Delays of any length are kept,
 * `Infinity` too. The one clock of the packages; server and client take it as the default of their option `clock`.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    // a timer takes a millisecond at least; browsers have no faster way
    if (delayMs <= 0 && typeof setImmediate === 'function') {
      const immediate = setImmediate(callback)
      return () => clearImmediate(immediate)
    }
    if (delayMs > longestDelayMs) {
      let cancel = systemClock.schedule(longestDelayMs, () => {
        cancel = systemClock.schedule(delayMs - longestDelayMs, callback)
      })
      return () => cancel()
    }
    // timers know whole milliseconds only, and one that fires early would have to be set again
    const timer = setTimeout(callback, Math.ceil(delayMs))
    return () => clearTimeout(timer)
  },
}

/** Real time for short waits that keep no process alive, such as the counts of a logger. */
export const unheldClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    let isOver = false
    const timer = setTimeout(() => isOver || callback(), delayMs)
    if (typeof timer === 'object') (timer as { unref?(): void }).unref?.()
    return () => {
      isOver = true
    }
  },
}
