import type { Logger } from '@tygase/gamestate'
import { type CloseCode, closeCodes, type Hello } from '@tygase/protocol'
import type { AcceptedTransport } from './entrance/listener.js'
import type { Gate } from './gate.js'
import { guard } from './guard.js'
import { JoinQueue, type JoinQueueOptions } from './join-queue.js'
import type { OwnedConnection } from './owned-connection.js'
import { readCheckedHello, refuse } from './refuse.js'
import type { RefusedHello } from './refused-hello.js'

export interface AdmissionOptions {
  logger: Logger
  gate: Gate
  /** Gives the transport to a session, or says why not. */
  admit(transport: AcceptedTransport, hello: Hello): OwnedConnection | RefusedHello
  /** @returns the bytes that the client was sent */
  onAdmit(connection: OwnedConnection): number
  /** How many come in at a time. */
  pace: JoinQueueOptions
}

/** Keeps transports whose client has not said hello, for a bounded time and in bounded number, and lets in those who have. */
export class Admission {
  readonly #options: AdmissionOptions
  /** With what ends the waiting of each. */
  readonly #waiting = new Map<AcceptedTransport, () => void>()
  readonly #joins: JoinQueue
  #refused = 0

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#joins = new JoinQueue(options.pace)
  }

  /** How many transports were turned away. */
  get refused(): number {
    return this.#refused
  }

  /** Those who have not said hello. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Those who have, and wait for their turn. */
  get joining(): number {
    return this.#joins.size
  }

  /** A turn of the server is over: more may come in. */
  turn(): void {
    this.#joins.turn()
  }

  /** @param checkHello says why a hello is not good enough for this transport */
  take(transport: AcceptedTransport, checkHello?: (hello: Hello) => RefusedHello | undefined): void {
    const { logger, gate } = this.#options
    const leave = gate.handshakes.add(transport.clientAddress?.host, ({ code, reason }) =>
      this.#refuse(transport, code, reason),
    )
    this.#waiting.set(transport, leave)
    transport.onClose = () => this.#forget(transport)
    transport.onBytes = (bytes) => {
      this.#forget(transport)
      let answer: RefusedHello | undefined
      guard(logger, 'a hello failed', () => {
        answer = { code: 'internal_error', reason: closeCodes.internal_error.reason }
        const hello = readCheckedHello(bytes)
        answer = 'code' in hello ? hello : (checkHello?.(hello) ?? this.#queue(transport, hello))
      })
      if (answer !== undefined) this.#refuse(transport, answer.code, answer.reason)
    }
  }

  /** Takes a transport whose hello somebody else has read and found good. */
  takeGreeted(transport: AcceptedTransport, hello: Hello): void {
    const answer = this.#queue(transport, hello)
    if (answer !== undefined) this.#refuse(transport, answer.code, answer.reason)
  }

  /** Closes all that wait. */
  close(code: CloseCode, reason: string): void {
    for (const transport of [...this.#waiting.keys(), ...this.#joins.waiting]) this.#refuse(transport, code, reason)
  }

  #queue(transport: AcceptedTransport, hello: Hello): RefusedHello | undefined {
    const enter = (): number => {
      let answer: RefusedHello | number = { code: 'internal_error', reason: closeCodes.internal_error.reason }
      guard(this.#options.logger, 'a hello failed', () => {
        answer = this.#admit(transport, hello)
      })
      if (typeof answer === 'number') return answer
      this.#refuse(transport, answer.code, answer.reason)
      return 0
    }
    if (this.#joins.add(transport, enter)) return undefined
    return { code: 'server_full', reason: closeCodes.server_full.reason }
  }

  #admit(transport: AcceptedTransport, hello: Hello): RefusedHello | number {
    const { gate, admit, onAdmit } = this.#options
    const admitted = gate.refusalOf(transport, hello) ?? admit(transport, hello)
    if ('code' in admitted) return admitted
    gate.place(admitted)
    return onAdmit(admitted)
  }

  #forget(transport: AcceptedTransport): void {
    this.#waiting.get(transport)?.()
    this.#waiting.delete(transport)
  }

  #refuse(transport: AcceptedTransport, code: CloseCode, reason: string): void {
    const { logger, gate } = this.#options
    this.#refused++
    this.#forget(transport)
    this.#joins.remove(transport)
    refuse(transport, { code, reason }, logger, gate)
  }
}
