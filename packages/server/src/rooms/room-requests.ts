import type { RequestListener, ServerResponse } from 'node:http'
import { TygaseError } from '@tygase/gamestate'
import { answerUpgradeRequired } from '../answer-upgrade-required.js'
import { type RoomFilter, type RoomListing, readRoomFilter } from './room-list.js'

/**
 * Answers `GET …/rooms` with the public rooms as JSON, `{ rooms: […] }`, and all other requests with 426.
 * @param base what stands before the paths of rooms
 */
export function roomRequests(base: string, list: (filter: RoomFilter) => RoomListing[]): RequestListener {
  return (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2)
    if (path !== `${base}/rooms`) return answerUpgradeRequired(request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return answer(response, 405, { error: { code: 'method_not_allowed', message: 'rooms are asked for by GET' } })
    }
    try {
      answer(response, 200, { rooms: list(readRoomFilter(new URLSearchParams(query))) })
    } catch (error) {
      const { code, message } =
        error instanceof TygaseError ? error : { code: 'internal_error', message: 'the list failed' }
      answer(response, code === 'internal_error' ? 500 : 400, { error: { code, message } })
    }
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  const allow = status === 405 ? { allow: 'GET, HEAD' } : {}
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...allow })
    .end(JSON.stringify(body))
}
