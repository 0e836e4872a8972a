import type { Clock } from '@tygase/gamestate'
import type { WallClock } from '../auth.js'

/** Calls `end` once when the time of day is `atMs`, at the earliest with the next turn of the event loop. @returns a function that cancels it */
export function expireAt(clock: Clock, wallClock: WallClock, atMs: number, end: () => void): () => void {
  return clock.schedule(Math.max(0, atMs - wallClock.now()), end)
}
