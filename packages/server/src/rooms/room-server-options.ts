import type { Auth, WallClock } from '../auth.js'
import type { ChannelsOptions } from '../channels/channel-options.js'
import { checkCounts } from '../check-counts.js'
import { ServerError } from '../errors.js'
import { usualSessionsPerAddress } from '../gate.js'
import type { ServerOptions } from '../server-options.js'
import type { Storage } from '../storage.js'

export interface RoomServerOptions
  extends Pick<
    ServerOptions,
    | 'clock'
    | 'random'
    | 'logger'
    | 'limits'
    | 'maxSessionsPerAddress'
    | 'maxHandshakes'
    | 'maxHandshakesPerAddress'
    | 'blockList'
    | 'accessLog'
  > {
  /**
   * Says who a client is, or refuses it, before anything is made for it. A kind of room may have another. Default: nobody is
   * asked, and nobody is known.
   */
  auth?: Auth
  /** How long `auth` may take; then the client is refused with `auth_timeout`. Above 0, default 4,000. */
  authTimeoutMs?: number
  /** Sessions in all rooms at a time, suspended ones included; one more is refused with `server_full`. From 1, default 10,000. */
  maxSessions?: number
  /** Rooms at a time; one more is refused with `room_limit`. From 1, default 1,000. */
  maxRooms?: number
  /**
   * Rooms at a time that were made because a client at one address asked for them; such a client is refused with `room_limit` when
   * it asks for one more. An IPv6 network of 64 bits counts as one address. From 1, default 100, and no limit for this machine's
   * own; a number that is given holds for all.
   */
  maxRoomsPerAddress?: number
  /**
   * Clients that have said hello and are not in their room yet: they are asked who they are, or wait for it to be made. One more
   * makes the one go that has waited longest, with `server_full`; of one address as many wait as may have sessions, and one more
   * makes its first one go with `too_many_sessions`. From 1, default 1,000.
   */
  maxArrivals?: number
  /** Where rooms that are saved are kept, unless their kind says otherwise. */
  storage?: Storage
  /** What clients may do with the channels of all rooms together. */
  channels?: ChannelsOptions
  /** The time of day, by which identities expire. Default: the system's. */
  wallClock?: WallClock
}

/** As many as there may be sessions: each may play alone. */
export const usualRoomsPerAddress = usualSessionsPerAddress

interface Counts {
  authTimeoutMs: number
  maxSessions: number
  maxRooms: number
  maxHandshakes: number
  maxArrivals: number
}

/** The numbers among the options, with their defaults. @throws ServerError `invalid_argument` naming the one out of range */
export function settleCounts(options: RoomServerOptions): Counts {
  const { authTimeoutMs = 4000, maxSessions = 10_000, maxRooms = 1000 } = options
  const { maxRoomsPerAddress = 1, maxHandshakes = 256, maxArrivals = 1000 } = options
  checkCounts({ maxSessions, maxRooms, maxRoomsPerAddress, maxHandshakes, maxArrivals })
  if (!(authTimeoutMs > 0)) {
    throw new ServerError('invalid_argument', `authTimeoutMs is a number above 0, not ${authTimeoutMs}`)
  }
  return { authTimeoutMs, maxSessions, maxRooms, maxHandshakes, maxArrivals }
}
