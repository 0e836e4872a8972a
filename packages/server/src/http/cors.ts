import { originCheck } from '../defence/allowed-origins.js'
import { ServerError } from '../errors.js'
import { problem } from './problem.js'

export interface CorsOptions {
  /** Whose pages may read the answers: `https://game.example`. */
  origins: readonly string[]
  /** The headers that they may send beside those that every page may. Default: `content-type` and `authorization`. */
  headers?: readonly string[]
  /** Whether they may send cookies along. Default false. */
  credentials?: boolean
  /** For how long a browser may remember it, in seconds. Default 600. */
  maxAgeS?: number
}

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'

/** Tells browsers which pages of other origins may read what is answered. */
export class Cors {
  readonly #allows: (origin: string) => boolean
  readonly #headers: string
  readonly #credentials: boolean
  readonly #maxAgeS: number

  /** @throws ServerError `invalid_argument` naming what is no origin */
  constructor({
    origins,
    headers = ['content-type', 'authorization'],
    credentials = false,
    maxAgeS = 600,
  }: CorsOptions) {
    if (!Array.isArray(origins)) throw new ServerError('invalid_argument', 'cors.origins is a list')
    this.#allows = originCheck(origins)
    this.#headers = headers.join(', ')
    this.#credentials = credentials
    this.#maxAgeS = maxAgeS
  }

  /** Puts what every answer to this request has to say among its headers. */
  mark(request: Request, headers: Headers): void {
    const origin = request.headers.get('origin')
    // caches must not give one origin what was meant for another
    headers.append('vary', 'Origin')
    if (origin === null || !this.#allows(origin)) return
    headers.set('access-control-allow-origin', origin)
    if (this.#credentials) headers.set('access-control-allow-credentials', 'true')
  }

  /** The answer to a browser that asks beforehand; undefined when it is something else that is asked. */
  preflight(request: Request): Response | undefined {
    const origin = request.headers.get('origin')
    if (request.method !== 'OPTIONS' || origin === null) return undefined
    if (!request.headers.has('access-control-request-method')) return undefined
    if (!this.#allows(origin)) return problem('origin_refused')
    return new Response(null, {
      status: 204,
      headers: {
        'access-control-allow-methods': methods,
        'access-control-allow-headers': this.#headers,
        'access-control-max-age': String(this.#maxAgeS),
      },
    })
  }
}
