import type { Clock } from '@tygase/gamestate'

/** What tells the time of day: `now` is Unix time in ms. Unlike a `Clock` in general it may be set back. */
export type WallClock = Pick<Clock, 'now'>

export const wallClock: WallClock = { now: () => Date.now() }
