import { type Clock, type Logger, TygaseError } from '@tygase/gamestate'
import { type CloseCode, closeCodes, type Hello } from '@tygase/protocol'
import type { Auth, AuthRequest } from '../auth.js'
import type { AcceptedTransport, UpgradeRequest } from '../entrance/listener.js'
import type { PendingList } from '../entrance/pending-list.js'
import { ServerError } from '../errors.js'
import type { Gate } from '../gate.js'
import { readCheckedHello, refuse } from '../refuse.js'
import type { RefusedHello } from '../refused-hello.js'
import { identify } from './identify.js'
import { readPresented } from './read-presented.js'
import { partsOf } from './room-parts.js'
import { parseRoomPath } from './room-path.js'
import type { RoomRegistry } from './room-registry.js'

export interface ReceptionOptions {
  clock: Clock
  logger: Logger
  gate: Gate
  registry: RoomRegistry
  auth: Auth | undefined
  authTimeoutMs: number
  /** Sessions in all rooms at a time. */
  maxSessions: number
  /** Those who are being asked who they are, or wait for their room. */
  asked: PendingList
}

/**
 * Takes those who come, asks who they are, and leads each to its room. For one who is refused no room is made, and what is
 * presented goes nowhere but to who asks.
 */
export class Reception {
  readonly #options: ReceptionOptions
  /** Those who have not said hello, with what ends the waiting of each. */
  readonly #waiting = new Map<AcceptedTransport, () => void>()
  /** Those who have, and are not in their room yet, likewise. */
  readonly #asked = new Map<AcceptedTransport, () => void>()
  #refused = 0

  constructor(options: ReceptionOptions) {
    this.#options = options
  }

  /** How many transports were turned away. */
  get refused(): number {
    return this.#refused
  }

  /** @param base what stands before the paths of rooms. @param request undefined for a client in this process */
  take(transport: AcceptedTransport, base: string, request: UpgradeRequest | undefined): void {
    const { gate } = this.#options
    const leave = gate.handshakes.add(transport.clientAddress?.host, (end) => this.#refuse(transport, end))
    this.#waiting.set(transport, leave)
    transport.onClose = () => this.#forget(transport)
    transport.onBytes = (bytes) => {
      this.#forget(transport)
      const hello = readCheckedHello(bytes)
      if ('code' in hello) this.#refuse(transport, hello)
      else void this.#greet(transport, hello, base, request)
    }
  }

  /** Turns away all who are not in their room yet. */
  close(code: CloseCode, reason: string): void {
    for (const transport of [...this.#waiting.keys(), ...this.#asked.keys()]) this.#refuse(transport, { code, reason })
  }

  async #greet(
    transport: AcceptedTransport,
    hello: Hello,
    base: string,
    request: UpgradeRequest | undefined,
  ): Promise<void> {
    const { asked } = this.#options
    const leave = asked.add(transport.clientAddress?.host, (end) => this.#refuse(transport, end))
    const gone = new AbortController()
    this.#asked.set(transport, () => {
      leave()
      gone.abort()
    })
    // a hello that comes once more is answered by the room
    transport.onBytes = () => {}
    transport.onClose = () => this.#forget(transport)
    let answer: RefusedHello | undefined
    try {
      answer = await this.#lead(transport, hello, base, request, gone.signal)
    } catch (error) {
      answer = refusalOf(error)
      if (answer.code === 'internal_error') this.#options.logger.error({ err: error }, 'a hello failed')
    }
    if (this.#done(transport) && answer !== undefined) this.#refuse(transport, answer)
  }

  /** Resolves with why a client is not let in; with undefined when it is, or has gone meanwhile. */
  async #lead(
    transport: AcceptedTransport,
    hello: Hello,
    base: string,
    request: UpgradeRequest | undefined,
    gone: AbortSignal,
  ): Promise<RefusedHello | undefined> {
    const { registry, gate, auth, clock, logger, authTimeoutMs, maxSessions } = this.#options
    const path = parseRoomPath(hello.path, base)
    if (path === undefined) throw new ServerError('unknown_room', 'not the path of a room')
    const { options } = registry.definitionOf(path.name)
    const known = registry.roomOf(path, hello)
    if (known !== undefined) {
      this.#done(transport)
      partsOf(known).seats.resume(transport, hello)
      return undefined
    }
    if (hello.resume !== undefined) return plain('resume_failed')
    const check = (): void => {
      const refused = registry.clients >= maxSessions ? plain('server_full') : gate.refusalOf(transport, hello)
      if (refused !== undefined) throw new TurnedAway(refused)
    }
    // before anybody is troubled for it
    check()
    const presented = readPresented(hello.credentials)
    if (presented === undefined) return { code: 'malformed', reason: 'what is presented cannot be read' }
    const { credentials, ticket } = presented
    const asking = requestOf(hello.path, transport, request)
    const identity = await identify(options.onAuth ?? auth, credentials, asking, {
      clock,
      logger,
      timeoutMs: authTimeoutMs,
      gone,
    })
    if (!this.#asked.has(transport)) return undefined
    const seat = await registry.seat(path, { identity, ticket, host: transport.clientAddress?.host }, check)
    // it may have gone, or been turned away, while its room was made
    if (!this.#done(transport)) {
      seat.release()
      return undefined
    }
    try {
      seat.admit(transport, hello)
    } catch (error) {
      this.#refuse(transport, refusalOf(error))
    }
    return undefined
  }

  #forget(transport: AcceptedTransport): void {
    this.#waiting.get(transport)?.()
    this.#waiting.delete(transport)
    this.#done(transport)
  }

  /** Nobody waits for it any more. @returns false when that was so before: it has gone, or was turned away */
  #done(transport: AcceptedTransport): boolean {
    this.#asked.get(transport)?.()
    return this.#asked.delete(transport)
  }

  #refuse(transport: AcceptedTransport, refused: RefusedHello): void {
    const { logger, gate } = this.#options
    this.#refused++
    this.#forget(transport)
    refuse(transport, refused, logger, gate)
  }
}

/** Thrown where a client is refused for what has no code of its own besides that of the closing. */
class TurnedAway extends Error {
  readonly refused: RefusedHello

  constructor(refused: RefusedHello) {
    super(refused.reason)
    this.refused = refused
  }
}

function plain(code: CloseCode): RefusedHello {
  return { code, reason: closeCodes[code].reason }
}

/**
 * Why a client is not let into a room: with the close code `refused`, and the code of the error at the beginning of the reason,
 * where a client's `error.refusal` finds it.
 */
function refusalOf(error: unknown): RefusedHello {
  if (error instanceof TurnedAway) return error.refused
  if (!(error instanceof TygaseError)) return plain('internal_error')
  return { code: 'refused', reason: `${error.code}: ${error.message}` }
}

function requestOf(
  path: string,
  transport: AcceptedTransport,
  request: UpgradeRequest | undefined,
): Omit<AuthRequest, 'signal' | 'timeoutMs'> {
  const { url = '/', headers } = request ?? {}
  const query = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : '')
  return { path, query: Object.fromEntries(query), headers, address: transport.clientAddress?.host }
}
