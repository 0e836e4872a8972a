import type { Room, RoomServer } from '@tygase/server'
import { type BackendParts, BaseBackend } from './base-backend.js'
import type { RoomsWorld } from './rooms-world.js'

/** The server's side of a simulation with rooms: a real `RoomServer` in a process of its own. */
export class SimulatedRooms extends BaseBackend<RoomsWorld> {
  constructor(parts: BackendParts<RoomsWorld>) {
    super(parts, () => {})
  }

  /** Of the process that runs, or has crashed last; as its rooms. */
  get server(): RoomServer {
    return this.world.server
  }

  /** By name and id, `arena/42`, in the order of their making. */
  get rooms(): ReadonlyMap<string, Room> {
    return this.server.rooms
  }
}
