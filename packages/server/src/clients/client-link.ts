import type { Clock, Logger, RuleClient } from '@tygase/gamestate'
import { atOnce, type Dispatch, guard, watch } from '@tygase/gamestate/internal'
import {
  type CloseCode,
  type CloseInfo,
  type CounterName,
  Counters,
  closeCodeOf,
  closeCodes,
  type EventLimits,
  type Hello,
  type IncomingEvent,
  type Outcome,
  type SendOptions,
  type SentState,
  ServerSession,
  type SessionLimits,
  type SessionStatus,
  writeClose,
} from '@tygase/protocol/internal'
import type { Identity } from '../auth.js'
import type { ClientAddress } from '../entrance/address.js'
import type { AcceptedTransport } from '../entrance/listener.js'
import { bindMethods, type Client, type Room, type ServerDispatchOptions } from '../room.js'
import type { HeldVersions } from '../sending/held-versions.js'
import type { SnapshotPace } from '../sending/snapshot-pace.js'

/** The room as a client's link sees it. */
export interface LinkRoom extends Room {
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: Partial<SessionLimits>
  /** Names of events that travel as a number. */
  readonly names: readonly string[]
  /** The idle window of the room: whatever gives a client work ends it. */
  readonly quiet: { end(): void }
  /** States that went out without a packet, since the counters got the last ones. */
  readonly sentAlone: { states: number; bytes: number }
  readonly events: { take(link: ClientLink, event: IncomingEvent): void }
  readonly out: { send(links: readonly ClientLink[], event: OutgoingEvent): void }
  readonly loop: { writeSoon(link: ClientLink): void }
  /** Writes the state and the events that a client has not got yet. */
  sendLast(link: ClientLink): void
  readonly lifecycle: { changed(link: ClientLink, status: SessionStatus, info: CloseInfo | undefined): void }
}

/** An event on its way to clients. */
export interface OutgoingEvent extends Pick<ServerDispatchOptions, 'retries' | 'onAck' | 'onFail'> {
  /** Called for each client whose handler does not run. Without `onAck` and `onFail` an event costs less for each client. */
  readonly onDrop?: () => void
  readonly name: string
  readonly data: unknown
  /** The client handles the event at this version or a later one. Default: the current version. */
  readonly minVersion?: number
  /** Set if the rule of a client's event has sent it: that client gets it with its origin. */
  readonly origin?: Dispatch['origin'] | undefined
}

/** Events that wait for the budget are tried again after this time. */
const eventPauseMs = 20
/** Ends that come from the client or its network. What it has sent before is handled; other ends cut that off. */
const ownEnds: ReadonlySet<CloseCode> = new Set(['grace_over', 'idle', 'transport_lost'])

/** A client that has been let in. */
export interface JoinRequest {
  readonly id: string
  /** The secret that lets it resume. */
  readonly token: Uint8Array
  /** Payload of the welcome. */
  readonly welcome: Uint8Array
  readonly identity: Identity | undefined
  /** Join data, as the schema of the game has returned it. */
  readonly data: unknown
}

/**
 * A client of a room: joins a session to the transport that it has at the moment.
 *
 * On each tick the room looks at every link, and mostly nothing has happened. The few values that show this are kept
 * here: to read them from within the session for every link takes longer than the check itself.
 *
 * Invariants: the transport is there exactly while the session is connected; before `#quietUntilMs` the session has nothing
 * to do and nothing to send, and `#base` is the session's base, `#sentVersion` included.
 */
export class ClientLink implements Client {
  readonly id: string
  readonly connectedAtMs: number
  readonly identity: Identity | undefined
  readonly data: unknown
  /** True once `onJoin` has run: from then on the client gets state and events, and its own events are taken. */
  isJoined = false
  /** Events that came before the join. */
  readonly earlyEvents: IncomingEvent[] = []
  /** Events that wait because the budget of the transport is overdrawn. Meanwhile no packet is read. */
  readonly #waitingEvents: IncomingEvent[] = []
  /** The transport that they have come over, and whose budget pays for them also when it has closed. */
  #payer: AcceptedTransport | undefined
  /** Set once the session has ended, until the events that wait have been handled: the room hears of the end then. */
  #leaving: { readonly info: CloseInfo | undefined } | undefined
  /** Outcomes of handlers for events that now wait for their rule, by sequence. */
  readonly handlerAnswers = new Map<number, Outcome>()
  /** Memory of its events whose handlers have returned promises. */
  runningBytes = 0
  /** Newest version that was sent over a transport that may lose it, and when. It is not sent again at once. */
  lastState: { version: number; atMs: number } | undefined
  /** Bytes of the last write. */
  lastWriteBytes = 0
  /** When it gets its next snapshot; undefined before the first. */
  snapshots: SnapshotPace | undefined
  /** Versions that are kept for this client; undefined until one has to be. */
  heldVersions: HeldVersions | undefined
  /** Time since which its transport has had too many unsent bytes; undefined while it has not. */
  backedUpSinceMs: number | undefined
  /** True while the answer of a rule waits: it must not arrive before the state that the rule has made. */
  owesState = false
  /** True once it has asked for a shutdown that it may not have. */
  wasDenied = false
  /** Events that its full queue did not take, since the first was logged; undefined for none. */
  dropping: { count: number; lastAtMs: number } | undefined
  readonly #session: ServerSession
  readonly #room: LinkRoom
  #transport: AcceptedTransport | undefined
  #address: ClientAddress | undefined
  #ruleClient: RuleClient | undefined
  #wasSlowed = false
  #cancelPause: (() => void) | undefined
  #quietUntilMs = Number.NEGATIVE_INFINITY
  #base: number | undefined
  /** States that went out without a packet of the session, and their bytes. */
  #statesAlone = 0
  #bytesAlone = 0
  /** Version of the last state message, until the session knows of it. */
  #sentVersion: number | undefined

  constructor(room: LinkRoom, { id, token, welcome, identity, data }: JoinRequest) {
    const { clock, limits, names } = room
    const counters = new Counters(room.counters)
    this.id = id
    this.identity = identity
    this.data = data
    this.connectedAtMs = clock.now()
    this.#room = room
    const listener = {
      onEvent: (event: IncomingEvent) => this.#takeEvent(event),
      onStatus: (status: SessionStatus, info?: CloseInfo) => this.#changeStatus(status, info),
    }
    const options = { clientId: id, token, names, welcome, limits, counters, listener }
    this.#session = new ServerSession(options, this.connectedAtMs)
    bindMethods<Client>(this, ['disconnect'])
  }

  get room(): Room {
    return this.#room
  }

  /** The room, with the parts that its user does not see. */
  get owner(): LinkRoom {
    return this.#room
  }

  get userId(): string | undefined {
    return this.identity?.userId
  }

  get name(): string | undefined {
    return this.identity?.name
  }

  get isHost(): boolean {
    return this.#room.hostClient === this.id
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

  get stats(): Readonly<Record<CounterName, number>> {
    const counts = this.#session.counters.snapshot()
    return {
      ...counts,
      packetsOut: counts.packetsOut + this.#statesAlone,
      statesSent: counts.statesSent + this.#statesAlone,
      bytesOut: counts.bytesOut + this.#bytesAlone,
      stateBytes: counts.stateBytes + this.#bytesAlone,
    }
  }

  get address(): ClientAddress | undefined {
    return this.#address
  }

  get bufferedBytes(): number {
    return this.#transport?.bufferedBytes ?? 0
  }

  get transport(): AcceptedTransport | undefined {
    return this.#transport
  }

  /** The client as rules see it. */
  get ruleClient(): RuleClient {
    const { isHost } = this
    if (this.#ruleClient?.isHost !== isHost) {
      const { id, userId, name, data } = this
      this.#ruleClient = Object.freeze({ id, userId, name, isHost, data: data as RuleClient['data'] })
    }
    return this.#ruleClient
  }

  /** Limits of events that are sent to the client. */
  get sendLimits(): EventLimits {
    return this.#session.sendLimits
  }

  /** Limits of events that the client sends. */
  get receiveLimits(): EventLimits {
    return this.#session.receiveLimits
  }

  /** True while the session may go on. */
  get isLive(): boolean {
    return this.status !== 'closed' && this.status !== 'disconnecting'
  }

  /** True once the session has ended and no event of it waits. */
  get hasEnded(): boolean {
    return this.status === 'closed' && this.#leaving === undefined
  }

  /** True for a hello of the client that this session was begun for, if its welcome got lost. */
  isExpected(hello: Hello): boolean {
    return this.#session.isExpected(hello)
  }

  /** True for the resume token of this session. Takes equally long for every answer. */
  matchesToken(token: Uint8Array): boolean {
    return this.#session.matchesToken(token)
  }

  disconnect(reason: string = closeCodes.kicked.reason): void {
    this.end('kicked', reason)
  }

  /** For `console.log` in Node. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    const { id, userId, name, isHost, status, room } = this
    return { id, userId, name, isHost, status, room: room.key }
  }

  /** Takes a transport whose hello has been accepted; an older transport is closed. The room writes the welcome. */
  attach(transport: AcceptedTransport, hello: Hello): void {
    const old = this.#release()
    this.#transport = transport
    this.#address = transport.clientAddress
    this.lastState = undefined
    this.backedUpSinceMs = undefined
    // a client that has moved to the new transport no longer reads the old one; another reader there must not resume
    old?.send(writeClose('replaced'))
    old?.close(closeCodes.replaced.number, closeCodes.replaced.reason)
    this.#listen(transport)
    if (this.#waitingEvents.length > 0) this.#pause(transport)
    const { reliable } = transport
    const pausable = transport.pause !== undefined && transport.resume !== undefined
    this.#work(transport, () => {
      const nowMs = this.#now
      this.#touch().attach({ reliable, pausable }, nowMs, hello)
      this.#keepPace(transport, nowMs)
    })
  }

  /** Queues an event. @throws ProtocolError as `Session.send` does */
  send(name: string, payload: Uint8Array, options: SendOptions): void {
    this.#touch().send(name, payload, options, this.#now)
  }

  /** Answers an event of the client. @throws ProtocolError `event_too_large` */
  reply(sequence: number, outcome: Outcome): void {
    this.#touch().reply(sequence, outcome)
  }

  /** Memory is kept for an event until its answer. @returns false if there is no room for it */
  hold(sequence: number, bytes: number): boolean {
    return this.#session.hold(sequence, bytes)
  }

  /** Runs the timers of the session if one is due. */
  advance(nowMs: number): void {
    if (nowMs < this.#quietUntilMs || nowMs < this.#session.nextDeadline()) return
    guard(this.#room.logger, 'a session failed', () => this.#touch().advance(nowMs))
    this.#dropTransport()
  }

  /** Time until which this client needs no work, provided it is at `version`; -Infinity if it may need work now. */
  quietUntilMs(version: number): number {
    if (this.#transport === undefined) return this.#session.nextDeadline()
    const isSettled =
      (this.#base === version || !this.isJoined) && !this.owesState && this.backedUpSinceMs === undefined
    // a state that may be lost is sent again after a while
    return isSettled && this.#transport.reliable ? this.#quietUntilMs : Number.NEGATIVE_INFINITY
  }

  /** The version that the next delta starts from; undefined if only a snapshot will do. */
  get stateBase(): number | undefined {
    return this.#quietUntilMs === Number.NEGATIVE_INFINITY ? this.#touch().stateBase : this.#base
  }

  /**
   * @param state a state message that goes out with the packet
   * @returns the next packet of the session, undefined for none
   */
  flush(nowMs: number, state?: SentState): Uint8Array | undefined {
    const isReliable = this.#transport?.reliable === true
    if (nowMs < this.#quietUntilMs && (state === undefined || isReliable)) {
      if (state !== undefined) this.#countState(state)
      return undefined
    }
    const packet = this.#touch().flush(nowMs, state)
    if (packet === undefined) {
      this.#quietUntilMs = this.#session.nextDeadline()
      this.#base = this.#session.stateBase
    }
    return packet
  }

  #mayWork(transport: AcceptedTransport | undefined): boolean {
    let may = true
    guard(this.#room.logger, 'a transport failed', () => {
      may = atOnce('mayWork', transport?.mayWork?.()) !== false
    })
    return may
  }

  /** Counts time that rules of its events have taken, in ms: the client is read later. */
  charge(ms: number): void {
    guard(this.#room.logger, 'a transport failed', () => this.#transport?.charge?.(ms))
  }

  /** Ends the session for good, after all that waits to be sent. */
  end(code: CloseCode, reason: string): void {
    if (!this.isLive) return this.#leave()
    this.#room.sendLast(this)
    this.#send()
    this.drop(code, reason)
  }

  /** Ends the session for good, without what waits to be sent. */
  drop(code: CloseCode, reason: string): void {
    guard(this.#room.logger, 'a session failed', () => this.#touch().close(code, reason, this.#now))
    this.#dropTransport(true)
  }

  /** The transport has failed: drops it, and keeps the session for its grace time. */
  lose(): void {
    const transport = this.#release()
    if (transport === undefined) return
    const { number, reason } = closeCodes.transport_lost
    guard(this.#room.logger, 'a session failed', () => this.#touch().suspend(this.#now))
    guard(this.#room.logger, 'a transport failed', () => transport.close(number, reason))
  }

  /** Closes the transport with a reason, after what waits to be sent, and keeps the session for its grace time. */
  suspend(code: CloseCode, reason: string): void {
    if (!this.isLive) return this.#leave()
    this.#room.sendLast(this)
    this.#send()
    const transport = this.#release()
    guard(this.#room.logger, 'a session failed', () => this.#touch().suspend(this.#now))
    guard(this.#room.logger, 'a transport failed', () => transport?.close(closeCodes[code].number, reason))
  }

  get #now(): number {
    return this.#room.clock.now()
  }

  /** The session, for a call that may give it something to do or to send. */
  #touch(): ServerSession {
    this.#room.quiet.end()
    this.#quietUntilMs = Number.NEGATIVE_INFINITY
    this.#noteState()
    return this.#session
  }

  /**
   * A state goes out alone: the session hears of it before it is used next. The counters of client, room and server get it later,
   * because with many quiet clients counting cost as much as all else.
   */
  #countState({ version, bytes }: SentState): void {
    this.#sentVersion = version
    this.#base = version
    this.#statesAlone++
    this.#bytesAlone += bytes
    this.#room.sentAlone.states++
    this.#room.sentAlone.bytes += bytes
  }

  #noteState(): void {
    if (this.#sentVersion !== undefined) this.#session.stateSent(this.#sentVersion)
    this.#sentVersion = undefined
  }

  /** A method of its own: closures made in one function share its variables, and a hello with its credentials would live as long as they do. */
  #listen(transport: AcceptedTransport): void {
    transport.onBytes = (bytes) => this.#work(transport, () => this.#receive(transport, bytes))
    transport.onClose = (code, reason) => this.#work(transport, () => this.#onTransportClose(code, reason))
    transport.onPause = (untilMs) => this.#work(transport, () => this.#noteOverdraft(untilMs))
  }

  #work(transport: AcceptedTransport, work: () => void): void {
    if (this.#transport !== transport) return
    guard(this.#room.logger, 'a session failed', work)
    this.#dropTransport()
  }

  #receive(transport: AcceptedTransport, bytes: Uint8Array): void {
    const nowMs = this.#now
    this.#touch().receive(bytes, nowMs)
    this.#keepPace(transport, nowMs)
  }

  /** Stops reading for a while from a client that has sent more than it may; TCP then slows the client. */
  #keepPace(transport: AcceptedTransport, nowMs: number): void {
    const { readableAt } = this.#session
    if (readableAt <= nowMs || this.#transport !== transport || !transport.reliable) return
    this.#noteSlowed()
    this.#pause(transport)
    this.#resumeAt(transport, readableAt)
  }

  #pause(transport: AcceptedTransport): void {
    guard(this.#room.logger, 'a transport failed', () => transport.pause?.())
  }

  /** Hands an event on, unless the budget is overdrawn: a packet has thousands of them, and each may take long. */
  #takeEvent(event: IncomingEvent): void {
    const transport = this.#transport
    const mayWork = this.#waitingEvents.length === 0 && this.#mayWork(transport)
    if (mayWork) return this.#room.events.take(this, event)
    if (this.#waitingEvents.push(event) > 1) return
    this.#payer = transport
    if (transport !== undefined) this.#pause(transport)
    this.#takeEventsLater()
  }

  #takeEventsLater(): void {
    this.#room.clock.schedule(eventPauseMs, () => {
      guard(this.#room.logger, 'a session failed', () => this.#takeEvents())
      this.#dropTransport()
    })
  }

  #takeEvents(): void {
    const waiting = this.#waitingEvents
    while (waiting.length > 0 && (this.isLive || this.#leaving !== undefined)) {
      const payer = this.#transport ?? this.#payer
      if (!this.#mayWork(payer)) return this.#takeEventsLater()
      const startMs = this.#now
      this.#room.events.take(this, waiting.shift()!)
      payer?.charge?.(this.#now - startMs)
    }
    this.#forgetEvents()
    this.#leave()
    const transport = this.#transport
    if (transport === undefined || this.#cancelPause !== undefined) return
    guard(this.#room.logger, 'a transport failed', () => transport.resume?.())
  }

  #forgetEvents(): void {
    this.#waitingEvents.length = 0
    this.#payer = undefined
  }

  /** The room hears of the end of a session after the events that came before it. */
  #changeStatus(status: SessionStatus, info: CloseInfo | undefined): void {
    const isOwn = info?.byPeer === true || (info !== undefined && ownEnds.has(info.code))
    if (status === 'closed' && isOwn && this.#waitingEvents.length > 0) this.#leaving = { info }
    else this.#room.lifecycle.changed(this, status, info)
  }

  /** Nothing more is awaited of a session that has ended. */
  #leave(): void {
    if (this.#leaving === undefined) return
    const { info } = this.#leaving
    this.#leaving = undefined
    this.#forgetEvents()
    this.#room.lifecycle.changed(this, 'closed', info)
  }

  /** The budget of the transport is overdrawn: it is not read before `untilMs`. */
  #noteOverdraft(untilMs: number): void {
    this.#noteSlowed()
    this.#touch().waitToRead(untilMs, this.#now)
  }

  #noteSlowed(): void {
    if (!this.#wasSlowed) {
      this.#room.logger.info({ clientId: this.id }, 'a client sends faster than its limits allow and is slowed')
    }
    this.#wasSlowed = true
  }

  #resumeAt(transport: AcceptedTransport, atMs: number): void {
    this.#cancelPause?.()
    this.#cancelPause = this.#room.clock.schedule(Math.max(0, atMs - this.#now), () => {
      this.#cancelPause = undefined
      // a timer may fire a little early
      if (this.#now < atMs) this.#resumeAt(transport, atMs)
      else if (this.#waitingEvents.length === 0) {
        guard(this.#room.logger, 'a transport failed', () => transport.resume?.())
      }
    })
  }

  /** Nothing more is read from the transport or written to it. @returns the transport, undefined for none */
  #release(): AcceptedTransport | undefined {
    const transport = this.#transport
    this.#transport = undefined
    this.#cancelPause?.()
    this.#cancelPause = undefined
    return transport
  }

  #onTransportClose(code: number, reason: string): void {
    this.#release()
    // a peer's mistake below its packets would happen again after a resume
    const name = closeCodeOf(code)
    if (name === 'packet_too_large' || name === 'malformed') this.#touch().close(name, reason, this.#now)
    this.#touch().suspend(this.#now)
  }

  /** A session that is no longer connected sends its last packets, then the transport closes. @param closeOnly sends the last one alone */
  #dropTransport(closeOnly = false): void {
    if (this.#transport === undefined || this.status === 'connected') return
    this.#send(closeOnly)
    const { code, reason } = this.closeInfo ?? { code: 'idle', reason: closeCodes.idle.reason }
    const transport = this.#release()
    guard(this.#room.logger, 'a transport failed', () => transport?.close(closeCodes[code].number, reason))
  }

  #send(lastOnly = false): void {
    try {
      const transport = this.#transport
      if (transport === undefined) return
      const packets: Uint8Array[] = []
      const session = this.#touch()
      for (let packet = session.flush(this.#now); packet !== undefined; packet = session.flush(this.#now)) {
        packets.push(packet)
      }
      for (const packet of lastOnly ? packets.slice(-1) : packets) {
        watch(this.#room.logger, 'a transport failed', transport.send(packet))
      }
    } catch (error) {
      this.#room.logger.warn({ err: error, clientId: this.id }, 'a transport failed')
      // how much the transport has taken is unknown; a session that has ended has nothing more to send
      if (this.status === 'connected') this.lose()
    }
  }
}
