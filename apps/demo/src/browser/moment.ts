import type { Connection } from '@tygase/client'
import { tickRate } from '../arena.js'
import type { tag } from '../game.js'
import { blend, type Frame } from './frame.js'
import { OwnDisc } from './own-disc.js'

/**
 * How far in the past others are drawn: two ticks, and a little for jitter. Less, and they stutter; more, and they are
 * touched where they no longer are.
 */
export const drawDelayMs = 75
/** A version that is older than this when it is drawn: the game is paused or the connection is gone. */
const staleMs = 300

/** What is to be drawn now: everybody a little in the past, the own disc where the server will see it. */
export class Moment {
  readonly #connection: Connection<typeof tag>
  readonly #own = new OwnDisc()

  constructor(connection: Connection<typeof tag>) {
    this.#connection = connection
  }

  /** The player steers otherwise from now on. */
  steer(nowMs: number, dx: number, dy: number): void {
    this.#own.steer(nowMs, dx, dy)
  }

  /** @param nowMs of `performance.now()`, which is the clock of the connection too */
  at(nowMs: number): Frame {
    const { state, version, store, clientId, status, rttMs = 0 } = this.#connection
    const arrivedMs = store.timeOf(version) ?? nowMs
    const ageMs = Math.min(staleMs, Math.max(0, nowMs - arrivedMs))
    const { from, to, alpha } = this.#connection.between(drawDelayMs)
    const frame = blend(from, to, alpha, version / tickRate + (ageMs - drawDelayMs) / 1000)
    const row = state.players.get(clientId)
    const mine = frame.discs.find((disc) => disc.clientId === clientId)
    if (row === undefined || mine === undefined || status !== 'connected') return frame
    Object.assign(mine, this.#own.place(row, arrivedMs - rttMs, state.it === clientId, nowMs))
    return frame
  }
}
