import type { NetClients } from '../systems/net-system.js'
import { joinTygase, joinTygaseLightly } from '../systems/tygase-client.js'
import { type RoomKind, roomPath, rowsPerRoom } from './room-kinds.js'

/** Clients of a server of so many rooms, who go into one room after the other. */
export function clientsOfRooms(kind: RoomKind, rooms: number): NetClients {
  let joined = 0
  const nextPath = () => roomPath(kind, joined++ % rooms)
  return {
    join: (port) => joinTygase(port, nextPath(), rowsPerRoom),
    joinLightly: (port) => joinTygaseLightly(port, nextPath()),
  }
}
