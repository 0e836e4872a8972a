import { type Clock, type Logger, TygaseError } from '@tygase/gamestate'
import { type CloseCode, closeCodes, type Hello, readHello, type Transport, writeRefusal } from '@tygase/protocol'
import { guard } from './guard.js'

/** Why a client is not let in. */
export interface RefusedHello {
  code: CloseCode
  reason: string
}

export interface AdmissionOptions {
  clock: Clock
  logger: Logger
  handshakeTimeoutMs: number
  maxHandshakes: number
  /** Takes the transport over, or says why not. */
  admit(transport: Transport, hello: Hello): RefusedHello | undefined
}

/** Keeps transports whose client has not said hello, for a bounded time and in bounded number. */
export class Admission {
  readonly #options: AdmissionOptions
  /** With the cancelling of each one's time limit. */
  readonly #waiting = new Map<Transport, () => void>()
  #refused = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /** How many transports were turned away. */
  get refused(): number {
    return this.#refused
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** @param checkHello says why a hello is not good enough for this transport */
  take(transport: Transport, checkHello?: (hello: Hello) => RefusedHello | undefined): void {
    const { clock, logger, handshakeTimeoutMs, maxHandshakes, admit } = this.#options
    if (this.#waiting.size >= maxHandshakes)
      return this.#refuse(transport, 'server_full', closeCodes.server_full.reason)
    const timeOut = (): void => this.#refuse(transport, 'handshake_timeout', 'no hello in time')
    this.#waiting.set(transport, clock.schedule(handshakeTimeoutMs, timeOut))
    transport.onClose = () => this.#forget(transport)
    transport.onBytes = (bytes) => {
      this.#forget(transport)
      let answer: RefusedHello | undefined
      guard(logger, 'a hello failed', () => {
        answer = { code: 'internal_error', reason: closeCodes.internal_error.reason }
        const hello = readChecked(bytes)
        answer = 'code' in hello ? hello : (checkHello?.(hello) ?? admit(transport, hello))
      })
      if (answer !== undefined) this.#refuse(transport, answer.code, answer.reason)
    }
  }

  /** Closes all that wait. */
  close(code: CloseCode, reason: string): void {
    for (const transport of [...this.#waiting.keys()]) this.#refuse(transport, code, reason)
  }

  #forget(transport: Transport): void {
    this.#waiting.get(transport)?.()
    this.#waiting.delete(transport)
  }

  #refuse(transport: Transport, code: CloseCode, reason: string): void {
    this.#refused++
    this.#forget(transport)
    transport.onBytes = undefined
    transport.onClose = undefined
    this.#options.logger.info({ code, reason }, 'a client was refused')
    guard(this.#options.logger, 'a transport failed', () => {
      transport.send(writeRefusal(code, reason))
      transport.close(closeCodes[code].number, reason)
    })
  }
}

function readChecked(bytes: Uint8Array): Hello | RefusedHello {
  try {
    return readHello(bytes)
  } catch (error) {
    if (!(error instanceof TygaseError)) throw error
    const code = Object.hasOwn(closeCodes, error.code) ? (error.code as CloseCode) : 'malformed'
    return { code, reason: error.message }
  }
}
