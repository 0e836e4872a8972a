import type { Clock, Logger } from '@tygase/gamestate'
import { type CloseInfo, closeCodes, type Hello } from '@tygase/protocol'
import { AccessLog } from './entrance/access-log.js'
import type { ClientAddress } from './entrance/address.js'
import { AddressLimits, limitPerAddress } from './entrance/address-limits.js'
import type { BlockList } from './entrance/block-list.js'
import type { AcceptedTransport } from './entrance/listener.js'
import { PendingList } from './entrance/pending-list.js'
import type { OwnedConnection } from './owned-connection.js'
import type { RefusedHello } from './refused-hello.js'
import type { ServerOptions } from './server-options.js'
import { systemTime } from './system-clock.js'

/** A household, a school class, a small office behind one address. */
export const usualSessionsPerAddress = 100
const usualHandshakesPerAddress = 32
const addressBlocked = 'the address is blocked'

export interface GateOptions
  extends Pick<ServerOptions, 'maxSessionsPerAddress' | 'maxHandshakesPerAddress' | 'blockList' | 'accessLog'> {
  clock: Clock
  logger: Logger
  maxHandshakes: number
  handshakeTimeoutMs: number
}

/** Who may come in, as far as it depends on where from and how many there are, and the log of that. */
export class Gate {
  readonly handshakes: PendingList
  readonly #blockList: BlockList | undefined
  readonly #perAddress: AddressLimits
  readonly #log: AccessLog
  readonly #logger: Logger
  readonly #visits = new Set<string>()
  #blocked = 0
  #refusedOrigins = 0
  readonly #watched = new Map<ReadonlyMap<string, OwnedConnection>, () => void>()

  /** @throws ServerError `invalid_argument` */
  constructor(options: GateOptions) {
    const { clock, logger, maxHandshakes: max, handshakeTimeoutMs: timeoutMs, blockList, accessLog } = options
    const maxPerAddress = limitPerAddress(options.maxHandshakesPerAddress, usualHandshakesPerAddress)
    this.handshakes = new PendingList({ clock, timeoutMs, max, maxPerAddress })
    this.#perAddress = new AddressLimits(limitPerAddress(options.maxSessionsPerAddress, usualSessionsPerAddress))
    this.#log = new AccessLog({ target: accessLog, logger, now: () => clock.now(), date: systemTime })
    this.#blockList = blockList
    this.#logger = logger
  }

  /** How many sessions there are. */
  get sessions(): number {
    return this.#visits.size
  }

  /** Whether there is a session of this client. */
  has(clientId: string): boolean {
    return this.#visits.has(clientId)
  }

  /** @returns how many the block list and the allowed origins have turned away */
  get stats(): { blocked: number; refusedOrigins: number } {
    return { blocked: this.#blocked, refusedOrigins: this.#refusedOrigins }
  }

  /** Whether the block list keeps this address out; counted and logged if so. */
  turnsAway(client: ClientAddress): boolean {
    if (!this.#blocks(client)) return false
    this.#blocked++
    this.refused(client, 'blocked', addressBlocked)
    return true
  }

  refusedOrigin(client: ClientAddress, reason: string): void {
    this.#refusedOrigins++
    this.#logger.info({ reason }, 'a web page was refused')
    this.refused(client, 'origin', reason)
  }

  /** Logs that somebody was not let in. */
  refused(client: ClientAddress | undefined, code: Parameters<AccessLog['refused']>[1], reason: string): void {
    this.#log.refused(client, code, reason)
  }

  /** Why a client may not come in from where it is; undefined when it may. One that resumes has been counted already. */
  refusalOf({ clientAddress }: AcceptedTransport, hello: Hello): RefusedHello | undefined {
    if (clientAddress === undefined) return undefined
    // the rule may be younger than the transport
    if (this.#blocks(clientAddress)) return { code: 'refused', reason: addressBlocked }
    if (hello.resume !== undefined || !this.#perAddress.isFull(clientAddress.host)) return undefined
    return { code: 'too_many_sessions', reason: closeCodes.too_many_sessions.reason }
  }

  /** A session has begun, or goes on over another transport. Telling it again of the same transport does nothing. */
  place({ clientId, clientAddress, transport }: OwnedConnection): void {
    if (transport === undefined) return
    this.#visits.add(clientId)
    this.#perAddress.place(clientId, clientAddress?.host)
    this.#log.begin(clientId, transport)
  }

  /** A session has ended for good. */
  end({ clientId, stats }: OwnedConnection, info: CloseInfo | undefined): void {
    if (!this.#visits.delete(clientId)) return
    this.#perAddress.remove(clientId)
    const { code = 'unknown', reason = '' } = info ?? {}
    this.#log.end(clientId, { code, reason, bytesIn: stats.bytesIn, bytesOut: stats.bytesOut })
  }

  /** Ends the sessions that the block list keeps out, now and whenever a rule is added, until `unwatch`. */
  watch(connections: ReadonlyMap<string, OwnedConnection>): void {
    const endBlocked = (): void => {
      for (const connection of [...connections.values()]) {
        const { clientAddress } = connection
        if (clientAddress !== undefined && this.#blocks(clientAddress)) connection.end('kicked', addressBlocked)
      }
    }
    const end = this.#blockList?.onAdd(endBlocked)
    if (end === undefined) return
    this.#watched.set(connections, end)
    endBlocked()
  }

  unwatch(connections: ReadonlyMap<string, OwnedConnection>): void {
    this.#watched.get(connections)?.()
    this.#watched.delete(connections)
  }

  #blocks({ host }: ClientAddress): boolean {
    return this.#blockList?.blocks(host) === true
  }
}
