import type { AnyGame } from '@tygase/gamestate'
import { shutdownEvent, worldEvent } from '@tygase/protocol'

/** The names that travel as numbers: those of a game's events, and of those that every server has. */
export function eventNames(game: AnyGame | undefined): string[] {
  return [...Object.keys(game?.events ?? {}), ...Object.keys(game?.serverEvents ?? {}), worldEvent, shutdownEvent]
}
