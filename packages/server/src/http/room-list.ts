import type { Handler } from 'hono'
import { ServerError } from '../errors.js'
import { type RoomFilter, readRoomFilter } from '../rooms/room-list.js'
import { problem } from './problem.js'

/** Who knows the rooms: a `RoomServer`. */
export interface RoomSource {
  /** The public rooms that fit, as everybody may see them. @throws ServerError `invalid_argument` for what cannot be asked */
  listRooms(filter: RoomFilter): readonly object[] | Promise<readonly object[]>
}

/** Answers `{ "rooms": […] }`; takes a filter in the query, as `listRooms` of the client sends it. */
export function roomList(source: RoomSource): Handler {
  return async (c) => {
    try {
      const rooms = await source.listRooms(readRoomFilter(new URL(c.req.url).searchParams))
      return Response.json({ rooms }, { headers: { 'cache-control': 'no-store' } })
    } catch (error) {
      if (!(error instanceof ServerError && error.code === 'invalid_argument')) throw error
      return problem('query_invalid', {}, error.message)
    }
  }
}
