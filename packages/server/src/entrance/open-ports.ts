import type { Clock } from '@tygase/gamestate'
import { closeCodes } from '@tygase/protocol/internal'
import type { Entrance } from './entrance.js'
import type { Listening } from './listening.js'

export interface PortOpening {
  readonly clock: Clock
  readonly entrance: Pick<Entrance, 'hold' | 'release'>
  readonly listening: Pick<Listening, 'close'>
  /** True if another process may still have the rooms, and the port. */
  readonly isTakingOver: boolean
  openRooms(): Promise<void>
  listen(): Promise<void>
}

/** Between two looks whether the process before has left the port. */
const portLookMs = 20

/** Opens the ports of a server, and its rooms. Rejects as the two do; then no port is held. */
export async function openPorts(opening: PortOpening): Promise<void> {
  try {
    if (opening.isTakingOver) return await takeOver(opening)
    await opening.listen()
    await opening.openRooms()
  } catch (error) {
    opening.entrance.release(closeCodes.shutdown.reason)
    await opening.listening.close(0)
    throw error
  }
}

/**
 * Rooms that another process has left go on before their clients come in. Clients that connect meanwhile wait: they would come
 * later if they had to try again. The process before may have the port until its rooms are here.
 */
async function takeOver({ clock, entrance, listening, openRooms, listen }: PortOpening): Promise<void> {
  let areOpen = false
  const rooms = openRooms().finally(() => {
    areOpen = true
  })
  rooms.catch(() => {})
  entrance.hold()
  for (;;) {
    const isLast = areOpen
    try {
      await listen()
      break
    } catch (error) {
      await listening.close(0)
      const { code } = error as { code?: unknown }
      if (isLast || code !== 'port_in_use') {
        await rooms
        throw error
      }
    }
    await Promise.race([rooms, new Promise<void>((resolve) => clock.schedule(portLookMs, resolve))])
  }
  await rooms
}
