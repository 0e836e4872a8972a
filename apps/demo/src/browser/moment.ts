import type { Connection } from '@tygase/client'
import type { tag } from '../game.js'
import { blend, type Frame } from './frame.js'
import { OwnDisc } from './own-disc.js'

/**
 * Other discs are drawn so far in the past: two ticks, and a little for jitter. With less they stutter; with more a touch is
 * seen where it did not happen.
 */
export const drawDelayMs = 75
/** The picture of now: other discs a little in the past, the own disc where the server will have it. */
export class Moment {
  readonly #connection: Connection<typeof tag>
  readonly #own = new OwnDisc()

  constructor(connection: Connection<typeof tag>) {
    this.#connection = connection
  }

  /** Takes a new direction of the player. */
  steer(nowMs: number, dx: number, dy: number): void {
    this.#own.steer(nowMs, dx, dy)
  }

  /** @param nowMs of `performance.now()`, which is the clock of the connection too */
  at(nowMs: number): Frame {
    const { state, version, store, clientId, status, rttMs = 0 } = this.#connection
    const arrivedMs = store.timeOf(version) ?? nowMs
    const { from, to, alpha } = this.#connection.between(drawDelayMs)
    const frame = blend(from, to, alpha, this.#connection.time - drawDelayMs / 1000)
    const row = state.players.get(clientId)
    const mine = frame.discs.find((disc) => disc.clientId === clientId)
    if (row === undefined || mine === undefined || status !== 'connected') return frame
    Object.assign(mine, this.#own.place(row, arrivedMs - rttMs, state.it === clientId, nowMs))
    return frame
  }
}
