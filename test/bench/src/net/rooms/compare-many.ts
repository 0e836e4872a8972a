import { medianRatio } from '../../median.js'
import { medians } from '../compare-rooms.js'
import { withProcesses } from '../helper-process.js'
import { type RoomFigures, roomFiguresOf } from '../measure-room.js'
import { measureWindow, type NetEffort } from '../measure-window.js'

/** So many clients spread over so many rooms. */
export interface ManyRow {
  rooms: number
  clientsPerRoom: number
  /** The median of each figure over the windows. */
  figures: RoomFigures
  /** Processor time in times of one room's with all the clients, the median over the rounds. */
  cpuRatio: number
}

/** Where there are many rooms, so many clients are in each. */
const clientsPerRoom = 10

/** Lets many rooms, and one room with as many clients as all of them, take turns, each in processes of their own. */
export async function compareMany(rooms: number, effort: NetEffort): Promise<ManyRow[]> {
  const clients = rooms * clientsPerRoom
  const many: RoomFigures[] = []
  const one: RoomFigures[] = []
  for (let round = 0; round < effort.rounds; round++) {
    many.push(await measureMany(rooms, clients, effort))
    one.push(await measureMany(1, clients, effort))
  }
  return manyRowsOf(rooms, many, one)
}

/** @param many windows with many rooms @param one as many with one room, in turn */
export function manyRowsOf(rooms: number, many: readonly RoomFigures[], one: readonly RoomFigures[]): ManyRow[] {
  const cpuOf = (figures: readonly RoomFigures[]) => figures.map(({ cpuPerClientTick }) => cpuPerClientTick)
  const rowOf = (roomCount: number, figures: readonly RoomFigures[]): ManyRow => ({
    rooms: roomCount,
    clientsPerRoom: (rooms * clientsPerRoom) / roomCount,
    figures: medians(figures),
    cpuRatio: medianRatio(cpuOf(figures), cpuOf(one)),
  })
  return [rowOf(rooms, many), rowOf(1, one)]
}

function measureMany(rooms: number, clients: number, effort: NetEffort): Promise<RoomFigures> {
  return withProcesses(async (server, client) => {
    const { port } = await server.ask('openRooms', { roomKind: 'moving', rooms })
    await client.ask('openRooms', { roomKind: 'moving', port, rooms, clients })
    const { ofServer, ofClients } = await measureWindow(server, client, effort)
    return roomFiguresOf(`${rooms} rooms`, clients, ofServer, ofClients)
  })
}
