import type { Clock } from '@tygase/gamestate'
import type { WallClock } from '../auth/wall-clock.js'

/** Timers of the runtime count ms in 31 bits and fire at once where that is not enough. */
const longestDelayMs = 2 ** 31 - 1

/** Calls `end` once when the time of day is `atMs`, at the earliest with the next turn of the event loop. @returns a function that cancels it */
export function expireAt(clock: Clock, wallClock: WallClock, atMs: number, end: () => void): () => void {
  let cancel = (): void => {}
  const wait = (): void => {
    const leftMs = Math.max(0, atMs - wallClock.now())
    cancel = clock.schedule(Math.min(leftMs, longestDelayMs), leftMs > longestDelayMs ? wait : end)
  }
  wait()
  return () => cancel()
}
