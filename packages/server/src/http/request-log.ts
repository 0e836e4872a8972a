import type { Clock, Logger } from '@tygase/gamestate'
import { AccessLog, type AccessLogTarget } from '../access-log/access-log.js'
import type { ClientAddress } from '../client-address.js'
import { guard } from '../guard.js'

/** Of what a client has sent, in UTF-16 units: a longer path is cut in the log. */
const maxPathLength = 1000

export interface RequestLogOptions {
  /** Undefined: nothing is logged. */
  target: AccessLogTarget | undefined
  clock: Clock
  logger: Logger
}

/** Writes each request into an access log when it is over. */
export class RequestLog {
  readonly #log: AccessLog
  readonly #clock: Clock
  readonly #logger: Logger

  /** @throws ServerError `invalid_argument` for a target that is none */
  constructor({ target, clock, logger }: RequestLogOptions) {
    this.#log = new AccessLog(target)
    this.#clock = clock
    this.#logger = logger
  }

  /**
   * A request has come.
   * @param target what stands behind its method: a path, or a whole URL
   * @returns to be called once when it is over, with the status of its answer, or undefined where there was none
   */
  begin(method: string, target: string, client: ClientAddress | undefined): (status: number | undefined) => void {
    const sinceMs = this.#clock.now()
    return (status) => {
      const durationMs = Math.round(this.#clock.now() - sinceMs)
      guard(this.#logger, 'the access log failed', () => {
        this.#log.requested(client, { method, path: pathOf(target), status, durationMs })
      })
    }
  }
}

/** Without the query, and without what may stand before the path. */
function pathOf(target: string): string {
  const [path = ''] = target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)
  return path.slice(0, maxPathLength) || '/'
}
