import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Clock, Logger } from '@tygase/gamestate'
import { atOnce } from '@tygase/gamestate/internal'
import { type AnswerErrorCode, ServerError } from '../errors.js'
import { type RoomFilter, readRoomFilter } from '../rooms/listing.js'
import { requestAddress } from './address.js'
import { limitPerAddress, RequestRate } from './address-limits.js'
import { PendingList } from './pending-list.js'
import { answerAndClose, closingAnswer } from './request-sockets.js'

/**
 * Web pages that may connect: a list of origins (`https://game.example`), or a function that is called with the origin of each
 * request, or with undefined if the request has none.
 */
export type AllowedOrigins = readonly string[] | ((origin: string | undefined) => boolean)

/**
 * Makes the check for the `Origin` header of a request. A list lets requests without an origin in: only browsers send the
 * header, and every other program could send any origin.
 * @throws ServerError `invalid_argument` naming an entry of the list that is not an origin
 */
export function originCheck(allowed: AllowedOrigins | undefined): (origin: string | undefined) => boolean {
  if (allowed === undefined) return () => true
  if (typeof allowed === 'function') return (origin) => atOnce('allowedOrigins', allowed(origin)) === true
  const origins = new Set(allowed.map(checkedOrigin))
  return (origin) => origin === undefined || origins.has(origin)
}

function checkedOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null'
  // an entry with a path or a query would never match
  if (origin === 'null' || (text.toLowerCase() !== origin && text.toLowerCase() !== `${origin}/`)) {
    throw new ServerError('invalid_argument', `not an origin like https://game.example: '${text}'`)
  }
  return origin
}

/** Lists rooms: a `Server`. */
export interface RoomSource {
  /** The public rooms that match, as everyone may see them. @throws ServerError `invalid_argument` for a wrong filter */
  listRooms(filter: RoomFilter): readonly object[] | Promise<readonly object[]>
}

/** An HTTP answer with a JSON body. */
export interface JsonAnswer {
  readonly status: number
  readonly body: object
}

/**
 * The answer to `GET /rooms`: `{ "rooms": […] }`, or 400 for a wrong query.
 * @param query a filter, as `listRooms` of the client sends it
 * @throws the errors of the source, except `invalid_argument`
 */
export async function answerRoomList(source: RoomSource, query: URLSearchParams): Promise<JsonAnswer> {
  try {
    return { status: 200, body: { rooms: await source.listRooms(readRoomFilter(query)) } }
  } catch (error) {
    if (!(error instanceof ServerError) || error.code !== 'invalid_argument') throw error
    return problem(400, 'query_invalid', error.message)
  }
}

/** Answers for browsers on this machine, in development. */
export interface BrowserAnswers {
  /** True if it answers a request itself. */
  isFor(request: IncomingMessage): boolean
  /** @param instead called with a sentence for people if there is no other answer */
  answer(request: IncomingMessage, response: ServerResponse, instead: (hint: string) => void): Promise<void>
}

export interface HttpAnswersOptions {
  /** Undefined: there is no list. */
  rooms: RoomSource | undefined
  /** Path before `/rooms`. */
  path: string
  /** Web pages that may connect. The same pages may read the list. */
  allowedOrigins: AllowedOrigins | undefined
  /** Undefined: browsers get the same answers as all others. */
  browsers?: BrowserAnswers | undefined
  clock: Clock
  logger: Logger
}

/** Lists that are being sent at a time, in all and to one address, and the longest time for one. As in `createHttp`. */
const maxLists = 256
const maxListsPerAddress = 32
const listTimeoutMs = 30_000

const greeting = `This is a TyGaSe game server, and it works.
It speaks WebSocket. A game connects to this address with @tygase/client: connect('ws://…') or connect('wss://…').
`

/**
 * The answers of a server without a `requestListener`: the list of public rooms at `GET …/rooms`, and 426 with a text for
 * people at every other path; in development, a page for browsers on this machine. A page whose origin may not connect gets 403 `origin_refused` there, so that a client can say why.
 * @throws ServerError `invalid_argument` for a wrong entry of `allowedOrigins`
 */
export function httpAnswers(options: HttpAnswersOptions): RequestListener {
  const { rooms, path, browsers, clock, logger } = options
  const allows = originCheck(options.allowedOrigins)
  const rate = new RequestRate(undefined, clock)
  const maxPerAddress = limitPerAddress(undefined, maxListsPerAddress)
  const sending = new PendingList({ clock, timeoutMs: listTimeoutMs, max: maxLists, maxPerAddress })

  const list = async (source: RoomSource, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { origin } = request.headers
    if (origin !== undefined && allows(origin)) response.setHeader('access-control-allow-origin', origin)
    const { host } = requestAddress(request)
    const waitS = rate.take(host)
    if (waitS > 0) {
      const { status, body } = problem(429, 'too_many_requests', 'too many requests from this address')
      const allowed = response.getHeader('access-control-allow-origin')
      const headers = ['vary: Origin', `retry-after: ${waitS}`]
      if (allowed !== undefined) headers.push(`access-control-allow-origin: ${allowed}`)
      return answerAndClose(request, closingAnswer(status, body, headers, request.method === 'HEAD'))
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return answer(response, problem(405, 'method_not_allowed', 'this method is not allowed here'))
    }
    response.once(
      'close',
      sending.add(host, () => response.destroy()),
    )
    answer(response, await answerRoomList(source, new URLSearchParams(request.url?.split('?')[1])))
  }

  const speakToPeople = (response: ServerResponse, hint = ''): void => {
    response
      .writeHead(426, { 'content-type': 'text/plain; charset=utf-8', upgrade: 'websocket', connection: 'close' })
      .end(greeting + hint)
  }

  return (request, response) => {
    // a cache must not give the answer for one origin to another
    response.setHeader('vary', 'Origin')
    if (rooms !== undefined && request.url?.split('?')[0] === `${path}/rooms`) {
      list(rooms, request, response).catch((error) => {
        logger.error({ err: error }, 'the list of rooms failed')
        answer(response, problem(500, 'answer_failed', 'the server failed'))
      })
      return
    }
    if (browsers?.isFor(request) === true) {
      browsers
        .answer(request, response, (hint) => speakToPeople(response, hint))
        .catch((error) => {
          logger.error({ err: error }, 'the page of the port failed')
          response.destroy()
        })
      return
    }
    response.setHeader('access-control-allow-origin', '*')
    const { origin } = request.headers
    if (origin !== undefined && !allows(origin)) {
      answer(response, problem(403, 'origin_refused', 'pages of this origin may not connect'))
      return
    }
    speakToPeople(response)
  }
}

function problem(status: number, code: AnswerErrorCode, message: string): JsonAnswer {
  return { status, body: { code, message } }
}

function answer(response: ServerResponse, { status, body }: JsonAnswer): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body))
}
