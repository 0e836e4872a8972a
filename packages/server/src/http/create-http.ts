import type { RequestListener } from 'node:http'
import { type Logger, silentLogger } from '@tygase/gamestate'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { routePath } from 'hono/route'
import { normalHost } from '../defence/host.js'
import { ServerError } from '../errors.js'
import { systemClock } from '../system-clock.js'
import { Cors } from './cors.js'
import { Front } from './front.js'
import { health } from './health.js'
import type { HttpApp, HttpEnv } from './http-app.js'
import { checkLimits } from './http-limits.js'
import type { HttpOptions } from './http-options.js'
import { problem } from './problem.js'
import { requestListener } from './request-listener.js'
import { RequestLog } from './request-log.js'
import { roomList } from './room-list.js'
import { staticFiles } from './static-files.js'
import { UnreadableBodies } from './unreadable-bodies.js'

/** What answers HTTP requests. */
export interface Http {
  /** For `run({ requestListener })`. */
  readonly requestListener: RequestListener
  /**
   * Answers a request that comes over no network, by the same limits and routes: for tests. Of a body that says neither its
   * length nor that it comes in chunks, the length is put in, as a client would.
   * @param from the IP address that it comes from; without it no limit of addresses holds
   */
  request(request: Request | string, from?: string): Promise<Response>
}

/** @throws ServerError `invalid_argument` for an option out of range; whatever `routes` throws */
export function createHttp(options: HttpOptions = {}): Http {
  const { clock = systemClock, logger = silentLogger } = options
  const limits = checkLimits(options.limits)
  const cors = options.cors && new Cors(options.cors)
  const front = new Front({ app: createApp(options, logger), limits, cors, clock, logger })
  const { requestTimeoutMs } = limits
  const log = new RequestLog({ target: options.accessLog, clock, logger })
  return {
    requestListener: requestListener({ front, requestTimeoutMs, log, logger }),
    request: (request, from) => answerDirectly(front, log, request, from),
  }
}

function createApp({ routes, healthz, rooms, staticFiles: files }: HttpOptions, logger: Logger): HttpApp {
  const app: HttpApp = new Hono<{ Bindings: HttpEnv }>()
  const unreadable = new UnreadableBodies()
  app.onError((error, c) => {
    // a route says what it does not want by throwing it
    if (error instanceof HTTPException) return error.getResponse()
    if (unreadable.has(error)) return problem('request_invalid', {}, 'the body is no JSON that can be read')
    // the pattern of the route that was on, not the path, which a client has sent
    logger.error({ err: error, method: c.req.method, route: routePath(c) }, 'a route failed')
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
  routes?.(own)
  app.route('/', own)
  if (healthz !== false) app.get('/healthz', health(healthz ?? (() => ({})), logger))
  if (rooms !== undefined) app.get('/rooms', roomList(rooms))
  if (files !== undefined) {
    const { pattern, handler } = staticFiles(files)
    app.get(pattern, handler)
  }
  return app
}

async function answerDirectly(
  front: Front,
  log: RequestLog,
  given: Request | string,
  from: string | undefined,
): Promise<Response> {
  const host = from === undefined ? undefined : normalHost(from)
  if (from !== undefined && host === undefined) throw new ServerError('invalid_argument', `no IP address: '${from}'`)
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
  const over: (() => void)[] = []
  try {
    const whenOver = (callback: () => void): void => void over.push(callback)
    const response = await front.answer({ request, body, client, signal, whenOver })
    note(response.status)
    return response
  } finally {
    for (const callback of over) callback()
  }
}
