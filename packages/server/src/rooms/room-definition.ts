import type { AnyGame, Clock, Logger } from '@tygase/gamestate'
import type { SessionLimits } from '@tygase/protocol'
import type { WallClock } from '../auth.js'
import type { ChannelTable } from '../channels/channel-table.js'
import type { ServerShare } from '../server-internals.js'
import type { Storage } from '../storage.js'
import type { Population } from './population.js'
import type { SettledRoomOptions } from './room-options.js'
import type { Traits } from './room-traits.js'
import type { SavedRooms } from './saved-rooms.js'
import type { TickSlots } from './tick-slots.js'

/** A kind of room. @typeParam R a `Room` of the game */
export interface RoomDefinition<G extends AnyGame, R> {
  readonly name: string
  readonly game: G
  readonly options: SettledRoomOptions<G, R>
  readonly savedRooms: SavedRooms
}

/** How a room has come to be made. */
export interface RoomOrigin {
  /** Its id is a new one, so that nothing of it was saved. */
  readonly isFresh: boolean
  /** A client has asked for it, and no code on the server. */
  readonly byClient: boolean
  /** What it is to be like besides. */
  readonly given?: Partial<Traits>
}

/** What a room has from its server. */
export interface RoomSurroundings {
  readonly clock: Clock
  readonly wallClock: WallClock
  readonly logger: Logger
  readonly random: () => number
  readonly limits: Partial<SessionLimits>
  readonly share: ServerShare
  readonly population: Population
  readonly tickSlots: TickSlots
  /** The channels of all rooms together. */
  readonly channels: ChannelTable
  readonly storage: Storage | undefined
  /** What a host client asks for that may shut the whole server down. */
  shutdownServer(reason: string): Promise<void>
}
