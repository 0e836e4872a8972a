import { type AnyGame, createRandom, defineGame, EntityMap } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { arenaPrecision, beginArena, type Fighter } from '../../scenes/arena.js'
import { makePlain } from '../../systems/record-rows.js'
import { type RoomKind, roomTickRate, rowsPerRoom } from './room-kinds.js'

interface State {
  /** Which of the rooms it is: rules know nothing else of where they run. */
  room: number
  rows: EntityMap<Fighter>
}

/**
 * Starts a server of so many rooms at any free port, in which nobody is.
 * @param onTick called where a tick of a room that moves begins
 * @returns the port
 */
export async function serveRooms(kind: RoomKind, count: number, onTick: (room: number) => void): Promise<number> {
  const server = new Server({ logger: false })
  const scripts: ReturnType<typeof beginArena>[] = []
  const initialState = (): State => {
    const script = beginArena(createRandom(scripts.length), rowsPerRoom)
    scripts.push(script)
    return { room: scripts.length - 1, rows: new EntityMap(Object.entries(script.fighters())) }
  }
  const shared = { initialState, tickRate: roomTickRate, precision: arenaPrecision }
  const games: Record<RoomKind, AnyGame> = {
    still: defineGame(shared),
    moving: defineGame({
      ...shared,
      timeStep(state) {
        const { room } = state
        onTick(room)
        scripts[room]!.next().play(state, makePlain)
      },
    }),
  }
  // with hundreds in a room, members are not told of each other: the same for rooms of all sizes
  server.define(kind, games[kind], { idleGraceMs: Number.POSITIVE_INFINITY, sendMembers: false })
  for (let index = 0; index < count; index++) await server.createRoom(kind, { id: `r${index}` })
  await server.run()
  return server.port!
}
