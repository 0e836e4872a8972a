import type { RequestListener } from 'node:http'
import type { Logger } from '@tygase/gamestate'
import { atOnce, systemClock, toLogger, wakefulClock } from '@tygase/gamestate/internal'
import { ServerError } from '@tygase/server'
import { answerRoomList, normalHost, type RoomSource } from '@tygase/server/internal'
import { type Handler, Hono, type MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { routePath } from 'hono/route'
import { problem } from './errors.js'
import { Front } from './front.js'
import { type CheckedLimits, checkOptions, type HttpApp, type HttpEnv, type HttpOptions } from './options.js'
import { checkElements } from './request-body.js'
import { requestListener } from './request-listener.js'
import { RequestLog } from './request-log.js'
import { secretsOf, withoutSecrets } from './secrets.js'

/** Answers HTTP requests. */
export interface Http {
  /** For `run({ requestListener })`. */
  readonly requestListener: RequestListener
  /**
   * Answers a request without a network, through the same limits and routes: for tests. A body without a length gets one, as a client
   * would send it.
   * @param from IP address of the client; without it no limit for an address holds
   */
  request(request: Request | string, from?: string): Promise<Response>
}

/** @throws ServerError `invalid_argument` for a wrong option; the errors of `routes` */
export function createHttp(options: HttpOptions = {}): Http {
  const limits = checkOptions(options)
  const { cors } = options
  const logger = toLogger(options.logger, options.clock)
  const clock = wakefulClock(options.clock ?? systemClock, logger)
  const front = new Front({ app: createApp(options, limits, logger), limits, cors, clock, logger })
  const { requestTimeoutMs } = limits
  const log = new RequestLog({ target: options.accessLog, clock, logger })
  return {
    requestListener: requestListener({ front, requestTimeoutMs, log, logger }),
    request: (request, from) => answerDirectly(front, log, request, from),
  }
}

function createApp(
  { path = '/', routes, healthz, rooms }: HttpOptions,
  limits: CheckedLimits,
  logger: Logger,
): HttpApp {
  const app: HttpApp = new Hono<{ Bindings: HttpEnv }>()
  const unreadable = new UnreadableBodies(limits)
  app.onError((error, c) => {
    // a route throws it as its answer
    if (error instanceof HTTPException) return error.getResponse()
    if (unreadable.has(error)) return problem('request_invalid', {}, 'the body is not readable JSON')
    // the pattern of the route, and not the path, which a client has sent
    const err = withoutSecrets(error, secretsOf(c.req.url, c.req.raw.headers))
    logger.error({ err, method: c.req.method, route: routePath(c) }, 'a route failed')
    return problem('answer_failed')
  })
  app.notFound(() => problem('not_found'))
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (_c, methods) => problem('method_not_allowed', { allow: methods.sort().join(', ') }),
    }),
  )
  app.use(unreadable.watch)
  const own: HttpApp = new Hono<{ Bindings: HttpEnv }>()
  if (routes !== undefined) atOnce('routes', routes(own))
  const base = app.basePath(path)
  base.route('/', own)
  if (healthz !== false) base.get('/healthz', health(healthz ?? (() => ({})), logger))
  if (rooms !== undefined) base.get('/rooms', roomList(rooms))
  return app
}

/** Answers 200 with `status: 'ok'` and the details, or 503 with `status: 'failing'` and no details. */
function health(check: () => object | Promise<object>, logger: Logger): Handler {
  const headers = { 'cache-control': 'no-store' }
  return async () => {
    try {
      return Response.json({ ...(await check()), status: 'ok' }, { headers })
    } catch (error) {
      logger.warn({ err: error }, 'the health check failed')
      return Response.json({ status: 'failing' }, { status: 503, headers })
    }
  }
}

function roomList(source: RoomSource): Handler {
  return async (c) => {
    const { status, body } = await answerRoomList(source, new URL(c.req.url).searchParams)
    return Response.json(body, { status, headers: { 'cache-control': 'no-store' } })
  }
}

/**
 * Marks errors of bodies that `c.req.json()` could not read. The same kind of error from `JSON.parse` in a route is a fault of the
 * server.
 */
class UnreadableBodies {
  readonly #errors = new WeakSet<Error>()
  readonly #limits: CheckedLimits

  constructor(limits: CheckedLimits) {
    this.#limits = limits
  }

  /** Runs before the routes. A route gets the same error as without it, and may answer it. */
  readonly watch: MiddlewareHandler = async ({ req }, next) => {
    const read = req.json.bind(req)
    req.json = async <T>(): Promise<T> => {
      // whatever type the client has given it
      const body = new Uint8Array(await req.arrayBuffer())
      const tooMuch = checkElements(body, 'application/json', this.#limits)
      if (tooMuch !== undefined) throw new HTTPException(413, { res: tooMuch })
      try {
        return await read<T>()
      } catch (error) {
        if (error instanceof SyntaxError) this.#errors.add(error)
        throw error
      }
    }
    await next()
  }

  has(error: Error): boolean {
    return this.#errors.has(error)
  }
}

async function answerDirectly(
  front: Front,
  log: RequestLog,
  given: Request | string,
  from: string | undefined,
): Promise<Response> {
  const host = from === undefined ? undefined : normalHost(from)
  if (from !== undefined && host === undefined)
    throw new ServerError('invalid_argument', `not an IP address: '${from}'`)
  let request = typeof given === 'string' ? new Request(new URL(given, 'http://localhost')) : given
  let body: AsyncIterable<Uint8Array> | undefined = request.body ?? undefined
  const { url, method, signal } = request
  const isGet = method === 'GET' || method === 'HEAD'
  if (!isGet && !request.headers.has('content-length') && !request.headers.has('transfer-encoding')) {
    const bytes = await request.arrayBuffer()
    const headers = new Headers(request.headers)
    headers.set('content-length', String(bytes.byteLength))
    request = new Request(url, { method, headers, signal })
    body = new Blob([bytes]).stream()
  }
  const client = host === undefined ? undefined : { host, port: undefined }
  const note = log.begin(method, url, client)
  const admitted = front.admit(url, host)
  const isAdmitted = typeof admitted === 'function'
  try {
    const response = await front.answer({ request, body, client, signal }, isAdmitted ? undefined : admitted)
    note(response.status)
    return response
  } finally {
    if (isAdmitted) admitted()
  }
}
