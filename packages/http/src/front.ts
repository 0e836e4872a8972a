import type { Clock, Logger } from '@tygase/gamestate'
import {
  type ClientAddress,
  closingAnswer,
  limitPerAddress,
  neighbourhoodOf,
  originCheck,
  RequestRate,
} from '@tygase/server/internal'
import { Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { type HttpErrorCode, plainProblem, problem } from './errors.js'
import type { CheckedLimits, CorsOptions, HttpApp } from './options.js'
import { BodyMemory, checkElements, checkLength, readBody, sizeOf } from './request-body.js'
import { secretsOf, withoutSecrets } from './secrets.js'

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
}

/** Why a request may not go on. */
export interface Refusal {
  readonly code: HttpErrorCode
  /** When it may be sent again; undefined if that does not help. */
  readonly retryAfterS: number | undefined
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
  readonly #bodies: BodyMemory
  readonly #allowsOrigin: (origin: string) => boolean
  /** Adds the headers for pages of other origins to all answers, also to those of the limits. */
  readonly #shell = new Hono<{ Bindings: { answer: () => Response | Promise<Response> } }>()

  /** @throws ServerError `invalid_argument` for a wrong origin */
  constructor(options: FrontOptions) {
    const { limits, clock } = options
    this.#options = options
    this.#rate = new RequestRate(limits.requestsPerMinutePerAddress, clock)
    this.#open = new OpenRequests(limits.maxRequests, limits.maxRequestsPerAddress)
    this.#bodies = new BodyMemory(limits.maxBodyMemoryBytes)
    this.#allowsOrigin = originCheck(options.cors?.origins ?? [])
    if (options.cors !== undefined) this.#shell.use(corsOf(options.cors, this.#allowsOrigin))
    this.#shell.all('*', (c) => c.env.answer())
  }

  /**
   * Counts a request.
   * @param target path and query, or a whole URL
   * @param host of the client; undefined without an address, and then no limit for an address holds
   * @returns a function to be called once when the request is over; or why it may not go on
   */
  admit(target: string, host: string | undefined): (() => void) | Refusal {
    if (lengthOfTarget(target) > this.#options.limits.maxUrlBytes) {
      return { code: 'url_too_long', retryAfterS: undefined }
    }
    const waitS = this.#rate.take(host)
    if (waitS > 0) return { code: 'too_many_requests', retryAfterS: waitS }
    const leave = this.#open.enter(host)
    return typeof leave === 'string' ? { code: leave, retryAfterS: 1 } : leave
  }

  /**
   * The whole answer to a refused request, head and body, after which the connection closes. A flood of refused requests must cost
   * little, so nothing is made for it but this text.
   */
  refusalText(refusal: Refusal, method: string, origin: string | undefined): string {
    const { cors } = this.#options
    const { status, body } = plainProblem(refusal.code)
    const lines = ['x-content-type-options: nosniff']
    if (refusal.retryAfterS !== undefined) lines.push(`retry-after: ${refusal.retryAfterS}`)
    // a preflight request beyond the limits must not be answered with a permission
    if (cors !== undefined && method !== 'OPTIONS') {
      lines.push('vary: Origin')
      if (origin !== undefined && origin !== '' && this.#allowsOrigin(origin)) {
        lines.push(`access-control-allow-origin: ${origin}`)
        if (cors.credentials === true) lines.push('access-control-allow-credentials: true')
      }
    }
    return closingAnswer(status, body, lines, method === 'HEAD')
  }

  /** Answers a request that was admitted, or refuses it. It never rejects. */
  async answer(received: ReceivedRequest, refusal?: Refusal): Promise<Response> {
    const response = await this.#guarded(async () => {
      const refused = refusal && refusedBy(refusal)
      const { request } = received
      // a preflight request beyond the limits must not be answered with a permission
      if (refused !== undefined && request.method === 'OPTIONS') return refused
      if (impossible.test(request.method))
        return problem('method_not_allowed', { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE' })
      return this.#shell.fetch(request, { answer: () => refused ?? this.#guarded(() => this.#take(received), request) })
    }, received.request)
    const headers = new Headers(response.headers)
    // a browser takes the type of the answer as it is, and does not guess another one
    headers.set('x-content-type-options', 'nosniff')
    return new Response(response.body, { status: response.status, headers })
  }

  async #take(received: ReceivedRequest): Promise<Response> {
    const wrong = checkLength(received.request, this.#options.limits)
    return wrong === undefined ? this.#inTime(received) : problem(wrong)
  }

  async #inTime(received: ReceivedRequest): Promise<Response> {
    const { clock, limits } = this.#options
    const unwanted = new AbortController()
    received.signal.addEventListener('abort', () => unwanted.abort(received.signal.reason), { once: true })
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
    const place = this.#bodies.open()
    const answered = this.#guarded(
      async () => {
        let body: Uint8Array<ArrayBuffer> | undefined
        if (received.body !== undefined) {
          const read = await readBody(received.body, sizeOf(received.request), limits, place)
          if (typeof read === 'string') return problem(read, read === 'server_busy' ? { 'retry-after': '1' } : {})
          body = read
          const wrong = checkElements(body, received.request.headers.get('content-type'), limits, place)
          if (wrong !== undefined) return wrong
        }
        isRead = true
        return await this.#ask(received, body, unwanted.signal)
      },
      received.request,
      received.signal,
    ).finally(() => place.close())
    const response = await Promise.race([answered, late])
    cancel()
    // an answer that comes too late may hold a file open
    if (isLate) answered.then(({ body }) => body?.cancel()).catch(() => {})
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
  async #guarded(work: () => Response | Promise<Response>, request: Request, gone?: AbortSignal): Promise<Response> {
    try {
      return await work()
    } catch (error) {
      const err = withoutSecrets(error, secretsOf(request.url, request.headers))
      if (gone?.aborted !== true) this.#options.logger.error({ err }, 'a request failed')
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

function refusedBy({ code, retryAfterS }: Refusal): Response {
  return problem(code, retryAfterS === undefined ? {} : { 'retry-after': String(retryAfterS) })
}

function corsOf(options: CorsOptions, allows: (origin: string) => boolean): MiddlewareHandler {
  const { headers, credentials = false, maxAgeS = 600 } = options
  return cors({
    origin: (origin) => (origin !== '' && allows(origin) ? origin : null),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [...(headers ?? ['content-type', 'authorization'])],
    credentials,
    maxAge: maxAgeS,
  })
}

/** Length of path and query. */
function lengthOfTarget(target: string): number {
  if (target.startsWith('/')) return target.length
  const host = target.indexOf('//')
  const path = target.indexOf('/', host + 2)
  return host < 0 || path < 0 ? target.length : target.length - path
}
