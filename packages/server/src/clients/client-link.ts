import type { RuleClient } from '@tygase/gamestate'
import { guard, watch } from '@tygase/gamestate/internal'
import {
  type CloseCode,
  type CloseInfo,
  type CounterName,
  closeCodeOf,
  closeCodes,
  type EventLimits,
  type Hello,
  type IncomingEvent,
  type Outcome,
  type SendOptions,
  type SentState,
  type ServerSession,
  type SessionLedger,
  type SessionProgress,
  type SessionStatus,
  writeClose,
} from '@tygase/protocol/internal'
import type { Identity } from '../auth.js'
import type { ClientAddress } from '../entrance/address.js'
import type { AcceptedTransport } from '../entrance/listener.js'
import { bindMethods, type Client, type Room } from '../room.js'
import type { HeldVersions } from '../sending/held-versions.js'
import { ClientSessions } from './client-sessions.js'
import type { JoinRequest, RoomOfLinks } from './link-room.js'

/** The room as a client's link sees it. */
export interface LinkRoom extends RoomOfLinks<ClientLink> {}

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
  /** Another one of the same user after a rejoin. */
  identity: Identity | undefined
  readonly data: unknown
  /** Of the rules of its page; undefined if it has not said it. */
  gameVersion: number | undefined
  /** True once `onJoin` has run: from then on the client gets state and events, and its own events are taken. */
  isJoined = false
  /** Events that came before the join. */
  readonly earlyEvents: IncomingEvent[] = []
  /** Outcomes of handlers for events that now wait for their rule, by sequence. */
  readonly handlerAnswers = new Map<number, Outcome>()
  /** Memory of its events whose handlers have returned promises. */
  runningBytes = 0
  /** Newest version that was sent over a transport that may lose it, and when. It is not sent again at once. */
  lastState: { version: number; atMs: number } | undefined
  /** Bytes of the last write. */
  lastWriteBytes = 0
  /** When it gets its next snapshot; undefined before the first. */
  snapshots: { take(nowMs: number, rttMs: number | undefined, bytes: number): boolean } | undefined
  /** Versions that are kept for this client; undefined until one has to be. */
  heldVersions: HeldVersions | undefined
  /** Time since which its transport has had too many unsent bytes; undefined while it has not. */
  backedUpSinceMs: number | undefined
  /** True while the answer of a rule waits: it must not arrive before the state that the rule has made. */
  owesState = false
  /** True while answers wait for the end of the read that has brought their events. */
  owesAnswers = false
  /** True once it has asked for a shutdown that it may not have. */
  wasDenied = false
  /** Events that its full queue did not take, since the first was logged; undefined for none. */
  dropping: { count: number; lastAtMs: number } | undefined
  readonly #sessions: ClientSessions
  /** The current one of them: a field, because it is read on each tick. */
  #session: ServerSession
  readonly #room: LinkRoom
  #transport: AcceptedTransport | undefined
  #address: ClientAddress | undefined
  #ruleClient: RuleClient | undefined
  #quietUntilMs = Number.NEGATIVE_INFINITY
  #base: number | undefined
  /** States that went out without a packet of the session, and their bytes. */
  #statesAlone = 0
  #bytesAlone = 0
  /** Version of the last state message, until the session knows of it. */
  #sentVersion: number | undefined

  constructor(room: LinkRoom, request: JoinRequest) {
    const nowMs = room.clock.now()
    this.id = request.id
    this.identity = request.identity
    this.data = request.data
    this.gameVersion = request.gameVersion
    this.connectedAtMs = request.connectedAtMs ?? nowMs
    this.#room = room
    const owner = {
      link: this,
      onEvent: (event: IncomingEvent): void => room.events.take(this, event),
      onStatus: (status: SessionStatus, info?: CloseInfo): void => room.lifecycle.changed(this, status, info),
      onTurn: (): void => this.#dropTransport(),
    }
    this.#sessions = new ClientSessions(room, request, owner, nowMs)
    this.#session = this.#sessions.current
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

  /** Events to the client whose outcome is not known. */
  get pendingEvents(): number {
    return this.#session.pendingEvents
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

  /** True while packets of one read come. */
  get isReading(): boolean {
    return this.#transport?.isReading === true
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
    return this.#session.eventLimits
  }

  /** Limits of events that the client sends. */
  get receiveLimits(): EventLimits {
    return this.#session.eventLimits
  }

  /** True while the session may go on. */
  get isLive(): boolean {
    return this.status !== 'closed' && this.status !== 'disconnecting'
  }

  /** True once the session has ended and no event of it waits. */
  get hasEnded(): boolean {
    return this.status === 'closed' && !this.#sessions.isLeaving
  }

  /** True for a hello of the client that this session was begun for, if its welcome got lost. */
  isExpected(hello: Hello): boolean {
    return this.#session.isExpected(hello)
  }

  /** True for the resume token of this session. Takes equally long for every answer. */
  matchesToken(token: Uint8Array): boolean {
    return this.#session.matchesToken(token)
  }

  /** True for the token of this client, also if the welcome with a newer one may have got lost. */
  mayRejoin(token: Uint8Array): boolean {
    return this.#sessions.mayRejoin(token)
  }

  /** The page of the client was loaded again: another session begins for it, over another transport. */
  renew(
    transport: AcceptedTransport,
    hello: Hello,
    welcome: Pick<JoinRequest, 'token' | 'welcome' | 'identity' | 'gameVersion'>,
  ): void {
    const { identity, gameVersion, ...own } = welcome
    this.#touch()
    const before = this.#sessions.renew(own, this.#now)
    this.#session = this.#sessions.current
    this.identity = identity
    this.gameVersion = gameVersion
    this.#ruleClient = undefined
    this.snapshots = undefined
    this.attach(transport, hello)
    guard(this.#room.logger, 'a session failed', () => before.close('replaced', '', this.#now))
  }

  disconnect(reason: string = closeCodes.kicked.reason): void {
    this.end('kicked', reason)
  }

  /** All that another process needs to go on with the session. @param unbegun events of which nothing has run */
  ledger(unbegun?: ReadonlySet<number>): SessionLedger {
    return this.#session.ledger(this.#now, unbegun)
  }

  /** What the client knows by now. */
  progress(): SessionProgress {
    return this.#session.progress()
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
    this.owesAnswers = false
    // a client that has moved to the new transport no longer reads the old one; another reader there must not resume
    old?.send(writeClose('replaced'))
    old?.close(closeCodes.replaced.number, closeCodes.replaced.reason)
    this.#listen(transport)
    if (this.#sessions.hasWaiting) this.#sessions.pauses.pause(transport)
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
    if (outcome.kind === 'refused') this.#room.metering.meter?.refused(outcome.code)
  }

  /** An event that is meant for a tick has come so many ticks before it. */
  arrived(sequence: number, ticksEarly: number): void {
    this.#session.arrived(sequence, ticksEarly)
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

  /** The replica of the client is wrong: it gets a snapshot next. See `distrust` of the session. */
  distrust(): void {
    this.#touch().distrust()
  }

  /** True while the session has nothing to send but a state. */
  isQuiet(nowMs: number): boolean {
    return nowMs < this.#quietUntilMs
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

  /** Counts time that rules of its events have taken, in ms: the client is read later. */
  charge(ms: number): void {
    guard(this.#room.logger, 'a transport failed', () => this.#transport?.charge?.(ms))
  }

  /** The same for answers to its events: its rules have less of the next ticks besides. */
  chargeAnswers(ms: number): void {
    this.#room.machine.charge(this.id, ms)
    this.charge(ms)
  }

  /** Ends the session for good, after all that waits to be sent. */
  end(code: CloseCode, reason: string): void {
    if (!this.isLive) return this.#sessions.leave()
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

  /** The session goes on elsewhere: nothing of it ends here. @param why given: after all that waits to be sent */
  abandon(why?: string): void {
    if (why !== undefined && this.isLive) {
      this.#room.sendLast(this)
      this.#send()
    }
    this.#sessions.forget()
    const transport = this.#release()
    const { number, reason } = closeCodes.shutdown
    guard(this.#room.logger, 'a transport failed', () => transport?.close(number, why ?? reason))
  }

  /** Closes the transport with a reason, after what waits to be sent, and keeps the session for its grace time. */
  suspend(code: CloseCode, reason: string): void {
    if (!this.isLive) return this.#sessions.leave()
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
    const receive = (bytes: Uint8Array): void => this.#work(transport, () => this.#receive(transport, bytes))
    transport.onBytes = this.#room.acting?.gate(transport, receive) ?? receive
    transport.onClose = (code, reason) => this.#work(transport, () => this.#onTransportClose(code, reason))
    transport.onPause = (untilMs) => this.#work(transport, () => this.#noteOverdraft(untilMs))
    transport.onReadEnd = () => {
      if (this.owesAnswers && this.#transport === transport) this.#room.loop.writeAnswers(this)
    }
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
    this.#sessions.pauses.pauseUntil(transport, readableAt)
  }

  /** The budget of the transport is overdrawn: it is not read before `untilMs`. */
  #noteOverdraft(untilMs: number): void {
    this.#sessions.pauses.noteSlowed()
    this.#touch().waitToRead(untilMs, this.#now)
  }

  /** Nothing more is read from the transport or written to it. @returns the transport, undefined for none */
  #release(): AcceptedTransport | undefined {
    const transport = this.#transport
    this.#transport = undefined
    this.#sessions.endPause()
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
