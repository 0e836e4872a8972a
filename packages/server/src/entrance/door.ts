import type { Clock, Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import { type CloseCode, type Counters, closeCodes, writeRefusal } from '@tygase/protocol/internal'
import { AccessLog, type AccessLogTarget } from './access-log.js'
import type { ClientAddress } from './address.js'
import { AddressLimits, limitPerAddress } from './address-limits.js'
import type { BlockList } from './block-list.js'
import type { AcceptedTransport, ListenerDoor, UpgradeRequest } from './listener.js'
import { PendingList, type Refusal } from './pending-list.js'

/** Sessions of one address: a household, a school class or a small office. */
export const usualSessionsPerAddress = 100
const usualHandshakesPerAddress = 32
const addressBlocked = 'the address is blocked'

export interface DoorOptions {
  clock: Clock
  logger: Logger
  counters: Counters
  maxPacketBytes: number
  handshakeTimeoutMs: number
  /** Sockets and transports without a hello at a time. */
  maxHandshakes: number
  maxHandshakesPerAddress?: number | undefined
  maxSessionsPerAddress?: number | undefined
  blockList?: BlockList | undefined
  accessLog?: AccessLogTarget | undefined
  /** Time of day for the entries of the access log. */
  date: () => string
  /** Takes over a transport whose hello has not been read. */
  onTransport(transport: AcceptedTransport, request: UpgradeRequest): void
}

/**
 * The door of a server, one for all its listeners and rooms. It holds whatever is decided by the address of a client, before
 * and after its hello: block list, pending handshakes, sessions for each address, access log.
 */
export class Door implements ListenerDoor {
  readonly clock: Clock
  readonly logger: Logger
  readonly maxPacketBytes: number
  readonly handshakeTimeoutMs: number
  /** Sockets without a request and transports without a hello. */
  readonly handshakes: PendingList
  /** Sessions by address. */
  readonly sessions: AddressLimits
  /** Undefined if nothing is logged. */
  readonly log: AccessLog | undefined
  readonly #counters: Counters
  readonly #blockList: BlockList | undefined
  readonly #onTransport: DoorOptions['onTransport']

  /** @throws ServerError `invalid_argument` */
  constructor(options: DoorOptions) {
    const { clock, logger, counters, maxHandshakes, handshakeTimeoutMs, accessLog, date } = options
    this.clock = clock
    this.logger = logger
    this.maxPacketBytes = options.maxPacketBytes
    this.handshakeTimeoutMs = handshakeTimeoutMs
    const maxPerAddress = limitPerAddress(options.maxHandshakesPerAddress, usualHandshakesPerAddress)
    this.handshakes = new PendingList({ clock, timeoutMs: handshakeTimeoutMs, max: maxHandshakes, maxPerAddress })
    this.sessions = new AddressLimits(limitPerAddress(options.maxSessionsPerAddress, usualSessionsPerAddress))
    this.log =
      accessLog === undefined ? undefined : new AccessLog({ target: accessLog, logger, now: () => clock.now(), date })
    this.#counters = counters
    this.#blockList = options.blockList
    this.#onTransport = options.onTransport
  }

  accept(transport: AcceptedTransport, request: UpgradeRequest): void {
    this.#onTransport(transport, request)
  }

  addPending(host: string | undefined, drop: (refusal: Refusal) => void): () => void {
    return this.handshakes.add(host, drop)
  }

  isBlocked(address: ClientAddress): boolean {
    if (!this.blocks(address)) return false
    this.#counters.add('blocked')
    this.log?.refused(address, 'blocked', addressBlocked)
    return true
  }

  refused(address: ClientAddress | undefined, code: CloseCode | 'origin', reason: string): void {
    if (code === 'origin') {
      this.#counters.add('refusedOrigins')
      this.logger.info({ reason }, 'a web page was refused')
    }
    this.log?.refused(address, code, reason)
  }

  /** True if the block list has this address. Nothing is counted or logged. */
  blocks(address: ClientAddress | undefined): boolean {
    return address !== undefined && this.#blockList?.blocks(address.host) === true
  }

  /** Calls `listener` after the block list got new rules. @returns a function that removes the listener */
  onBlock(listener: () => void): () => void {
    return this.#blockList?.onAdd(listener) ?? (() => {})
  }

  /**
   * Why a client may not come in from its address; undefined if it may.
   * @param resumes true for a session that is counted already
   */
  refusalOf(address: ClientAddress | undefined, resumes: boolean): Refusal | undefined {
    if (address === undefined) return undefined
    // the rule may be newer than the transport
    if (this.blocks(address)) return { code: 'refused', reason: addressBlocked }
    if (resumes || !this.sessions.isFull(address.host)) return undefined
    return { code: 'too_many_sessions', reason: closeCodes.too_many_sessions.reason }
  }

  /** Counts and logs a session that has begun, or that goes on over another transport. The same transport again does nothing. */
  begin(clientId: string, transport: AcceptedTransport): void {
    this.sessions.place(clientId, transport.clientAddress?.host)
    this.log?.begin(clientId, transport)
  }

  /** Counts and logs that a session has ended for good. */
  end(clientId: string, end: Parameters<AccessLog['end']>[1]): void {
    this.sessions.remove(clientId)
    this.log?.end(clientId, end)
  }

  /** Sends a transport the reason why it is refused, closes it, and logs it. */
  refuse(transport: AcceptedTransport, { code, reason }: Refusal): void {
    transport.onBytes = undefined
    transport.onClose = undefined
    this.#counters.add('refusedTransports')
    this.logger.info({ code, reason }, 'a client was refused')
    this.refused(transport.clientAddress, code, reason)
    guard(this.logger, 'a transport failed', () => {
      transport.send(writeRefusal(code, reason))
      transport.close(closeCodes[code].number, reason)
    })
  }
}
