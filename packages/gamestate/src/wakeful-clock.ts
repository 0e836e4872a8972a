import { type ErrorLog, guardedClock } from './callbacks.js'
import type { Clock } from './clock.js'

/** A timer looks at its clock at least this often: the clock may have jumped, as when a machine was asleep. */
export const lookMs = 60_000

/**
 * A `guardedClock` whose timers live through the sleep of a machine. A timer that is set for more than a minute looks at the
 * clock each minute, and is due as soon as either the clock or its own waiting says so.
 */
export function wakefulClock(clock: Clock, logger: ErrorLog): Clock {
  const { now, schedule: set } = guardedClock(clock, logger)
  const schedule = (delayMs: number, callback: () => void): (() => void) => {
    if (delayMs <= lookMs || delayMs === Number.POSITIVE_INFINITY) return set(delayMs, callback)
    let leftMs = delayMs
    let cancel = (): void => {}
    const look = (): void => {
      const waitMs = Math.min(lookMs, leftMs)
      const fromMs = now()
      cancel = set(waitMs, () => {
        // a clock that was set back must not make it wait longer
        leftMs -= Math.max(waitMs, now() - fromMs)
        if (leftMs > 0) look()
        else callback()
      })
    }
    look()
    return () => cancel()
  }
  return { now, schedule }
}
