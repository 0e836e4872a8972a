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
  /** The client that is *it*, and the one that passed it on by a touch; empty if there is none. */
  it: string
  taggedBy: string
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
  const { it, taggedBy } = scene
  return { discs, it, taggedBy, protection: Math.max(0, scene.protectedUntil - time) }
}
