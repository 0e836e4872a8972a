import type { Handler } from 'hono'
import { answerRoomList, type RoomSource } from './room-list-answer.js'

/** Answers with the public rooms; takes a filter in the query. */
export function roomList(source: RoomSource): Handler {
  return async (c) => {
    const { status, body } = await answerRoomList(source, new URL(c.req.url).searchParams)
    return Response.json(body, { status, headers: { 'cache-control': 'no-store' } })
  }
}
