import type { Clock, Logger } from '@tygase/gamestate'
import type { ClientAddress } from '../client-address.js'
import type { Cors } from './cors.js'
import type { HttpApp } from './http-app.js'
import type { CheckedLimits } from './http-limits.js'
import { OpenRequests } from './open-requests.js'
import { problem } from './problem.js'
import { checkLength, readBody } from './request-body.js'
import { RequestRate } from './request-rate.js'

/** A request as it came, before anything is made of it. */
export interface Arrival {
  /** Its own body is not read. */
  readonly request: Request
  /** Undefined for none. */
  readonly body: AsyncIterable<Uint8Array> | undefined
  /** Undefined for who came over no network. */
  readonly client: ClientAddress | undefined
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Calls back once, when the answer has been taken or nobody waits for it. */
  whenOver(callback: () => void): void
}

/** Methods that a `Request` cannot have. */
const impossible = /^(?:TRACE|TRACK|CONNECT)$/i

export interface FrontOptions {
  app: HttpApp
  limits: CheckedLimits
  cors: Cors | undefined
  clock: Clock
  logger: Logger
}

/** What stands before the routes: limits, and whatever every answer has to carry. */
export class Front {
  readonly #options: FrontOptions
  readonly #rate: RequestRate
  readonly #open: OpenRequests

  constructor(options: FrontOptions) {
    const { limits, clock } = options
    this.#options = options
    this.#rate = new RequestRate(limits.requestsPerMinutePerAddress, clock)
    this.#open = new OpenRequests(limits.maxRequests, limits.maxRequestsPerAddress)
  }

  /** @returns an answer, whatever happens */
  async answer(arrival: Arrival): Promise<Response> {
    const { cors } = this.#options
    const response = await this.#guarded(() => this.#take(arrival))
    const headers = new Headers(response.headers)
    // a browser takes what it was told it is, and does not guess
    headers.set('x-content-type-options', 'nosniff')
    cors?.mark(arrival.request, headers)
    return new Response(response.body, { status: response.status, headers })
  }

  async #take(arrival: Arrival): Promise<Response> {
    const { limits, cors } = this.#options
    const { request, client } = arrival
    if (lengthOfTarget(request.url) > limits.maxUrlBytes) return problem('url_too_long')
    const waitS = this.#rate.take(client?.host)
    if (waitS > 0) return problem('too_many_requests', { 'retry-after': String(waitS) })
    const leave = this.#open.enter(client?.host)
    if (typeof leave === 'string') return problem(leave, { 'retry-after': '1' })
    arrival.whenOver(leave)
    const preflight = cors?.preflight(request)
    if (preflight !== undefined) return preflight
    if (impossible.test(request.method))
      return problem('method_not_allowed', { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE' })
    const wrong = checkLength(request, limits)
    return wrong === undefined ? this.#inTime(arrival) : problem(wrong)
  }

  async #inTime(arrival: Arrival): Promise<Response> {
    const { clock, limits } = this.#options
    const unwanted = new AbortController()
    arrival.signal.addEventListener('abort', () => unwanted.abort(), { once: true })
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
      const body = arrival.body && (await readBody(arrival.body, limits.maxBodyBytes))
      if (arrival.body !== undefined && body === undefined) return problem('body_too_large')
      isRead = true
      return this.#ask(arrival, body, unwanted.signal)
    }, arrival.signal)
    const response = await Promise.race([answered, late])
    cancel()
    // an answer that comes too late may hold a file open
    if (isLate) void answered.then(({ body }) => body?.cancel()).catch(() => {})
    return response
  }

  async #ask(
    { request, client }: Arrival,
    body: Uint8Array<ArrayBuffer> | undefined,
    signal: AbortSignal,
  ): Promise<Response> {
    const { url, method, headers } = request
    const whole = new Request(url, { method, headers, signal, ...(body && { body }) })
    return this.#options.app.fetch(whole, { clientAddress: client })
  }

  /** @param gone what goes wrong after nobody waits any more is nobody's fault */
  async #guarded(work: () => Promise<Response>, gone?: AbortSignal): Promise<Response> {
    try {
      return await work()
    } catch (error) {
      if (gone?.aborted !== true) this.#options.logger.error({ err: error }, 'a request failed')
      return problem('answer_failed')
    }
  }
}

/** Path and query, without what stands before them. */
function lengthOfTarget(url: string): number {
  return url.length - url.indexOf('/', url.indexOf('//') + 2)
}
