import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Clock, Logger } from '@tygase/gamestate'
import { answerUpgradeRequired } from '../answer-upgrade-required.js'
import { type AllowedOrigins, originCheck } from '../defence/allowed-origins.js'
import type { HttpErrorCode } from '../http/errors.js'
import { OpenRequests } from '../http/open-requests.js'
import { problemOf } from '../http/problem.js'
import { RequestRate } from '../http/request-rate.js'
import { answerRoomList, type RoomSource } from '../http/room-list-answer.js'
import { clientOf } from '../request-client.js'

export interface RoomRequestsOptions {
  /** What stands before the paths of rooms. */
  base: string
  source: RoomSource
  /** Whose web pages may read the list: those that may connect. */
  allowedOrigins: AllowedOrigins | undefined
  clock: Clock
  logger: Logger
}

/** As for `createHttp` where nothing else is said. */
const maxRequests = 256

/**
 * Answers `GET …/rooms` with the public rooms as JSON, `{ rooms: […] }`, and all other requests with 426. What is wrong with a
 * request for the list is told as `createHttp` does, and so many may ask for it.
 * @throws ServerError `invalid_argument` for an origin that is none
 */
export function roomRequests({ base, source, allowedOrigins, clock, logger }: RoomRequestsOptions): RequestListener {
  const allows = originCheck(allowedOrigins)
  const rate = new RequestRate(undefined, clock)
  const open = new OpenRequests(maxRequests, undefined)

  const list = async (request: IncomingMessage, response: ServerResponse, query: string): Promise<void> => {
    const { origin } = request.headers
    if (origin !== undefined && allows(origin)) response.setHeader('access-control-allow-origin', origin)
    const { host } = clientOf(request)
    const waitS = rate.take(host)
    if (waitS > 0) return refuse(response, 'too_many_requests', { 'retry-after': waitS })
    const leave = open.enter(host)
    if (typeof leave === 'string') return refuse(response, leave, { 'retry-after': 1 })
    response.once('close', leave)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return refuse(response, 'method_not_allowed', { allow: 'GET, HEAD' })
    }
    const { status, body } = await answerRoomList(source, new URLSearchParams(query))
    answer(response, status, body)
  }

  return (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2)
    if (path !== `${base}/rooms`) return answerUpgradeRequired(request, response)
    // caches must not give one origin what was meant for another
    response.setHeader('vary', 'Origin')
    list(request, response, query).catch((error) => {
      logger.error({ err: error }, 'the list of rooms failed')
      refuse(response, 'answer_failed')
    })
  }
}

function refuse(response: ServerResponse, code: HttpErrorCode, headers: Record<string, string | number> = {}): void {
  const { status, body } = problemOf(code)
  answer(response, status, body, headers)
}

function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string | number> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
    .end(JSON.stringify(body))
}
