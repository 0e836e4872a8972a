import { ByteWriter } from '@tygase/gamestate/bytes'
import { type CloseCode, closeCodes } from './close-codes.js'
import { ownInfo, peerInfo } from './close-info.js'
import { ProtocolError } from './errors.js'
import { Exchange } from './exchange.js'
import { Farewell } from './farewell.js'
import type { Handshake, Meeting } from './handshake.js'
import { type EventLimits, limitsOf, type SessionLimits } from './limits.js'
import type { Hello } from './messages/hello-message.js'
import type { Packet } from './messages/packet-contents.js'
import { SessionLife } from './session-life.js'
import type { CloseInfo, Outcome, SendOptions, SessionListener, SessionStats, SessionStatus } from './session-types.js'
import { Traffic } from './traffic.js'

/**
 * One side of a session: a state machine that takes packets and the caller's wishes and gives packets and calls. It holds
 * no transport and no clock; every `now` is in milliseconds of one clock that never goes back. Made by `createClientSession`
 * or `createServerSession`.
 *
 * After `receive`, `send`, `settle`, `advance` and whatever else may have left something to say, `flush` gives the next
 * packet. A peer's mistake closes the session with its code; a caller's mistake throws.
 *
 * Invariants: `#transport` is set while packets may come and go; the handshake waits only while it is; time counts for
 * events while it is connected; `#deadlineMs` is right unless it is undefined.
 */
export class Session {
  readonly #life: SessionLife
  readonly #handshake: Handshake
  readonly #limits: SessionLimits
  readonly #startMs: number
  readonly #exchange: Exchange
  readonly #traffic: Traffic
  readonly #writer = new ByteWriter()
  #graceMs: number
  #transport: { readonly reliable: boolean } | undefined
  #isFlushDue = false
  #farewell: Farewell | undefined
  #deadlineMs: number | undefined

  constructor(
    handshake: Handshake,
    options: { limits?: Partial<SessionLimits>; listener: SessionListener },
    now: number,
  ) {
    this.#handshake = handshake
    this.#life = new SessionLife(options.listener)
    this.#limits = limitsOf(handshake.role, options.limits)
    this.#graceMs = this.#limits.graceMs
    this.#startMs = now
    this.#traffic = new Traffic(this.#limits, now)
    const { listener, limits: givenLimits = {} } = options
    const owner = { listener, limits: this.#limits, givenLimits, isLive: () => this.#life.isLive }
    this.#exchange = new Exchange(owner, now)
    this.#exchange.names = handshake.names
  }

  /** Public: other clients may know it. At a client undefined until it is connected for the first time. */
  get clientId(): string | undefined {
    return this.#handshake.clientId
  }

  get status(): SessionStatus {
    return this.#life.status
  }

  /** Why the session ends or ended; undefined while it lives. */
  get closeInfo(): CloseInfo | undefined {
    return this.#life.closeInfo
  }

  /** The event names that travel as a number. At a client empty until it is connected for the first time. */
  get names(): readonly string[] {
    return this.#exchange.names
  }

  /** What the server's layer above put into the welcome. At a client undefined until it is connected. */
  get welcome(): Uint8Array | undefined {
    return this.#handshake.welcome
  }

  /** What an event and its payload may be to be sent: at a client what its server takes, unless its own limits were given and are lower. */
  get sendLimits(): EventLimits {
    return this.#exchange.sendLimits
  }

  /** What an event and its payload may be that comes. A client takes at least what its server does. */
  get receiveLimits(): EventLimits {
    return this.#exchange.receiveLimits
  }

  /** Server: whether the next packet begins with the welcome; a client takes nothing that comes before it. */
  get isWelcomeDue(): boolean {
    return this.#transport !== undefined && this.#handshake.writeAt === Number.NEGATIVE_INFINITY
  }

  /** Server: the version that the next delta may start from; undefined when only a snapshot will do. */
  get stateBase(): number | undefined {
    return this.#exchange.state.base
  }

  /** Smoothed round-trip time. This and the two below are undefined until measured, some round trips after connecting. */
  get rttMs(): number | undefined {
    return this.#exchange.roundTrip.rttMs
  }

  /** How much round-trip times differ from the smoothed one, smoothed. */
  get jitterMs(): number | undefined {
    return this.#exchange.roundTrip.jitterMs
  }

  /** What to add to this side's `now` to get the peer's. */
  get clockOffsetMs(): number | undefined {
    return this.#exchange.roundTrip.clockOffsetMs
  }

  get stats(): Readonly<SessionStats> {
    const { packetsIn, packetsOut, bytesIn, bytesOut } = this.#traffic
    return { packetsIn, packetsOut, bytesIn, bytesOut, ...this.#exchange.counts }
  }

  /** Server: whether somebody who wants to resume knows the secret. Takes equally long for every answer. */
  matchesToken(token: Uint8Array): boolean {
    return this.#handshake.matchesToken?.(token) ?? false
  }

  /**
   * Server: whether a hello comes from the very client that this session was begun for, which has not got the welcome and
   * knows nothing of the session. It is attached then, and no other session begun.
   */
  isExpected(hello: Hello): boolean {
    return this.#life.isLive && (this.#handshake.isExpected?.(hello) ?? false)
  }

  /**
   * A transport is there, the first one or one to go on with. A client queues its hello. A server has read and checked the
   * hello, token included, and queues the welcome. An older transport is let go of; its owner closes it.
   * Throws `session_closed` after the end, `invalid_argument` for a server without a hello.
   */
  attach(transport: { reliable: boolean }, now: number, hello?: Hello): void {
    if (!this.#life.isLive) throw new ProtocolError('session_closed', 'the session has ended')
    const { reliable: isReliable } = transport
    const { receivedThrough, state } = this.#exchange
    const [startMs, limits, heldVersion] = [this.#startMs, this.#limits, state.held]
    const progress = { isReliable, startMs, limits, receivedThrough, heldVersion }
    const meeting = this.#handshake.attach(progress, hello, now)
    // a connected client has to wait for the answer on the new one; a server has had the hello and goes on
    if (this.#handshake.isWaiting) this.#suspend('replaced', now)
    if (!this.#life.isLive) return
    this.#transport = { reliable: isReliable }
    this.#touch()
    this.#exchange.attach(isReliable, hello?.heldVersion, now)
    if (meeting) this.#meet(meeting, now)
  }

  /** The transport is gone. A connected session is suspended and waits for another one. */
  suspend(now: number): void {
    this.#drop('transport_lost', now)
  }

  /** A packet has come. Never throws for what is in it: a violation closes the session with its code. */
  receive(bytes: Uint8Array, now: number): void {
    if (!this.#transport || !this.#life.isLive) return
    this.#exchange.timers.received(now)
    this.#touch()
    const packet = this.#read(bytes, now)
    if (packet === undefined) return
    if (this.#handshake.isWaiting && !this.#takeAnswer(packet, now)) return
    const ackStart = this.#check(packet, now)
    if (ackStart === undefined) return
    this.#exchange.act(packet, ackStart, bytes.length, now)
    if (packet.close && this.#life.isLive) this.#end('closed', peerInfo(packet.close), now)
  }

  /**
   * @returns the packet to send now, or undefined for nothing. Call it again for more when there is more than one packet
   * may hold. The bytes are the caller's.
   */
  flush(now: number): Uint8Array | undefined {
    if (!this.#transport) return undefined
    if (this.#isFlushDue) {
      this.#isFlushDue = false
      this.#touch()
    }
    if (!this.#hasToWrite(now)) return undefined
    const writer = this.#writer
    writer.reset()
    let hasTime = false
    if (this.#life.status === 'disconnecting') this.#writeEnd(now)
    else {
      this.#handshake.write(writer, now)
      if (!this.#handshake.isWaiting) hasTime = this.#exchange.write(writer, now)
    }
    if (writer.length === 0) return undefined
    const packet = writer.finish()
    this.#exchange.timers.sent(now, hasTime)
    this.#touch()
    this.#traffic.wrote(packet.length)
    return packet
  }

  /** Lets time pass; costs nothing before `nextDeadline`. `flush` afterwards. */
  advance(now: number): void {
    if (now < this.nextDeadline()) return
    this.#touch()
    if (this.#life.status === 'disconnecting') return this.#end('closed', this.#life.closeInfo!, now)
    if (now >= this.#life.graceAt) return this.#end('closed', ownInfo('grace_over'), now)
    if (!this.#transport) return
    if (this.#handshake.isWaiting) {
      if (now >= this.#handshake.timeoutAt) {
        return this.#giveUpHandshake(ownInfo('handshake_timeout'), this.#handshake.mayTryAgain, now)
      }
    } else if (now >= this.#exchange.timers.idleAt) return this.#drop('idle', now)
    else this.#exchange.advance(now)
    this.#isFlushDue ||= now >= this.#flushAt
  }

  /** When `advance` has to be called at the latest; Infinity for never. */
  nextDeadline(): number {
    this.#deadlineMs ??= this.#findDeadline()
    return this.#deadlineMs
  }

  /**
   * Queues an event. `payload` must not be changed afterwards.
   * @returns its sequence. Throws `session_closed`, `not_connected` (a client before its first welcome), `event_too_large`,
   * `queue_full`, `invalid_argument`; neither `onAck` nor `onFail` is called then.
   */
  send(name: string, payload: Uint8Array, options: SendOptions, now: number): number {
    if (!this.#life.isLive) throw new ProtocolError('session_closed', 'the session has ended')
    if (this.clientId === undefined) throw new ProtocolError('not_connected', 'the session has not begun yet')
    this.#touch()
    return this.#exchange.send(name, payload, options, now)
  }

  /**
   * Says how the handler of an event ended; once for each `onEvent`. Does nothing after the end of the session.
   * Throws `invalid_argument` for an event that does not wait for it, `event_too_large` for an outcome above
   * `maxEventBytes` (the event waits on).
   */
  settle(sequence: number, outcome: Outcome): void {
    if (this.#life.status === 'closed') return
    this.#exchange.settle(sequence, outcome)
  }

  /** Ends the session from this side: what waits fails with `session_closed`, and the next `flush` tells the peer. */
  close(code: CloseCode, reason: string, now: number): void {
    if (!this.#life.isLive) return
    const canTell = this.#transport !== undefined && this.#handshake.canTell
    this.#farewell = new Farewell(this.#transport?.reliable !== false, now)
    this.#end(canTell ? 'disconnecting' : 'closed', ownInfo(code, reason), now)
  }

  /** Server: a STATE message for `version` has gone to the transport. */
  stateSent(version: number): void {
    this.#exchange.state.sent(version)
  }

  /**
   * Client: the replica is at `version` now, or cannot take deltas any more (undefined, which asks for a snapshot). Hands
   * out the events that waited for it.
   */
  stateHeld(version: number | undefined): void {
    this.#exchange.state.hold(version)
    this.#exchange.deliver()
  }

  /** When a packet has to go out though nobody has anything new to say. */
  get #flushAt(): number {
    return this.#handshake.isWaiting ? this.#handshake.writeAt : this.#exchange.flushAt
  }

  #hasToWrite(now: number): boolean {
    if (this.#life.status === 'disconnecting' || now >= this.#handshake.writeAt || now >= this.#flushAt) return true
    return !this.#handshake.isWaiting && this.#exchange.hasNews
  }

  #findDeadline(): number {
    if (this.#life.status === 'closed') return Number.POSITIVE_INFINITY
    if (this.#life.status === 'disconnecting') return this.#farewell!.dueAt
    const { graceAt } = this.#life
    if (!this.#transport) return graceAt
    // what waits for a flush has been seen: naming it again would keep a caller busy whose transport is full
    const flushAt = this.#isFlushDue ? Number.POSITIVE_INFINITY : this.#flushAt
    if (this.#handshake.isWaiting) return Math.min(graceAt, this.#handshake.timeoutAt, flushAt)
    return Math.min(this.#exchange.timers.idleAt, this.#exchange.dueAt, flushAt)
  }

  /** Something has happened that may bring `nextDeadline` forward or put it off. */
  #touch(): void {
    this.#deadlineMs = undefined
  }

  /** @returns undefined where the packet breaks a rule: the session is closed then, as with the next one */
  #read(bytes: Uint8Array, now: number): Packet | undefined {
    const { isWaiting, peerMessages } = this.#handshake
    try {
      const packet = this.#traffic.read(bytes, peerMessages, this.#exchange.receiveLimits, now)
      if (!isWaiting) this.#handshake.later(packet, this.#transport!.reliable)
      return packet
    } catch (error) {
      this.#closeFor(error, now)
      return undefined
    }
  }

  #check(packet: Packet, now: number): number | undefined {
    try {
      return this.#exchange.check(packet)
    } catch (error) {
      this.#closeFor(error, now)
      return undefined
    }
  }

  /** Closes for a mistake of the peer's; throws any other error on. */
  #closeFor(error: unknown, now: number): void {
    if (!(error instanceof ProtocolError)) throw error
    this.close(error.code in closeCodes ? (error.code as CloseCode) : 'malformed', error.message, now)
  }

  /** What comes before the answer to the hello is not for this session yet. @returns whether to read on */
  #takeAnswer(packet: Packet, now: number): boolean {
    const answer = this.#handshake.takeAnswer(packet)
    if (answer === undefined) return false
    if ('startMs' in answer) this.#meet(answer, now)
    else if (answer.end.byPeer) this.#giveUpHandshake(answer.end, answer.mayTryAgain, now)
    else this.close(answer.end.code, answer.end.reason, now)
    return this.#life.status === 'connected'
  }

  /** The session begins, or goes on. */
  #meet({ startMs, receivedThrough, terms }: Meeting, now: number): void {
    const exchange = this.#exchange
    if (terms) {
      this.#graceMs = terms.graceMs
      exchange.names = this.#handshake.names
      exchange.adopt(terms)
    }
    try {
      exchange.checkReceived(receivedThrough ?? 0)
    } catch (error) {
      return this.#closeFor(error, now)
    }
    this.#touch()
    this.#life.connect()
    // a callback of the status may have ended the session
    if (this.#life.isLive) exchange.begin(startMs, receivedThrough, now)
  }

  #giveUpHandshake(info: CloseInfo, mayTryAgain: boolean, now: number): void {
    if (!mayTryAgain) return this.#end('closed', info, now)
    this.#transport = undefined
    this.#handshake.drop()
    this.#touch()
    this.#life.waitOn(info)
  }

  /** The transport is gone, whoever noticed. */
  #drop(code: CloseCode, now: number): void {
    this.#transport = undefined
    this.#handshake.drop()
    this.#touch()
    if (this.#life.status === 'disconnecting') this.#end('closed', this.#life.closeInfo!, now)
    else this.#suspend(code, now)
  }

  #suspend(code: CloseCode, now: number): void {
    if (this.#life.status !== 'connected') return
    this.#transport = undefined
    this.#exchange.stop(now)
    this.#touch()
    this.#life.suspend(ownInfo(code), now + this.#graceMs)
  }

  #writeEnd(now: number): void {
    // before the welcome has gone out, an ack would mean nothing to the client
    const hasMet = !this.#handshake.isWaiting && now < this.#handshake.writeAt
    if (hasMet) this.#exchange.writeAck(this.#writer, now)
    if (this.#farewell!.write(this.#writer, this.#life.closeInfo!)) this.#end('closed', this.#life.closeInfo!, now)
  }

  #end(status: 'disconnecting' | 'closed', info: CloseInfo, now: number): void {
    if (status === 'closed') this.#transport = undefined
    this.#touch()
    this.#exchange.stop(now)
    this.#life.end(status, info)
    this.#exchange.end(info.reason)
  }
}
