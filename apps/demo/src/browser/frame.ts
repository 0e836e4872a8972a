import type { Immutable } from '@tygase/gamestate'
import type { Tag } from '../game.js'

/** A disc as it is drawn at one moment. */
export interface Disc {
  clientId: string
  name: string
  colour: number
  isIt: boolean
  x: number
  y: number
  /** Units a second. */
  vx: number
  vy: number
}

/** The picture of one moment. */
export interface Frame {
  discs: Disc[]
  /** Seconds until discs can be tagged; 0 if they can. */
  protection: number
}

/** A longer way from one version to the next, in units, is no run: the disc is not drawn in between. */
const jump = 260

/**
 * The picture between two versions.
 * @param alpha 0 (as `from`) to 1 (as `to`)
 * @param time game time of the moment, in seconds
 */
export function blend(from: Immutable<Tag>, to: Immutable<Tag>, alpha: number, time: number): Frame {
  const discs: Disc[] = []
  for (const [clientId, a] of from.players) {
    const b = to.players.get(clientId) ?? a
    const share = Math.hypot(b.x - a.x, b.y - a.y) > jump ? 0 : alpha
    discs.push({
      clientId,
      name: a.name,
      colour: a.colour,
      isIt: clientId === from.it,
      x: mix(a.x, b.x, share),
      y: mix(a.y, b.y, share),
      vx: mix(a.vx, b.vx, share),
      vy: mix(a.vy, b.vy, share),
    })
  }
  return { discs, protection: Math.max(0, from.protectedUntil - time) }
}

function mix(a: number, b: number, alpha: number): number {
  return a + (b - a) * alpha
}
