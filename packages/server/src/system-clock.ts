import type { Clock } from '@tygase/gamestate'

/** The runtime counts in 31 bits how long a timer waits, and does not wait at all where that is not enough. */
const longestDelayMs = 2 ** 31 - 1

/** The real time: milliseconds since the process began, and the timers of the runtime. They wait for as long as is asked, also for ever. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    // a timer takes a millisecond at least; browsers have no other way
    if (delayMs <= 0 && typeof setImmediate === 'function') {
      const immediate = setImmediate(callback)
      return () => clearImmediate(immediate)
    }
    if (delayMs > longestDelayMs) return scheduleInParts(delayMs, callback)
    // whole milliseconds are all that timers know, and one that goes off early has to be set again
    const timer = setTimeout(callback, Math.ceil(delayMs))
    return () => clearTimeout(timer)
  },
}

function scheduleInParts(delayMs: number, callback: () => void): () => void {
  let cancel = (): void => {}
  const rest = (): void => {
    cancel = systemClock.schedule(delayMs - longestDelayMs, callback)
  }
  cancel = systemClock.schedule(longestDelayMs, rest)
  return () => cancel()
}

/** The time of day, in UTC as ISO 8601 has it: for what people read, never for measuring. */
export function systemTime(): string {
  return new Date().toISOString()
}
