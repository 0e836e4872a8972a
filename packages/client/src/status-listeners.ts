import { Listeners, type Logger } from '@tygase/gamestate'
import type { CloseInfo, SessionStatus } from '@tygase/protocol'
import { ClientError } from './errors.js'

/** Told of a connection's status; `info` says why it is suspended, disconnecting or closed. */
export type StatusListener = (status: SessionStatus, info: CloseInfo | undefined) => void

/** Who wants to know of the status. One that throws is logged. */
export class StatusListeners {
  readonly #logger: Logger
  readonly #listeners = new Listeners<Parameters<StatusListener>>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** @returns a function that ends it. @throws ClientError `invalid_argument` */
  add(listener: StatusListener): () => void {
    if (typeof listener !== 'function') throw new ClientError('invalid_argument', 'a listener is a function')
    return this.#listeners.add(listener)
  }

  notify(status: SessionStatus, info: CloseInfo | undefined): void {
    this.#listeners.each((listener) => {
      try {
        listener(status, info)
      } catch (error) {
        this.#logger.error({ err: error }, 'a listener of the status failed')
      }
    })
  }
}
