import type { RoomServer } from '@tygase/server'
import type { SimulatedRoomServerOptions } from './part-options.js'
import type { ClientOptions, SimulateOptions } from './simulate-options.js'

export interface SimulateRoomsOptions
  extends Pick<SimulateOptions<never>, 'seed' | 'link' | 'client' | 'onPacket' | 'command'> {
  /**
   * Makes the kinds of rooms known: `server.define('arena', arena, options)`. Called with each process of the server before
   * it serves, the first and those after a crash; what is to outlast one, as a `storage`, is made outside.
   */
  define: (server: RoomServer) => void
  /** What the clients ask for that connect at the beginning, one for each: `/arena/42` or `/arena`. Default none. */
  clients?: readonly string[]
  /** Of the server of rooms. Its time of day is virtual time unless a `wallClock` is given. */
  server?: SimulatedRoomServerOptions
  /** Called with each client as it connects, before anything else happens to it: the place to register handlers. */
  onConnect?: ClientOptions['onConnect']
}
