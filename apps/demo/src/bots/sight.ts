import type { Immutable } from '@tygase/gamestate'
import { tickRate } from '../arena.js'
import type { Tag } from '../game.js'
import type { Sight } from './brain.js'

/**
 * What the bot with this client id sees in a version.
 * @returns undefined where it does not play
 */
export function see(state: Immutable<Tag>, version: number, clientId: string): Sight | undefined {
  const self = state.players.get(clientId)
  if (self === undefined) return undefined
  const rows = [...state.players].filter(([id]) => id !== clientId)
  const others = rows.map(([, player]) => player)
  const prey = rows.filter(([id]) => id !== state.taggedBy).map(([, player]) => player)
  return {
    self,
    isIt: state.it === clientId,
    it: state.players.get(state.it),
    others,
    prey: prey.length > 0 ? prey : others,
    // a version is the number of its tick, and game time is ticks
    protection: Math.max(0, state.protectedUntil - version / tickRate),
  }
}
