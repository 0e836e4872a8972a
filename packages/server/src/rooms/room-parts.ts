import type { AnyGame } from '@tygase/gamestate'
import type { RoomLife } from './room-life.js'
import type { RoomSeats } from './room-seats.js'

/** What a room's server does with it that its user cannot. */
export interface RoomParts {
  readonly life: RoomLife<AnyGame>
  readonly seats: RoomSeats<AnyGame>
}

const parts = new WeakMap<object, RoomParts>()

/** For the constructor of a room. */
export function setParts(room: object, own: RoomParts): void {
  parts.set(room, own)
}

/** @param room one that was made: each has parts */
export function partsOf(room: object): RoomParts {
  return parts.get(room)!
}
