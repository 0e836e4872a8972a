import type { Clock } from '@tygase/gamestate'

/** The real time: milliseconds since the page or process began, and the timers of the runtime. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
