import type { Immutable } from '@tygase/gamestate'
import { printable } from '@tygase/terminal'
import type { Place } from '../motion.js'
import type { Player, World } from '../world.js'

/** A place in the form that people type: `10,0,-2.5`. */
export function placeWords({ x, y, z }: Readonly<Place>): string {
  // adding 0 takes the sign from -0
  return [x, y, z].map((part) => Number(part.toFixed(3)) + 0).join(',')
}

type Seen = Immutable<Player>

/** Turns changes of the world into lines: players who come, leave, set out and arrive. */
export class Sights {
  readonly #known = new Map<string, Seen>()

  /** @returns a line for each change since the last call; at first a line for each player */
  look(players: Immutable<World>['players']): string[] {
    const lines: string[] = []
    for (const [id, known] of [...this.#known]) {
      if (players.has(id)) continue
      this.#known.delete(id)
      lines.push(`- ${printable(known.name)} is gone`)
    }
    for (const [id, player] of players) {
      const known = this.#known.get(id)
      if (known === player) continue
      this.#known.set(id, player)
      const line = known === undefined ? coming(player) : change(known, player)
      if (line !== undefined) lines.push(line)
    }
    return lines
  }
}

function coming(player: Seen): string {
  const way = isThere(player) ? '' : `, walking to ${placeWords(goalOf(player))}`
  return `+ ${printable(player.name)} is here, at ${placeWords(player)}${way}`
}

function change(before: Seen, now: Seen): string | undefined {
  const name = printable(now.name)
  const hasTurned = before.toX !== now.toX || before.toY !== now.toY || before.toZ !== now.toZ
  if (isThere(now)) return isThere(before) && !hasTurned ? undefined : `  ${name} is at ${placeWords(now)}`
  return hasTurned ? `  ${name} walks to ${placeWords(goalOf(now))}` : undefined
}

export function goalOf({ toX, toY, toZ }: Seen): Place {
  return { x: toX, y: toY, z: toZ }
}

/** True if it stands. */
export function isThere({ x, y, z, toX, toY, toZ }: Seen): boolean {
  return x === toX && y === toY && z === toZ
}
