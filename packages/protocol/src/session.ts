import { ByteWriter } from '@tygase/gamestate/bytes'
import { type CloseCode, closeCodes } from './close-codes.js'
import { ownInfo, peerInfo } from './close-info.js'
import { DueTimes } from './due-times.js'
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
 * events while it is connected and may be read from.
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
  readonly #due: DueTimes

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
    this.#due = new DueTimes(this.#life, handshake, this.#exchange)
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
    const { packetsIn, packetsOut, bytesIn, bytesOut, dropped: droppedIn, pauses: pausesIn } = this.#traffic
    return { packetsIn, packetsOut, bytesIn, bytesOut, droppedIn, pausesIn, ...this.#exchange.counts }
  }

  /**
   * When the next packet may be received over a transport that was attached as `pausable`, as the peer has sent more than its
   * limits allow: until then the owner does not read, and no time runs out. A second from now at most; -Infinity for at once.
   */
  get readableAt(): number {
    return this.#traffic.readableAt
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
   * `pausable`: its owner will not read before `readableAt`, whatever comes.
   * Throws `session_closed` after the end, `invalid_argument` for a server without a hello.
   */
  attach(transport: { reliable: boolean; pausable?: boolean }, now: number, hello?: Hello): void {
    if (!this.#life.isLive) throw new ProtocolError('session_closed', 'the session has ended')
    const { reliable: isReliable, pausable = false } = transport
    const { receivedThrough, state } = this.#exchange
    const [startMs, limits, heldVersion] = [this.#startMs, this.#limits, state.held]
    const progress = { isReliable, startMs, limits, receivedThrough, heldVersion }
    const meeting = this.#handshake.attach(progress, hello, now)
    // a connected client has to wait for the answer on the new one; a server has had the hello and goes on
    if (this.#handshake.isWaiting) this.#suspend('replaced', now)
    if (!this.#life.isLive) return
    this.#transport = { reliable: isReliable }
    this.#due.touch()
    this.#traffic.attach(isReliable ? (pausable ? 'waits' : 'refused') : 'dropped')
    this.#exchange.attach(isReliable, hello?.heldVersion, now)
    if (meeting) this.#meet(meeting, now)
    this.#waitToRead(now)
  }

  /** The transport is gone. A connected session is suspended and waits for another one. */
  suspend(now: number): void {
    this.#drop('transport_lost', now)
  }

  /** A packet has come. Never throws for what is in it: a violation closes the session with its code. */
  receive(bytes: Uint8Array, now: number): void {
    if (!this.#transport || !this.#life.isLive) return
    this.#exchange.timers.received(now)
    this.#due.touch()
    const packet = this.#read(bytes, now)
    if (packet === undefined) return
    if (this.#handshake.isWaiting && !this.#takeAnswer(packet, now)) return
    const ackStart = this.#check(packet, now)
    if (ackStart === undefined) return
    this.#waitToRead(now)
    this.#exchange.act(packet, ackStart, bytes.length, now)
    if (packet.close && this.#life.isLive) this.#end(peerInfo(packet.close), now)
  }

  /**
   * @returns the packet to send now, or undefined for nothing. Call it again for more when there is more than one packet
   * may hold. The bytes are the caller's.
   */
  flush(now: number): Uint8Array | undefined {
    if (!this.#transport) return undefined
    this.#due.flush()
    if (!this.#due.hasToWrite(now)) return undefined
    const writer = this.#writer
    writer.reset()
    let hasTime = false
    const { farewell } = this.#life
    if (farewell !== undefined) this.#writeEnd(farewell, now)
    else {
      this.#handshake.write(writer, now)
      if (!this.#handshake.isWaiting) hasTime = this.#exchange.write(writer, now)
    }
    if (writer.length === 0) return undefined
    const packet = writer.finish()
    this.#exchange.timers.sent(now, hasTime)
    this.#due.touch()
    this.#traffic.wrote(packet.length)
    return packet
  }

  /** Lets time pass; costs nothing before `nextDeadline`. `flush` afterwards. */
  advance(now: number): void {
    if (now < this.nextDeadline()) return
    this.#due.touch()
    if (this.#life.farewell !== undefined) return this.#end(this.#life.closeInfo!, now)
    if (now >= this.#life.graceAt) return this.#end(ownInfo('grace_over'), now)
    if (!this.#transport) return
    if (this.#handshake.isWaiting) {
      if (now >= this.#handshake.timeoutAt) {
        return this.#giveUpHandshake(ownInfo('handshake_timeout'), this.#handshake.mayTryAgain, now)
      }
    } else if (now >= this.#exchange.timers.idleAt) return this.#drop('idle', now)
    else this.#exchange.advance(now)
    this.#due.see(now)
  }

  /** When `advance` has to be called at the latest; Infinity for never. */
  nextDeadline(): number {
    return this.#due.deadline(this.#transport !== undefined)
  }

  /**
   * Queues an event. `payload` must not be changed afterwards.
   * @returns its sequence. Throws `session_closed`, `not_connected` (a client before its first welcome), `event_too_large`,
   * `queue_full`, `invalid_argument`; neither `onAck` nor `onFail` is called then.
   */
  send(name: string, payload: Uint8Array, options: SendOptions, now: number): number {
    if (!this.#life.isLive) throw new ProtocolError('session_closed', 'the session has ended')
    if (this.clientId === undefined) throw new ProtocolError('not_connected', 'the session has not begun yet')
    this.#due.touch()
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
    const farewell = canTell ? new Farewell(this.#transport?.reliable !== false, now) : undefined
    this.#end(ownInfo(code, reason), now, farewell)
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

  /** While nothing is read, nobody can be late. */
  #waitToRead(now: number): void {
    const { readableAt } = this.#traffic
    if (readableAt <= now) return
    this.#exchange.waitUntil(readableAt, now)
    this.#due.touch()
  }

  /** @returns undefined for one that is dropped, and where the packet breaks a rule: the session is closed then, as with the next one */
  #read(bytes: Uint8Array, now: number): Packet | undefined {
    const { isWaiting, peerMessages } = this.#handshake
    try {
      const packet = this.#traffic.read(bytes, peerMessages, this.#exchange.receiveLimits, now)
      if (packet !== undefined && !isWaiting) this.#handshake.later(packet, this.#transport!.reliable)
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
    this.#due.touch()
    this.#life.connect()
    // a callback of the status may have ended the session
    if (this.#life.isLive) exchange.begin(startMs, receivedThrough, now)
  }

  #giveUpHandshake(info: CloseInfo, mayTryAgain: boolean, now: number): void {
    if (!mayTryAgain) return this.#end(info, now)
    this.#transport = undefined
    this.#handshake.drop()
    this.#due.touch()
    this.#life.waitOn(info)
  }

  /** The transport is gone, whoever noticed. */
  #drop(code: CloseCode, now: number): void {
    this.#transport = undefined
    this.#handshake.drop()
    this.#due.touch()
    if (this.#life.farewell !== undefined) this.#end(this.#life.closeInfo!, now)
    else this.#suspend(code, now)
  }

  #suspend(code: CloseCode, now: number): void {
    if (this.#life.status !== 'connected') return
    this.#transport = undefined
    this.#exchange.stop(now)
    this.#due.touch()
    this.#life.suspend(ownInfo(code), now + this.#graceMs)
  }

  #writeEnd(farewell: Farewell, now: number): void {
    // before the welcome has gone out, an ack would mean nothing to the client
    const hasMet = !this.#handshake.isWaiting && now < this.#handshake.writeAt
    if (hasMet) this.#exchange.writeAck(this.#writer, now)
    if (farewell.write(this.#writer, this.#life.closeInfo!)) this.#end(this.#life.closeInfo!, now)
  }

  /** @param farewell what is told before it is over */
  #end(info: CloseInfo, now: number, farewell?: Farewell): void {
    if (farewell === undefined) this.#transport = undefined
    this.#due.touch()
    this.#exchange.stop(now)
    this.#life.end(info, farewell)
    this.#exchange.end(info.reason)
  }
}
