import type { Clock, Logger } from '@tygase/gamestate'
import { neighbourhoodOf, TokenBuckets } from '@tygase/server/internal'
import { type InspectProblem, type Right, rights } from '../shared/http-answers.js'
import type { InspectorAuth, LoginRequest } from './inspector-options.js'
import { isOfOwnPage, isOfThisMachine, type RequestHead } from './origin.js'
import { type InspectSession, Sessions, Tokens } from './sessions.js'

/** Wrong logins of one address: a person mistypes now and then. */
const loginRate = { burst: 5, perMinute: 6 }
/** Sessions without a login: further ones end those of pages that look. */
const openRate = { burst: 20, perMinute: 20 }
/** Calls of `auth` at a time: it may compute the hash of a password. */
const mostLogins = 8

/** Why something is not allowed. */
export interface Problem {
  readonly status: 400 | 401 | 403 | 404 | 429 | 500
  readonly code: InspectProblem
  readonly message: string
  /** Whole seconds after which it may be tried again. */
  readonly retryAfterS?: number
}

/** What is written down of a person who comes, goes, or takes something along. */
export interface AccessEntry {
  readonly action: 'login' | 'logout' | 'download'
  /** Id of the session. */
  readonly session?: string
  readonly right?: Right
  /** Why it was refused. */
  readonly code?: InspectProblem
  readonly details?: string
}

export interface AccessOptions {
  /** Undefined: anybody at this machine may do everything. */
  auth: InspectorAuth | undefined
  origins: readonly string[]
  sessionMs: number
  clock: Clock
  logger: Logger
  /** Writes down what a person has done or tried. */
  note(head: RequestHead, entry: AccessEntry): void
  /** A session has ended before its time. */
  onEnd(session: InspectSession): void
}

/** Decides who may see and do what, for the routes and for the sockets alike. */
export class Access {
  readonly sessions: Sessions
  /** True if no login is needed. */
  readonly isOpen: boolean
  readonly #rightOf: (token: string, request: LoginRequest) => unknown
  readonly #origins: ReadonlySet<string>
  readonly #logins: TokenBuckets
  readonly note: AccessOptions['note']
  readonly #clock: Clock
  readonly #logger: Logger
  #running = 0

  /** @throws InspectError `invalid_argument` for tokens */
  constructor({ auth, origins, sessionMs, clock, logger, note, onEnd }: AccessOptions) {
    this.isOpen = auth === undefined
    const tokens = typeof auth === 'object' ? new Tokens(auth) : undefined
    this.#rightOf = typeof auth === 'function' ? auth : (token: string) => tokens?.rightOf(token)
    this.#origins = new Set(origins)
    this.#logins = new TokenBuckets(clock)
    this.note = note
    this.#clock = clock
    this.#logger = logger
    this.sessions = new Sessions(clock, sessionMs, onEnd)
  }

  /** Why a request is not even looked at: it is of another page, or of another machine while no login is needed. */
  problemOf(head: RequestHead): Problem | undefined {
    if (!isOfOwnPage(head, this.#origins))
      return { status: 403, code: 'origin_refused', message: 'pages of other origins may not ask' }
    if (this.isOpen && !isOfThisMachine(head)) {
      const message = 'without the option auth the inspector is for this machine alone, and not through a proxy'
      return { status: 403, code: 'address_refused', message }
    }
    return undefined
  }

  /** The session of a request, by its cookie. */
  sessionOf(head: RequestHead): InspectSession | undefined {
    const session = this.sessions.find(cookieOf(head))
    // a session without a login is of no use elsewhere
    return session?.isOpen && !(this.isOpen && isOfThisMachine(head)) ? undefined : session
  }

  /** Ends the session of a request. */
  logOut(head: RequestHead): void {
    const session = this.sessionOf(head)
    if (session !== undefined) this.note(head, { action: 'logout', session: session.id, right: session.right })
    this.sessions.end(cookieOf(head))
  }

  /** May a page begin a session without a login? */
  openProblem(): Problem | undefined {
    return this.#limit('open', openRate, 'too many pages have begun a session')
  }

  /** Finds the right of a token. Wrong ones of one address are soon not looked at any more. All are written down. */
  async logIn(token: unknown, head: RequestHead): Promise<Right | Problem> {
    const host = `login/${neighbourhoodOf(head.client?.host ?? '')}`
    const problem = this.#limit(host, loginRate, 'too many logins from this address')
    const right = problem ?? (await this.#rightFor(token, head))
    if (typeof right === 'string') this.#logins.give(host, loginRate)
    this.note(head, { action: 'login', ...(typeof right === 'string' ? { right } : { code: right.code }) })
    return right
  }

  #limit(key: string, rate: typeof loginRate, message: string): Problem | undefined {
    if (this.#logins.take(key, rate)) return undefined
    const retryAfterS = Math.ceil(this.#logins.waitMs(key, rate) / 1000)
    return { status: 429, code: 'too_many_logins', message, retryAfterS }
  }

  async #rightFor(token: unknown, head: RequestHead): Promise<Right | Problem> {
    const wrong: Problem = { status: 401, code: 'login_wrong', message: 'the token is wrong' }
    if (typeof token !== 'string' || token === '' || token.length > 1024) return wrong
    if (this.#running >= mostLogins)
      return { status: 429, code: 'too_many_logins', message: 'too many logins at a time', retryAfterS: 1 }
    this.#running++
    try {
      const request = { address: head.client?.host, header: (name: string) => head.header(name) }
      const right: unknown = await this.#rightOf(token, request)
      return rights.find((one) => one === right) ?? wrong
    } catch (error) {
      this.#logger.error({ err: error }, 'auth of the inspector failed')
      return wrong
    } finally {
      this.#running--
    }
  }

  /** The time that is left of a session. */
  leftMs({ endsAtMs }: InspectSession): number {
    return Math.max(0, endsAtMs - this.#clock.now())
  }
}

/**
 * Name of the cookie. Browsers send a cookie to all ports of a host: servers at several ports of one machine must not take each
 * other's.
 */
export function cookieName({ header }: RequestHead): string {
  const port = /:(\d{1,5})$/.exec(header('host') ?? '')?.[1]
  return port === undefined ? 'tygase_inspect' : `tygase_inspect_${port}`
}

function cookieOf(head: RequestHead): string | undefined {
  const name = `${cookieName(head)}=`
  const pairs = (head.header('cookie') ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(name))?.slice(name.length)
}
