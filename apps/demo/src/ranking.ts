import type { Immutable } from '@tygase/gamestate'
import type { Tag } from './game.js'

/** A line of the table. */
export interface Rank {
  /** From 1. Players with the same time as *it*, to the tenth of a second, share a place. */
  place: number
  clientId: string
  name: string
  colour: number
  bot: boolean
  isIt: boolean
  itSeconds: number
  tags: number
}

/** The table: the least time as *it* leads. With equal times, more tags come first, then names in order. */
export function rank(state: Immutable<Tag>): Rank[] {
  const ranks: Rank[] = []
  for (const [clientId, player] of state.players) {
    const { name, colour, bot, tags } = player
    // tenths are shown: invisible differences must not decide the order
    const itSeconds = Math.round(player.itSeconds * 10) / 10
    ranks.push({ place: 0, clientId, name, colour, bot, isIt: clientId === state.it, itSeconds, tags })
  }
  ranks.sort((a, b) => a.itSeconds - b.itSeconds || b.tags - a.tags || compare(a.name, b.name))
  ranks.forEach((entry, index) => {
    const before = ranks[index - 1]
    entry.place = before !== undefined && before.itSeconds === entry.itSeconds ? before.place : index + 1
  })
  return ranks
}

// by code unit: the same table everywhere, whatever the reader's language
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
