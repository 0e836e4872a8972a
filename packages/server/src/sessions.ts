import type { Clock, Logger } from '@tygase/gamestate'
import type { CloseInfo, Hello, IncomingEvent, SessionLimits, SessionStatus } from '@tygase/protocol'
import { closeCodes } from '@tygase/protocol'
import type { AcceptedTransport } from './entrance/listener.js'
import { FirstAttempts } from './first-attempts.js'
import { HostRole } from './host-role.js'
import { type ConnectionOwner, OwnedConnection } from './owned-connection.js'
import { Quiet } from './quiet.js'
import type { RefusedHello } from './refused-hello.js'

/** The length of a resume token: 128 bits cannot be guessed. */
const tokenBytes = 16

/** What sessions tell the server. */
export interface SessionsListener {
  onEvent(connection: OwnedConnection, event: IncomingEvent): void
  onBegin(connection: OwnedConnection): void
  onSuspend(connection: OwnedConnection, info: CloseInfo | undefined): void
  onResume(connection: OwnedConnection): void
  /** Once per session, when it has ended for good. */
  onEnd(connection: OwnedConnection, info: CloseInfo | undefined): void
  /** The welcome of a session that begins. */
  welcome(): Uint8Array
}

export interface SessionsOptions {
  clock: Clock
  random: () => number
  logger: Logger
  limits: Partial<SessionLimits>
  names: readonly string[]
  maxSessions: number
  handOverHost: boolean
  /** Whether a client id is in use elsewhere. */
  isTaken?: ((clientId: string) => boolean) | undefined
}

/** All sessions, connected and suspended: begins, resumes and ends them. */
export class Sessions implements ConnectionOwner {
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: Partial<SessionLimits>
  readonly names: readonly string[]
  readonly quiet = new Quiet()
  readonly #random: () => number
  readonly #maxSessions: number
  readonly #host: HostRole
  readonly #isTaken: SessionsOptions['isTaken']
  readonly #listener: SessionsListener
  readonly #connections = new Map<string, OwnedConnection>()
  readonly #suspended = new Set<OwnedConnection>()
  readonly #attempts = new FirstAttempts<OwnedConnection>()

  constructor(options: SessionsOptions, listener: SessionsListener) {
    this.clock = options.clock
    this.logger = options.logger
    this.limits = options.limits
    this.names = options.names
    this.#random = options.random
    this.#maxSessions = options.maxSessions
    this.#isTaken = options.isTaken
    this.#host = new HostRole(options.handOverHost)
    this.#listener = listener
  }

  get connections(): ReadonlyMap<string, OwnedConnection> {
    return this.#connections
  }

  get hostClient(): string | undefined {
    return this.#host.clientId
  }

  isHost(clientId: string): boolean {
    return this.#host.clientId === clientId
  }

  /** Begins or resumes a session over `transport`, or says why not. */
  admit(transport: AcceptedTransport, hello: Hello): RefusedHello | OwnedConnection {
    if (hello.resume !== undefined) {
      const connection = this.#connections.get(hello.resume.clientId)
      // the grace time may be over without anybody having looked
      connection?.advance(this.clock.now())
      if (connection === undefined || !isLive(connection) || !connection.session.matchesToken(hello.resume.token)) {
        return refusal('resume_failed')
      }
      connection.attach(transport, hello)
      return connection
    }
    let connection = this.#expecting(hello)
    if (connection === undefined) {
      if (this.#connections.size >= this.#maxSessions) return refusal('server_full')
      connection = this.#begin(hello)
    }
    connection.attach(transport, hello)
    return connection
  }

  /** Whether a hello is of a session that is here: it resumes that, or its welcome got lost. */
  knows(hello: Hello): boolean {
    if (hello.resume !== undefined) return this.#connections.has(hello.resume.clientId)
    return this.#expecting(hello) !== undefined
  }

  onEvent(connection: OwnedConnection, event: IncomingEvent): void {
    this.#listener.onEvent(connection, event)
  }

  onStatus(connection: OwnedConnection, status: SessionStatus, info: CloseInfo | undefined): void {
    if (status === 'suspended' && !this.#suspended.has(connection)) {
      this.#suspended.add(connection)
      this.#listener.onSuspend(connection, info)
    } else if (status === 'connected') {
      if (this.#suspended.delete(connection)) this.#listener.onResume(connection)
      else this.#listener.onBegin(connection)
    } else if (status === 'closed') this.#end(connection, info)
  }

  /** The session that was begun for this very client, whose welcome got lost with its transport: it begins no second one. */
  #expecting(hello: Hello): OwnedConnection | undefined {
    const connection = this.#attempts.find(hello)
    return connection?.isExpected(hello) ? connection : undefined
  }

  #begin(hello: Hello): OwnedConnection {
    const clientId = this.#newClientId()
    const token = Uint8Array.from({ length: tokenBytes }, () => this.#random() * 256)
    // the welcome names the host, which this one may be
    this.#host.join(clientId)
    const connection = new OwnedConnection(clientId, token, this.#listener.welcome(), this)
    this.#connections.set(clientId, connection)
    this.#attempts.add(hello, connection)
    return connection
  }

  #end(connection: OwnedConnection, info: CloseInfo | undefined): void {
    this.#suspended.delete(connection)
    this.#attempts.remove(connection)
    if (!this.#connections.delete(connection.clientId)) return
    this.#host.leave(connection.clientId)
    this.#listener.onEnd(connection, info)
  }

  #newClientId(): string {
    for (;;) {
      const clientId = Math.floor(this.#random() * 36 ** 8)
        .toString(36)
        .padStart(8, '0')
      if (!this.#connections.has(clientId) && this.#isTaken?.(clientId) !== true) return clientId
    }
  }
}

function isLive(connection: OwnedConnection): boolean {
  return connection.status !== 'closed' && connection.status !== 'disconnecting'
}

function refusal(code: 'resume_failed' | 'server_full'): RefusedHello {
  return { code, reason: closeCodes[code].reason }
}
