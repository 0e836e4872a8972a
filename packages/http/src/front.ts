import type { Clock, Logger } from '@tygase/gamestate'
import { type ClientAddress, limitPerAddress, neighbourhoodOf, originCheck, RequestRate } from '@tygase/server/internal'
import { Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { type HttpErrorCode, problem } from './errors.js'
import type { CheckedLimits, CorsOptions, HttpApp } from './options.js'
import { checkLength, readBody } from './request-body.js'

/** A request as it came. */
export interface ReceivedRequest {
  /** Its body has not been read, and is never read from here. */
  readonly request: Request
  /** Undefined for a request without a body. */
  readonly body: AsyncIterable<Uint8Array> | undefined
  /** Undefined for a request that came over no network. */
  readonly client: ClientAddress | undefined
  /** Aborts if the answer is no longer needed. */
  readonly signal: AbortSignal
  /** Calls back once, when the answer has been sent or is no longer needed. */
  whenOver(callback: () => void): void
}

/** Methods that a `Request` cannot have. */
const impossible = /^(?:TRACE|TRACK|CONNECT)$/i

export interface FrontOptions {
  app: HttpApp
  limits: CheckedLimits
  cors: CorsOptions | undefined
  clock: Clock
  logger: Logger
}

/** The limits before the routes, and the headers of every answer. */
export class Front {
  readonly #options: FrontOptions
  readonly #rate: RequestRate
  readonly #open: OpenRequests
  /** Adds the headers for pages of other origins to all answers, also to those of the limits. */
  readonly #shell = new Hono<{ Bindings: { answer: () => Response | Promise<Response> } }>()

  /** @throws ServerError `invalid_argument` for a wrong origin */
  constructor(options: FrontOptions) {
    const { limits, clock } = options
    this.#options = options
    this.#rate = new RequestRate(limits.requestsPerMinutePerAddress, clock)
    this.#open = new OpenRequests(limits.maxRequests, limits.maxRequestsPerAddress)
    if (options.cors !== undefined) this.#shell.use(corsOf(options.cors))
    this.#shell.all('*', (c) => c.env.answer())
  }

  /** Answers a request. It never rejects. */
  async answer(received: ReceivedRequest): Promise<Response> {
    const response = await this.#guarded(async () => {
      const refused = this.#admit(received)
      const { request } = received
      // a preflight request beyond the limits must not be answered with a permission
      if (refused !== undefined && request.method === 'OPTIONS') return refused
      if (impossible.test(request.method))
        return problem('method_not_allowed', { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE' })
      return this.#shell.fetch(request, { answer: () => refused ?? this.#guarded(() => this.#take(received)) })
    })
    const headers = new Headers(response.headers)
    // a browser takes the type of the answer as it is, and does not guess another one
    headers.set('x-content-type-options', 'nosniff')
    return new Response(response.body, { status: response.status, headers })
  }

  /** @returns why the request may not go on; undefined if it may, and then it is counted */
  #admit({ request, client, whenOver }: ReceivedRequest): Response | undefined {
    const { limits } = this.#options
    if (lengthOfTarget(request.url) > limits.maxUrlBytes) return problem('url_too_long')
    const waitS = this.#rate.take(client?.host)
    if (waitS > 0) return problem('too_many_requests', { 'retry-after': String(waitS) })
    const leave = this.#open.enter(client?.host)
    if (typeof leave === 'string') return problem(leave, { 'retry-after': '1' })
    whenOver(leave)
    return undefined
  }

  async #take(received: ReceivedRequest): Promise<Response> {
    const wrong = checkLength(received.request, this.#options.limits)
    return wrong === undefined ? this.#inTime(received) : problem(wrong)
  }

  async #inTime(received: ReceivedRequest): Promise<Response> {
    const { clock, limits } = this.#options
    const unwanted = new AbortController()
    received.signal.addEventListener('abort', () => unwanted.abort(), { once: true })
    let isRead = false
    let isLate = false
    let cancel = (): void => {}
    const late = new Promise<Response>((resolve) => {
      if (limits.requestTimeoutMs === Number.POSITIVE_INFINITY) return
      cancel = clock.schedule(limits.requestTimeoutMs, () => {
        resolve(problem(isRead ? 'answer_timeout' : 'body_timeout'))
        isLate = true
        unwanted.abort()
      })
    })
    const answered = this.#guarded(async () => {
      const body = received.body && (await readBody(received.body, limits.maxBodyBytes))
      if (received.body !== undefined && body === undefined) return problem('body_too_large')
      isRead = true
      return this.#ask(received, body, unwanted.signal)
    }, received.signal)
    const response = await Promise.race([answered, late])
    cancel()
    // an answer that comes too late may hold a file open
    if (isLate) void answered.then(({ body }) => body?.cancel()).catch(() => {})
    return response
  }

  async #ask(
    { request, client }: ReceivedRequest,
    body: Uint8Array<ArrayBuffer> | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    const { url, method, headers } = request
    const whole = new Request(url, { method, headers, signal, ...(body && { body }) })
    return this.#options.app.fetch(whole, { clientAddress: client })
  }

  /** @param gone an error after it has aborted is not logged, because the client has gone */
  async #guarded(work: () => Response | Promise<Response>, gone?: AbortSignal): Promise<Response> {
    try {
      return await work()
    } catch (error) {
      if (gone?.aborted !== true) this.#options.logger.error({ err: error }, 'a request failed')
      return problem('answer_failed')
    }
  }
}

const usualRequestsPerAddress = 32

/** Counts the requests that are not over, in all and for each address. */
export class OpenRequests {
  readonly #max: number
  readonly #maxPerAddress: (host: string) => number
  readonly #perAddress = new Map<string, number>()
  #size = 0

  constructor(max: number, maxPerAddress: number | undefined) {
    this.#max = max
    this.#maxPerAddress = limitPerAddress(maxPerAddress, usualRequestsPerAddress)
  }

  get size(): number {
    return this.#size
  }

  /**
   * Counts one more request.
   * @param host undefined for a request without an address, which has no limit of its own
   * @returns a function to be called once when the request is over; or the reason why it may not go on
   */
  enter(host: string | undefined): (() => void) | HttpErrorCode {
    if (host !== undefined && (this.#perAddress.get(neighbourhoodOf(host)) ?? 0) >= this.#maxPerAddress(host)) {
      return 'too_many_requests'
    }
    if (this.#size >= this.#max) return 'server_busy'
    this.#count(host, 1)
    return () => this.#count(host, -1)
  }

  #count(host: string | undefined, by: 1 | -1): void {
    this.#size += by
    if (host === undefined) return
    const key = neighbourhoodOf(host)
    const count = (this.#perAddress.get(key) ?? 0) + by
    if (count === 0) this.#perAddress.delete(key)
    else this.#perAddress.set(key, count)
  }
}

/** @throws ServerError `invalid_argument` naming an entry that is not an origin */
function corsOf({ origins, headers, credentials = false, maxAgeS = 600 }: CorsOptions): MiddlewareHandler {
  const allows = originCheck([...origins])
  return cors({
    origin: (origin) => (origin !== '' && allows(origin) ? origin : null),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [...(headers ?? ['content-type', 'authorization'])],
    credentials,
    maxAge: maxAgeS,
  })
}

/** Length of path and query. */
function lengthOfTarget(url: string): number {
  return url.length - url.indexOf('/', url.indexOf('//') + 2)
}
