import type { Clock } from '@tygase/gamestate'

/** The real time: milliseconds since the process began, and the timers of the runtime. */
export const systemClock: Clock = {
  now: () => performance.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** The time of day, in UTC as ISO 8601 has it: for what people read, never for measuring. */
export function systemTime(): string {
  return new Date().toISOString()
}
