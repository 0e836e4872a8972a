import type { Immutable } from '@tygase/gamestate'
import type { Tag } from '../game.js'
import type { Player } from '../player.js'

/** A disc as it is drawn at one moment. */
export interface Disc extends Readonly<Player> {
  clientId: string
  isIt: boolean
}

/** The picture of one moment. */
export interface Frame {
  discs: Disc[]
  /** Seconds until discs can be tagged; 0 if they can. */
  protection: number
}

/**
 * The picture of a scene.
 * @param time game time now, in seconds
 */
export function frameOf(scene: Immutable<Tag>, time: number): Frame {
  const discs = [...scene.players].map(([clientId, player]) => ({
    ...player,
    clientId,
    isIt: clientId === scene.it,
  }))
  return { discs, protection: Math.max(0, scene.protectedUntil - time) }
}
