import type { RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '@tygase/gamestate'
import { answerUpgradeRequired } from '../answer-upgrade-required.js'
import { ServerError } from '../errors.js'
import { type Problem, problemOf } from '../http/problem.js'
import { type RoomFilter, type RoomListing, readRoomFilter } from './room-list.js'

/**
 * Answers `GET …/rooms` with the public rooms as JSON, `{ rooms: […] }`, and all other requests with 426. What is wrong with a
 * request for the list is told as `createHttp` does.
 * @param base what stands before the paths of rooms
 */
export function roomRequests(
  base: string,
  list: (filter: RoomFilter) => RoomListing[],
  logger: Logger,
): RequestListener {
  return (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2)
    if (path !== `${base}/rooms`) return answerUpgradeRequired(request, response)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return answerProblem(response, problemOf('method_not_allowed'))
    }
    try {
      answer(response, 200, { rooms: list(readRoomFilter(new URLSearchParams(query))) })
    } catch (error) {
      if (error instanceof ServerError && error.code === 'invalid_argument') {
        return answerProblem(response, problemOf('query_invalid', error.message))
      }
      logger.error({ err: error }, 'the list of rooms failed')
      answerProblem(response, problemOf('answer_failed'))
    }
  }
}

function answerProblem(response: ServerResponse, { status, body }: Problem): void {
  answer(response, status, body)
}

function answer(response: ServerResponse, status: number, body: object): void {
  const allow = status === 405 ? { allow: 'GET, HEAD' } : {}
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...allow })
    .end(JSON.stringify(body))
}
