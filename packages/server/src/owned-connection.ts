import type { Clock, Logger } from '@tygase/gamestate'
import {
  type CloseCode,
  type CloseInfo,
  closeCodeOf,
  closeCodes,
  createServerSession,
  type Hello,
  type IncomingEvent,
  type Session,
  type SessionLimits,
  type SessionStats,
  type SessionStatus,
  writeClose,
} from '@tygase/protocol'
import { ReadingPause } from './defence/reading-pause.js'
import type { ClientAddress } from './entrance/address.js'
import type { AcceptedTransport } from './entrance/listener.js'
import { guard } from './guard.js'
import type { HeldVersions } from './held-versions.js'
import type { Quiet } from './quiet.js'
import type { ServerConnection } from './server-connection.js'

/** What a connection needs of the server that owns it. */
export interface ConnectionOwner {
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: Partial<SessionLimits>
  readonly names: readonly string[]
  readonly quiet: Quiet
  isHost(clientId: string): boolean
  onEvent(connection: OwnedConnection, event: IncomingEvent): void
  onStatus(connection: OwnedConnection, status: SessionStatus, info: CloseInfo | undefined): void
}

/**
 * Joins a session to the transport that it has at the moment. What a user sees of it is `ServerConnection`.
 *
 * On each tick the server looks at every connection, and mostly nothing has happened. What it has to know then lies here,
 * not deep within the session: walking there for each of many clients cost more than what was found.
 *
 * Invariants: the transport is there exactly while the session is connected; before `#quietUntilMs` the session has
 * nothing to do and nothing to send, and `#base` is the session's, `#sentVersion` taken into account.
 */
export class OwnedConnection implements ServerConnection {
  readonly clientId: string
  readonly connectedSince: number
  readonly #session: Session
  /** The version that went out last over a transport that may lose it, and when: not worth sending again at once. */
  lastState: { version: number; atMs: number } | undefined
  /** How much was written to it last. */
  lastWriteBytes = 0
  /** Versions that are kept for this client; undefined where none ever had to be. */
  heldVersions: HeldVersions | undefined
  /** Since when its transport has had more to send than it should; undefined while it has not. */
  backedUpSinceMs: number | undefined
  /** An answer of a rule waits, which must not come before the state that the rule has made. */
  owesState = false
  readonly #owner: ConnectionOwner
  readonly #pause: ReadingPause
  #wasSlowed = false
  #transport: AcceptedTransport | undefined
  #clientAddress: ClientAddress | undefined
  #quietUntilMs = Number.NEGATIVE_INFINITY
  #base: number | undefined
  /** What the session has not been told yet. */
  #sentVersion: number | undefined

  constructor(clientId: string, token: Uint8Array, welcome: Uint8Array, owner: ConnectionOwner) {
    const { clock, limits, names } = owner
    this.clientId = clientId
    this.connectedSince = clock.now()
    this.#owner = owner
    this.#pause = new ReadingPause(clock)
    const listener = {
      onEvent: (event: IncomingEvent) => owner.onEvent(this, event),
      onStatus: (status: SessionStatus, info?: CloseInfo) => owner.onStatus(this, status, info),
    }
    this.#session = createServerSession({ clientId, token, names, welcome, limits, listener }, this.connectedSince)
  }

  /** For whatever is not done on every tick: who gets it may change it. */
  get session(): Session {
    this.#owner.quiet.end()
    this.#quietUntilMs = Number.NEGATIVE_INFINITY
    if (this.#sentVersion !== undefined) this.#session.stateSent(this.#sentVersion)
    this.#sentVersion = undefined
    return this.#session
  }

  get status(): SessionStatus {
    return this.#session.status
  }

  get closeInfo(): CloseInfo | undefined {
    return this.#session.closeInfo
  }

  get rttMs(): number | undefined {
    return this.#session.rttMs
  }

  get jitterMs(): number | undefined {
    return this.#session.jitterMs
  }

  get stats(): Readonly<SessionStats> {
    return this.#session.stats
  }

  get isHost(): boolean {
    return this.#owner.isHost(this.clientId)
  }

  get clientAddress(): ClientAddress | undefined {
    return this.#clientAddress
  }

  get bufferedBytes(): number {
    return this.#transport?.bufferedBytes ?? 0
  }

  get transport(): AcceptedTransport | undefined {
    return this.#transport
  }

  /** Whether the next packet begins with the welcome. */
  get isWelcomeDue(): boolean {
    return this.#quietUntilMs === Number.NEGATIVE_INFINITY && this.#session.isWelcomeDue
  }

  /** Whether a hello comes from the client that this session was begun for, whose welcome got lost. */
  isExpected(hello: Hello): boolean {
    return this.#session.isExpected(hello)
  }

  disconnect(reason: string = closeCodes.kicked.reason): void {
    this.end('kicked', reason)
  }

  /** Takes a transport whose hello has been read and found good; one that was there before is closed. The welcome waits for the owner to write. */
  attach(transport: AcceptedTransport, hello: Hello): void {
    const old = this.#letGo()
    this.#transport = transport
    this.#clientAddress = transport.clientAddress
    this.lastState = undefined
    this.backedUpSinceMs = undefined
    // a client that has gone on to the new one listens no more; another one at the old end must not take the session back
    old?.send(writeClose('replaced'))
    old?.close(closeCodes.replaced.number, closeCodes.replaced.reason)
    this.#listen(transport)
    const { reliable } = transport
    const pausable = transport.pause !== undefined && transport.resume !== undefined
    this.#work(transport, () => {
      const nowMs = this.#now
      this.session.attach({ reliable, pausable }, nowMs, hello)
      this.#keepPace(transport, nowMs)
    })
  }

  /** Runs the session's timers when one is due. */
  advance(nowMs: number): void {
    if (nowMs < this.#quietUntilMs || nowMs < this.#session.nextDeadline()) return
    guard(this.#owner.logger, 'a session failed', () => this.session.advance(nowMs))
    this.#dropTransport()
  }

  /** Until when there is nothing to do for it and nothing to tell it, if it is to be at `version`; -Infinity when there may be now. */
  quietUntilMs(version: number): number {
    if (this.#transport === undefined) return this.#session.nextDeadline()
    const isSettled = this.#base === version && !this.owesState && this.backedUpSinceMs === undefined
    // what may have got lost is told again after a while
    return isSettled && this.#transport.reliable ? this.#quietUntilMs : Number.NEGATIVE_INFINITY
  }

  /** The version that the next delta starts from; undefined when only a snapshot will do. */
  get stateBase(): number | undefined {
    return this.#quietUntilMs === Number.NEGATIVE_INFINITY ? this.session.stateBase : this.#base
  }

  /** A STATE message for `version` goes to the transport. */
  stateSent(version: number): void {
    this.#sentVersion = version
    if (this.#transport?.reliable === true) this.#base = version
  }

  /** @returns the session's next packet, undefined for none */
  flush(nowMs: number): Uint8Array | undefined {
    if (nowMs < this.#quietUntilMs) return undefined
    const packet = this.session.flush(nowMs)
    if (packet === undefined) {
      this.#quietUntilMs = this.#session.nextDeadline()
      this.#base = this.#session.stateBase
    }
    return packet
  }

  /** Ends the session for good and tells the client, after what waits to be sent. */
  end(code: CloseCode, reason: string): void {
    this.#send()
    this.drop(code, reason)
  }

  /** As `end`, without what waits to be sent. */
  drop(code: CloseCode, reason: string): void {
    guard(this.#owner.logger, 'a session failed', () => this.session.close(code, reason, this.#now))
    this.#dropTransport()
  }

  /** The transport has failed: lets go of it without a word, and keeps the session in its grace time. */
  lose(): void {
    const transport = this.#letGo()
    if (transport === undefined) return
    const { number, reason } = closeCodes.transport_lost
    guard(this.#owner.logger, 'a session failed', () => this.session.suspend(this.#now))
    guard(this.#owner.logger, 'a transport failed', () => transport.close(number, reason))
  }

  /** Lets go of the transport and keeps the session in its grace time; the client learns why from the transport. */
  suspend(code: CloseCode, reason: string): AcceptedTransport | undefined {
    this.#send()
    const transport = this.#letGo()
    guard(this.#owner.logger, 'a session failed', () => this.session.suspend(this.#now))
    transport?.close(closeCodes[code].number, reason)
    return transport
  }

  get #now(): number {
    return this.#owner.clock.now()
  }

  /** In a method of its own: functions made in one share what they hold, and a hello with its credentials would last as long as they. */
  #listen(transport: AcceptedTransport): void {
    transport.onBytes = (bytes) => this.#work(transport, () => this.#receive(transport, bytes))
    transport.onClose = (code, reason) => this.#work(transport, () => this.#onTransportClose(code, reason))
  }

  #work(transport: AcceptedTransport, work: () => void): void {
    if (this.#transport !== transport) return
    guard(this.#owner.logger, 'a session failed', work)
    this.#dropTransport()
  }

  #receive(transport: AcceptedTransport, bytes: Uint8Array): void {
    const nowMs = this.#now
    this.session.receive(bytes, nowMs)
    this.#keepPace(transport, nowMs)
  }

  /** Reads nothing for a while from a client that has sent more than it may, and lets TCP tell it. */
  #keepPace(transport: AcceptedTransport, nowMs: number): void {
    const { readableAt } = this.#session
    if (readableAt <= nowMs || this.#transport !== transport || !transport.reliable) return
    if (!this.#wasSlowed) {
      this.#owner.logger.info({ clientId: this.clientId }, 'a client sends faster than its limits allow and is slowed')
    }
    this.#wasSlowed = true
    transport.pause?.()
    this.#pause.begin(readableAt, () => guard(this.#owner.logger, 'a transport failed', () => transport.resume?.()))
  }

  /** Nothing more is read from the transport or written to it. @returns the one that there was */
  #letGo(): AcceptedTransport | undefined {
    const transport = this.#transport
    this.#transport = undefined
    this.#pause.cancel()
    return transport
  }

  #onTransportClose(code: number, reason: string): void {
    this.#letGo()
    // what the peer did wrong below its packets, it would do again after a resume
    const name = closeCodeOf(code)
    if (name === 'packet_too_large' || name === 'malformed') this.session.close(name, reason, this.#now)
    this.session.suspend(this.#now)
  }

  /** A session that is no longer connected has said its last word: that goes out, then the transport closes. */
  #dropTransport(): void {
    if (this.#transport === undefined || this.status === 'connected') return
    this.#send()
    const { code, reason } = this.closeInfo ?? { code: 'idle', reason: closeCodes.idle.reason }
    this.#letGo()?.close(closeCodes[code].number, reason)
  }

  #send(): void {
    try {
      const transport = this.#transport
      if (transport === undefined) return
      for (let packet = this.session.flush(this.#now); packet !== undefined; packet = this.session.flush(this.#now)) {
        transport.send(packet)
      }
    } catch (error) {
      this.#owner.logger.warn({ err: error, clientId: this.clientId }, 'a transport failed')
      // what it has taken nobody knows; a session that is over has nothing more to say
      if (this.session.status === 'connected') this.lose()
    }
  }
}
