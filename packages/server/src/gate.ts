import type { Clock, Logger } from '@tygase/gamestate'
import { type CloseInfo, closeCodes, type Hello } from '@tygase/protocol'
import { AccessLog } from './access-log/access-log.js'
import type { AcceptedTransport, ClientAddress } from './client-address.js'
import type { BlockList } from './defence/block-list.js'
import { Handshakes } from './defence/handshakes.js'
import { limitPerAddress } from './defence/per-address.js'
import { PlacesPerAddress } from './defence/places-per-address.js'
import { guard } from './guard.js'
import type { OwnedConnection } from './owned-connection.js'
import type { RefusedHello } from './refused-hello.js'
import type { ServerOptions } from './server-options.js'

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

/** How a session has come here. */
interface Visit {
  transport: AcceptedTransport
  readonly sinceMs: number
  /** What its earlier transports carried. */
  bytesIn: number
  bytesOut: number
}

/** Who may come in, as far as it depends on where from and how many there are, and the log of that. */
export class Gate {
  readonly handshakes: Handshakes
  readonly #blockList: BlockList | undefined
  readonly #perAddress: PlacesPerAddress
  readonly #log: AccessLog
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #visits = new Map<string, Visit>()
  #blocked = 0
  #refusedOrigins = 0
  readonly #watched = new Map<ReadonlyMap<string, OwnedConnection>, () => void>()

  /** @throws ServerError `invalid_argument` */
  constructor(options: GateOptions) {
    const { clock, logger, maxHandshakes: max, handshakeTimeoutMs: timeoutMs, blockList, accessLog } = options
    const maxPerAddress = limitPerAddress(options.maxHandshakesPerAddress, usualHandshakesPerAddress)
    this.handshakes = new Handshakes({ clock, timeoutMs, max, maxPerAddress })
    this.#perAddress = new PlacesPerAddress(limitPerAddress(options.maxSessionsPerAddress, usualSessionsPerAddress))
    this.#log = new AccessLog(accessLog)
    this.#blockList = blockList
    this.#clock = clock
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

  refusedOrigin(client: ClientAddress, origin: string | undefined): void {
    this.#refusedOrigins++
    const reason = `origin ${origin?.slice(0, 200) ?? 'not given'}`
    this.#logger.info({ reason }, 'a web page was refused')
    this.refused(client, 'origin', reason)
  }

  /** Logs that somebody was not let in. */
  refused(client: ClientAddress | undefined, code: Parameters<AccessLog['refused']>[1], reason: string): void {
    guard(this.#logger, 'the access log failed', () => this.#log.refused(client, code, reason))
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
  place(connection: OwnedConnection): void {
    const { clientId, clientAddress, transport } = connection
    if (transport === undefined) return
    const visit = this.#visits.get(clientId)
    if (visit?.transport === transport) return
    this.#perAddress.place(clientId, clientAddress?.host)
    if (visit === undefined) {
      this.#visits.set(clientId, { transport, sinceMs: this.#clock.now(), bytesIn: 0, bytesOut: 0 })
      guard(this.#logger, 'the access log failed', () => this.#log.connected(clientAddress, clientId))
    } else {
      addBytes(visit)
      visit.transport = transport
      guard(this.#logger, 'the access log failed', () => this.#log.resumed(clientAddress, clientId))
    }
  }

  /** A session has ended for good. */
  end({ clientId, clientAddress, stats }: OwnedConnection, info: CloseInfo | undefined): void {
    const visit = this.#visits.get(clientId)
    if (visit === undefined) return
    this.#visits.delete(clientId)
    this.#perAddress.remove(clientId)
    addBytes(visit)
    const { code = 'unknown', reason = '' } = info ?? {}
    const durationMs = Math.round(this.#clock.now() - visit.sinceMs)
    const { bytesIn, bytesOut } = visit.transport.bytesRead === undefined ? stats : visit
    const summary = { clientId, code, reason, durationMs, bytesIn, bytesOut }
    guard(this.#logger, 'the access log failed', () => this.#log.disconnected(clientAddress, summary))
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

function addBytes(visit: Visit): void {
  visit.bytesIn += visit.transport.bytesRead ?? 0
  visit.bytesOut += visit.transport.bytesWritten ?? 0
}
