import type { Clock } from '@tygase/gamestate'

/** The real time: milliseconds since the process began, and the timers of the runtime. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    // a timer takes a millisecond at least; browsers have no other way
    if (delayMs <= 0 && typeof setImmediate === 'function') {
      const immediate = setImmediate(callback)
      return () => clearImmediate(immediate)
    }
    // whole milliseconds are all that timers know, and one that goes off early has to be set again
    const timer = setTimeout(callback, Math.ceil(delayMs))
    return () => clearTimeout(timer)
  },
}

/** The time of day, in UTC as ISO 8601 has it: for what people read, never for measuring. */
export function systemTime(): string {
  return new Date().toISOString()
}
