import type { Clock, Logger } from '@tygase/gamestate'
import { AccessLog, type AccessLogTarget, type ClientAddress, systemTime } from '@tygase/server/internal'

/** Length of a logged path in UTF-16 units. A longer path is cut. */
const maxPathLength = 1000

export interface RequestLogOptions {
  /** Undefined: no log. */
  target: AccessLogTarget | undefined
  clock: Clock
  logger: Logger
}

/** Writes each request into an access log when it is over. */
export class RequestLog {
  readonly #log: AccessLog
  readonly #clock: Clock

  /** @throws ServerError `invalid_argument` for a wrong target */
  constructor({ target, clock, logger }: RequestLogOptions) {
    this.#log = new AccessLog({ target, logger, now: () => clock.now(), date: systemTime })
    this.#clock = clock
  }

  /**
   * Begins the entry of a request.
   * @param target path or URL of its first line
   * @returns a function to be called once when the request is over, with the status of its answer, or undefined without an answer
   */
  begin(method: string, target: string, client: ClientAddress | undefined): (status: number | undefined) => void {
    const sinceMs = this.#clock.now()
    return (status) => {
      const durationMs = Math.round(this.#clock.now() - sinceMs)
      this.#log.requested(client, { method, path: pathOf(target), status, durationMs })
    }
  }
}

/** The path alone, without query, scheme, user, password and host. */
function pathOf(target: string): string {
  const [path = ''] = target.split(/[?#]/, 1)
  if (path.startsWith('/') || path === '*') return path.slice(0, maxPathLength)
  // what is neither a path nor a URL may hold anything
  return URL.canParse(target) ? new URL(target).pathname.slice(0, maxPathLength) : '/'
}
