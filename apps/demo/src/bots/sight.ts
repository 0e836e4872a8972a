import type { Immutable } from '@tygase/gamestate'
import type { Tag } from '../game.js'
import type { Sight } from './brain.js'

/**
 * What the bot with this client id sees.
 * @param time the game time, in seconds
 * @returns undefined if it does not play
 */
export function see(state: Immutable<Tag>, time: number, clientId: string): Sight | undefined {
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
    protection: Math.max(0, state.protectedUntil - time),
  }
}
