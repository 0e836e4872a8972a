import type { Immutable } from '@tygase/gamestate'
import type { ClientRow } from '../../../src/shared/look-game.js'

/** The beginning of an id: enough to tell apart those of one room. */
export function shortId(id: string): string {
  return id.length > 8 ? `${id.slice(0, 6)}…` : id
}

/** A client as people call it. */
export function clientName(id: string, row: Immutable<ClientRow> | undefined): string {
  const name = row?.name || row?.userId
  return name ? `${name} (${shortId(id)})` : shortId(id)
}
