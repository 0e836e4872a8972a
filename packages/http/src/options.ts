import type { Clock } from '@tygase/gamestate'
import type { LoggerOption } from '@tygase/gamestate/internal'
import { faultOfOptions, type OptionRow } from '@tygase/gamestate/internal'
import { ServerError } from '@tygase/server'
import type { AccessLogTarget, ClientAddress, RoomSource } from '@tygase/server/internal'
import type { Hono } from 'hono'

/** The values that a route finds in `c.env`. */
export interface HttpEnv {
  /** Address of the client. Undefined for a request made by `http.request` without an address. */
  readonly clientAddress: ClientAddress | undefined
}

/** A Hono app that takes routes. */
export type HttpApp = Hono<{ Bindings: HttpEnv }>

/** Web pages of other origins that may read the answers. */
export interface CorsOptions {
  /** Their origins: `https://game.example`. */
  origins: readonly string[]
  /** Request headers that they may send besides the ones that every page may send. Default: `content-type` and `authorization`. */
  headers?: readonly string[]
  /** If they may send cookies. Default false. */
  credentials?: boolean
  /** Time for which a browser may keep the answer to its preflight request, in seconds. Default 600. */
  maxAgeS?: number
}

/** Options of `createHttp`. */
export interface HttpOptions {
  /**
   * Path before those of all routes, `/healthz` and `/rooms` too, such as `/play`: what `path` of `run` is for the rooms. Default: none.
   */
  path?: string
  /** Adds routes of your own to the app. They come before all others; the first one that matches answers. */
  routes?: (app: HttpApp) => void
  /**
   * Answers `/healthz` with these details and `status: 'ok'`, or with 503 if it throws. False for no such route. Default: no details.
   */
  healthz?: false | (() => object | Promise<object>)
  /** Answers `/rooms` with the public rooms of this server. Default: no such route. */
  rooms?: RoomSource
  /** Web pages of other origins that may read the answers. Default: none. */
  cors?: CorsOptions
  /** Sizes, times and rates of requests. */
  limits?: Partial<HttpLimits>
  /** Gets an entry for each request that is over. It must not be the `logger`. Default: none. */
  accessLog?: AccessLogTarget
  /** Default: real time. */
  clock?: Clock
  /** Gets errors of routes, and nothing that a client has sent. Default: warnings and errors to the console. */
  logger?: LoggerOption
}

/** Limits for requests. The numbers are from 1 to Infinity. */
export interface HttpLimits {
  /** Bytes of a body. A route gets the body as a whole. Beyond it: `body_too_large`. Default 1 MiB. */
  maxBodyBytes: number
  /**
   * Values that a body becomes when it is parsed: of JSON its arrays, objects, properties and items, of a form its fields. JSON may
   * also be nested 100 levels deep. Beyond it: `body_too_large`. Default 50,000.
   */
  maxBodyElements: number
  /** Memory for the bodies of all requests at a time, as bytes and as values of 64 bytes. Beyond it: `server_busy`. Default 64 MiB. */
  maxBodyMemoryBytes: number
  /** Bytes of path and query, as they were sent. Beyond it: `url_too_long`. Default 2,048. */
  maxUrlBytes: number
  /**
   * Time for the body to come (else `body_timeout`) and for the answer to begin (else `answer_timeout`). A client that reads nothing
   * of its answer for this time is cut. Default 30,000.
   */
  requestTimeoutMs: number
  /**
   * Requests per minute from one address. Those of a minute may come at once. Beyond it: `too_many_requests`. An IPv6 network of 64
   * bits counts as one address. Default 600, without a limit for addresses of this machine; a given number holds for all.
   */
  requestsPerMinutePerAddress: number
  /** Requests at a time, until their answers have been sent. Beyond it: `server_busy`. Default 256. */
  maxRequests: number
  /** Requests at a time from one address. Beyond it: `too_many_requests`. Default 32, without a limit for this machine. */
  maxRequestsPerAddress: number
  /** If a body may come in chunks, without a length in its head. Default false: `length_required`. */
  allowChunked: boolean
}

/** The limits with their defaults. The two for each address stay open, because their defaults depend on the address. */
export type CheckedLimits = Omit<HttpLimits, PerAddress> & Partial<Pick<HttpLimits, PerAddress>>

type PerAddress = 'requestsPerMinutePerAddress' | 'maxRequestsPerAddress'

const number = (name: keyof HttpLimits, value: number | undefined, unit: string, meaning: string, code: string) =>
  ({ name, default: value, unit, min: 1, meaning, code }) satisfies OptionRow

/** The `limits` of `createHttp`. */
export const httpLimitRows: readonly OptionRow[] = [
  number('maxBodyBytes', 1024 * 1024, 'bytes', 'A body. A route gets the body as a whole.', 'body_too_large'),
  number(
    'maxBodyElements',
    50_000,
    'values',
    'That a body becomes when it is parsed. JSON is nested up to 100 levels deep.',
    'body_too_large',
  ),
  number(
    'maxBodyMemoryBytes',
    64 * 1024 * 1024,
    'bytes',
    'Bodies of all requests at a time, as bytes and as values of 64 bytes.',
    'server_busy',
  ),
  number('maxUrlBytes', 2048, 'bytes', 'Path and query, as they were sent.', 'url_too_long'),
  number(
    'requestTimeoutMs',
    30_000,
    'ms',
    'Time for the body to come, and then for the answer to begin. A client that reads nothing of its answer for this time is cut.',
    'body_timeout',
  ),
  number(
    'requestsPerMinutePerAddress',
    undefined,
    'requests',
    'From one address; those of a minute may come at once. Default 600, no limit for this machine; a given number holds for all.',
    'too_many_requests',
  ),
  number('maxRequests', 256, 'requests', 'At a time, until their answers have been sent.', 'server_busy'),
  number(
    'maxRequestsPerAddress',
    undefined,
    'requests',
    'At a time from one address. Default 32, no limit for this machine; a given number holds for all.',
    'too_many_requests',
  ),
  {
    name: 'allowChunked',
    default: false,
    unit: '',
    min: 0,
    meaning: 'True: a body may come in chunks, without a length in its head.',
    code: 'length_required',
  },
]

const other = (name: keyof HttpOptions, meaning: string) =>
  ({ name, default: undefined, unit: '', min: 0, meaning }) satisfies OptionRow

/** The options of `createHttp`. */
export const httpOptionRows: readonly OptionRow[] = [
  other('path', 'Path before those of all routes, as `path` of `run` is for rooms. Default: none.'),
  other('routes', 'Adds routes of your own to the app. They come before all others.'),
  other('healthz', 'Details for `/healthz`; false for no such route. Default: no details.'),
  other('rooms', 'The server whose public rooms `/rooms` answers. Default: no such route.'),
  other('cors', 'Web pages of other origins that may read the answers. Default: none.'),
  other('limits', 'See the limits of `createHttp`.'),
  other('accessLog', 'Gets an entry for each request that is over.'),
  other('clock', 'Time and timers. Default: real time.'),
  other('logger', 'Gets log entries; false silences them. Default: warnings and errors go to the console.'),
]

/** The limits with their defaults. @throws ServerError `invalid_argument` naming an option or limit that is wrong */
export function checkOptions(options: HttpOptions): CheckedLimits {
  const { limits = {} } = options
  const fault =
    faultOfOptions('createHttp', httpOptionRows, options) ?? faultOfOptions('createHttp limits', httpLimitRows, limits)
  if (fault !== undefined) throw new ServerError('invalid_argument', fault)
  const { path } = options
  if (path !== undefined && (typeof path !== 'string' || !isPath(path))) {
    throw new ServerError(
      'invalid_argument',
      `path is letters, digits, "-", "_", "." and "~" after a "/", not ${String(path)}`,
    )
  }
  const defaults = httpLimitRows.filter((row) => row.default !== undefined).map((row) => [row.name, row.default])
  // reason: the rows have the names and types of the limits
  return { ...(Object.fromEntries(defaults) as unknown as CheckedLimits), ...limits }
}

/** A path without characters that have a meaning in the pattern of a route. */
function isPath(path: string): boolean {
  return /^(?:\/[\w.~-]+)*\/?$/.test(path)
}
