import { ServerError } from '../errors.js'
import { type RoomFilter, readRoomFilter } from '../rooms/room-list.js'
import { problemOf } from './problem.js'

/** Who knows the rooms: a `RoomServer`. */
export interface RoomSource {
  /** The public rooms that fit, as everybody may see them. @throws ServerError `invalid_argument` for what cannot be asked */
  listRooms(filter: RoomFilter): readonly object[] | Promise<readonly object[]>
}

export interface RoomListAnswer {
  readonly status: number
  /** To be sent as JSON. */
  readonly body: object
}

/**
 * `{ "rooms": […] }`, or what is wrong with the query.
 * @param query a filter, as `listRooms` of the client sends it
 * @throws whatever else the source does
 */
export async function answerRoomList(source: RoomSource, query: URLSearchParams): Promise<RoomListAnswer> {
  try {
    return { status: 200, body: { rooms: await source.listRooms(readRoomFilter(query)) } }
  } catch (error) {
    if (error instanceof ServerError && error.code === 'invalid_argument') {
      return problemOf('query_invalid', error.message)
    }
    throw error
  }
}
