import { ByteWriter } from '@tygase/gamestate/internal'
import { Counters } from '../counters.js'
import { ProtocolError } from '../errors.js'
import {
  bearableTimes,
  type EventLimits,
  limitsOf,
  receiveLimitsOfClient,
  type SessionLimits,
  sendLimitsOfClient,
} from '../limits.js'
import { type CloseCode, type CloseInfo, closeNumbers, ownInfo, peerInfo } from '../wire/close-codes.js'
import { checkOutcomeSize } from '../wire/event-messages.js'
import type { Hello } from '../wire/handshake-messages.js'
import type { Packet } from '../wire/messages.js'
import { ClientHandshake, type Handshake, type Meeting, ServerHandshake } from './handshake.js'
import { PacketRates, PacketReader, PacketWriter } from './packets.js'
import { PendingClose, SessionParts } from './session-parts.js'
import type {
  ClientSessionOptions,
  Outcome,
  SendOptions,
  SentState,
  ServerSessionOptions,
  SessionListener,
  SessionStatus,
} from './session-types.js'

/** A session of a client. `attach` follows as soon as there is a transport. Throws `invalid_argument` for a wrong limit. */
export function createClientSession(options: ClientSessionOptions, now: number): Session {
  return new Session(new ClientHandshake(options), options, now)
}

/** A session of a server. `attach` follows, with the hello that it answers. Throws `invalid_argument` for a wrong limit. */
export function createServerSession(options: ServerSessionOptions, now: number): Session {
  return new Session(new ServerHandshake(options), options, now)
}

/**
 * One side of a session: a state machine that takes packets and calls, and gives packets and callbacks. It holds no
 * transport and no clock; every `now` is in ms of one clock that never goes back. Made by `createClientSession` or
 * `createServerSession`.
 *
 * `flush` gives the next packet after `receive`, `send`, `reply`, `advance` and every other call that may leave something to
 * send. A peer's mistake closes the session with its code; a caller's mistake throws.
 *
 * A received packet is read and checked as a whole before any callback; `PacketReader` has the order of the callbacks.
 *
 * Invariants: `#transport` is set while packets may come and go; the handshake waits only while it is; time counts for
 * events while the session is connected and may be read from; `#deadlineMs` is right unless it is undefined.
 */
export class Session {
  /** Counts of this session. A client's and a server's counters of one session agree with the bytes on their transports. */
  readonly counters: Counters
  readonly #parts: SessionParts
  readonly #reader: PacketReader
  readonly #packets: PacketWriter
  readonly #rates: PacketRates
  /** Those that the caller gave. */
  readonly #givenLimits: Partial<SessionLimits>
  /** Own limits, raised at a client to those of its server. */
  #receiveLimits: SessionLimits
  readonly #startMs: number
  readonly #writer = new ByteWriter()
  #graceMs: number
  #transport: { readonly reliable: boolean } | undefined
  #deadlineMs: number | undefined
  /** True once `advance` has seen that a packet is due. */
  #isFlushSeen = false

  constructor(
    handshake: Handshake,
    options: { limits?: Partial<SessionLimits>; listener: SessionListener; counters?: Counters },
    now: number,
  ) {
    const { listener, limits: givenLimits = {}, counters = new Counters() } = options
    const limits = limitsOf(handshake.role, givenLimits)
    this.counters = counters
    this.#givenLimits = givenLimits
    this.#receiveLimits = limits
    this.#graceMs = limits.graceMs
    this.#startMs = now
    this.#parts = new SessionParts(handshake, listener, limits, counters, now)
    this.#reader = new PacketReader(this.#parts)
    this.#packets = new PacketWriter(this.#parts)
    this.#rates = new PacketRates(limits, counters, now)
  }

  /** Public: other clients may know it. At a client undefined until it is connected for the first time. */
  get clientId(): string | undefined {
    return this.#parts.handshake.clientId
  }

  get status(): SessionStatus {
    return this.#parts.life.status
  }

  /** Why the session ends or ended; undefined while it lives. */
  get closeInfo(): CloseInfo | undefined {
    return this.#parts.life.closeInfo
  }

  /** The event names that travel as a number. At a client empty until it is connected for the first time. */
  get names(): readonly string[] {
    return this.#parts.outgoing.encoder.names
  }

  /** The payload of the welcome, for the layer above. At a client undefined until it is connected. */
  get welcome(): Uint8Array | undefined {
    return this.#parts.handshake.welcome
  }

  /** Limits of events that are sent. At a client: those of its server, or its own limits if they were given and are lower. */
  get sendLimits(): EventLimits {
    return this.#parts.outgoing.peerLimits
  }

  /** Limits of events that are received. A client accepts at least what its server does. */
  get receiveLimits(): EventLimits {
    return this.#receiveLimits
  }

  /** Server: the version that the next delta may start from; undefined if the client needs a snapshot. */
  get stateBase(): number | undefined {
    return this.#parts.states.base
  }

  /** Smoothed round-trip time. This and the two below are undefined until measured, some round trips after connecting. */
  get rttMs(): number | undefined {
    return this.#parts.roundTrip.rttMs
  }

  /** The mean deviation of round-trip times from the smoothed one. */
  get jitterMs(): number | undefined {
    return this.#parts.roundTrip.jitterMs
  }

  /** Added to this side's `now`, it gives the peer's. */
  get clockOffsetMs(): number | undefined {
    return this.#parts.roundTrip.clockOffsetMs
  }

  /**
   * When the next packet may be received over a transport that was attached as `pausable`, because the peer has sent more
   * than its limits allow. Until then the owner does not read, and no time passes for events. A second from now at most;
   * -Infinity for at once.
   */
  get readableAt(): number {
    return this.#rates.readableAt
  }

  /** True until the outcome of an event that was sent is known. */
  isPending(sequence: number): boolean {
    return this.#parts.outgoing.isPending(sequence)
  }

  /** Server: true for the secret of the session. Takes equally long for every answer. */
  matchesToken(token: Uint8Array): boolean {
    return this.#parts.handshake.matchesToken?.(token) ?? false
  }

  /**
   * Server: true for a hello of the very client that this session was begun for, if that has not got the welcome and knows
   * nothing of the session. Such a hello is attached here, and no other session begins.
   */
  isExpected(hello: Hello): boolean {
    return this.#parts.life.isLive && (this.#parts.handshake.isExpected?.(hello) ?? false)
  }

  /**
   * There is a transport: the first one, or another one to go on with. A client queues its hello. A server has read and
   * checked the hello, token included, and queues the welcome. The owner closes an older transport.
   * @param transport `pausable`: its owner does not read before `readableAt`
   * Throws `session_closed` after the end, `invalid_argument` for a server without a hello.
   */
  attach(transport: { reliable: boolean; pausable?: boolean }, now: number, hello?: Hello): void {
    if (!this.#parts.life.isLive) throw new ProtocolError('session_closed', 'the session has ended')
    const { reliable: isReliable, pausable = false } = transport
    const meeting = this.#parts.handshake.attach(
      {
        isReliable,
        startMs: this.#startMs,
        limits: this.#parts.limits,
        receivedThrough: this.#parts.incoming.receivedThrough,
        heldVersion: this.#parts.states.held,
      },
      hello,
      now,
    )
    // a connected client has to wait for the answer on the new one; a server has had the hello and goes on
    if (this.#parts.handshake.isWaiting) this.#suspend('replaced', now)
    if (!this.#parts.life.isLive) return
    this.#transport = { reliable: isReliable }
    this.#touch()
    this.#rates.attach(isReliable ? (pausable ? 'waits' : 'refused') : 'dropped')
    this.#parts.attach(isReliable, hello?.heldVersion, now)
    this.#reader.attach(isReliable)
    this.#packets.attach(isReliable)
    if (hello?.packetBytes !== undefined) this.#countReceived(hello.packetBytes)
    if (meeting && this.#adopt(meeting, now)) this.#begin(meeting, now)
    this.#waitToRead(now)
    this.#parts.outgoing.callBack()
  }

  /** The transport is gone. A connected session is suspended and waits for another one. */
  suspend(now: number): void {
    this.#drop('transport_lost', now)
  }

  /** A packet has come. Never throws for its content: a violation closes the session with its code. */
  receive(bytes: Uint8Array, now: number): void {
    if (!this.#transport || !this.#parts.life.isLive) return
    this.#parts.times.received(now)
    this.#touch()
    this.#countReceived(bytes.length)
    const packet = this.#read(bytes, now)
    if (packet === undefined) return
    let meeting: Meeting | undefined
    if (this.#parts.handshake.isWaiting) {
      meeting = this.#takeAnswer(packet, now)
      if (meeting === undefined || !this.#adopt(meeting, now)) return
    }
    const checked = this.#closeOnFault(now, () => this.#reader.check(packet, bytes.length))
    if (checked === undefined) return
    if (meeting) {
      this.#begin(meeting, now)
      // a callback of the status may have ended the session
      if (this.#parts.life.status !== 'connected') return
    }
    this.#waitToRead(now)
    this.#reader.apply(checked, now)
    if (packet.close && this.#parts.life.isLive) this.#end(peerInfo(packet.close), now)
  }

  /**
   * @param state server: a state message that the caller sends with the packet, as one message. It is counted, and the next
   * delta starts from it.
   * @returns the packet to send now, or undefined for nothing. Call it again for more if there is more than one packet may
   * hold. The bytes are the caller's.
   */
  flush(now: number, state?: SentState): Uint8Array | undefined {
    if (!this.#transport) return undefined
    if (state) this.stateSent(state.version)
    if (this.#isFlushSeen) {
      this.#isFlushSeen = false
      this.#touch()
    }
    const packet = this.#hasToWrite(state?.version, now) ? this.#write(state?.version, now) : undefined
    this.#countSent(packet?.length ?? 0, state?.bytes ?? 0)
    return packet
  }

  /** Lets time pass; costs nothing before `nextDeadline`. `flush` afterwards. */
  advance(now: number): void {
    if (now < this.nextDeadline()) return
    this.#touch()
    if (this.#parts.life.pendingClose !== undefined) return this.#end(this.#parts.life.closeInfo!, now)
    if (now >= this.#parts.life.graceAt) return this.#end(ownInfo('grace_over'), now)
    if (!this.#transport) return
    if (this.#parts.handshake.isWaiting) {
      if (now >= this.#parts.handshake.timeoutAt) {
        return this.#giveUpHandshake(ownInfo('handshake_timeout'), this.#parts.handshake.mayTryAgain, now)
      }
    } else if (now >= this.#parts.times.idleAt) return this.#drop('idle', now)
    else {
      this.#parts.outgoing.advance(this.#parts.connected.read(now))
      this.#parts.outgoing.callBack()
    }
    this.#isFlushSeen ||= now >= this.#flushAt
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
    if (!this.#parts.life.isLive) throw new ProtocolError('session_closed', 'the session has ended')
    if (this.clientId === undefined) throw new ProtocolError('not_connected', 'the session has not begun yet')
    this.#touch()
    return this.#parts.outgoing.send(name, payload, options, this.#parts.connected.read(now))
  }

  /**
   * The outcome of an event's handler; once for each `onEvent`. Does nothing after the end of the session.
   * Throws `invalid_argument` for an event that does not wait for it, `event_too_large` for an outcome above `maxEventBytes`
   * (the event waits on).
   */
  reply(sequence: number, outcome: Outcome): void {
    if (this.#parts.life.status === 'closed') return
    checkOutcomeSize(outcome, this.sendLimits.maxEventBytes)
    this.#parts.outcomes.settle(sequence, outcome)
  }

  /**
   * Ends the session from this side. The next packets of `flush` have the events that were not sent yet, unless the peer was
   * too slow for them, then a CLOSE. All pending events fail with `session_closed`.
   */
  close(code: CloseCode, reason: string, now: number): void {
    if (!this.#parts.life.isLive) return
    const packets: Uint8Array[] = []
    const canWrite = code !== 'too_slow' && !this.#parts.handshake.isWaiting
    while (canWrite && this.#transport && this.#parts.outgoing.hasUnwritten) {
      const packet = this.#write(undefined, now)
      if (packet === undefined) break
      packets.push(packet)
    }
    this.#close(code, reason, now, packets)
  }

  /** Server: a STATE message for `version` has gone to the transport without a `flush`. The caller counts it. */
  stateSent(version: number): void {
    this.#parts.states.sent(version)
  }

  /**
   * Client: the replica is at `version` now, or cannot take deltas any more (undefined, which asks for a snapshot). Hands
   * out the events that waited for it.
   */
  stateHeld(version: number | undefined): void {
    this.#parts.states.hold(version)
    this.#reader.deliver()
  }

  /** @returns undefined for a packet that is dropped, or that breaks a rule and closes the session */
  #read(bytes: Uint8Array, now: number): Packet | undefined {
    const { isWaiting, readers } = this.#parts.handshake
    return this.#closeOnFault(now, () => {
      const packet = this.#rates.read(bytes, readers, this.#receiveLimits, now)
      if (packet !== undefined && !isWaiting) this.#parts.handshake.later(packet, this.#transport!.reliable)
      return packet
    })
  }

  /** Messages before the answer to the hello do not belong to this session. @returns undefined if the packet is done with */
  #takeAnswer(packet: Packet, now: number): Meeting | undefined {
    const answer = this.#parts.handshake.takeAnswer(packet)
    if (answer === undefined) return undefined
    if ('startMs' in answer) return answer
    if (answer.end.byPeer) this.#giveUpHandshake(answer.end, answer.mayTryAgain, now)
    else this.#close(answer.end.code, answer.end.reason, now)
    return undefined
  }

  /** Takes over the terms of the peer. @returns false if they break a rule: the session is closed then */
  #adopt({ receivedThrough, terms }: Meeting, now: number): boolean {
    if (terms) {
      const { keepAliveMs, idleTimeoutMs, graceMs, maxPacketBytes, maxEventsPerPacket } = terms
      this.#graceMs = graceMs
      this.#parts.times.adopt(bearableTimes({ keepAliveMs, idleTimeoutMs }))
      this.#parts.outgoing.encoder.names = this.#parts.handshake.names
      const sendLimits = sendLimitsOfClient(this.#givenLimits, terms)
      this.#parts.outgoing.adopt({ ...sendLimits, maxPacketBytes, maxEventsPerPacket })
      this.#receiveLimits = { ...this.#parts.limits, ...receiveLimitsOfClient(this.#parts.limits, terms) }
    }
    const isRight = this.#closeOnFault(now, () => {
      this.#parts.outgoing.checkReceived(receivedThrough ?? 0)
      return true
    })
    return isRight ?? false
  }

  /** The session begins, or goes on. */
  #begin({ startMs, receivedThrough }: Meeting, now: number): void {
    this.#touch()
    this.#parts.life.connect()
    if (!this.#parts.life.isLive) return
    this.#parts.roundTrip.attach(startMs)
    this.#parts.connected.start(now)
    if (receivedThrough !== undefined) this.#parts.outgoing.resume(receivedThrough)
  }

  /** While nothing is read, the peer cannot be late: its silence means nothing, and no event gets older. */
  #waitToRead(now: number): void {
    const { readableAt } = this.#rates
    if (readableAt <= now) return
    this.#parts.times.received(readableAt)
    this.#parts.connected.waitUntil(readableAt, now)
    this.#touch()
  }

  #countReceived(bytes: number): void {
    this.counters.add('packetsIn')
    this.counters.add('bytesIn', bytes)
  }

  /** @param packets that go out before the CLOSE */
  #close(code: CloseCode, reason: string, now: number, packets: Uint8Array[] = []): void {
    if (!this.#parts.life.isLive) return
    const canSend = this.#transport !== undefined && this.#parts.handshake.isKnownToPeer
    const isReliable = this.#transport?.reliable !== false
    const why = reason || this.#parts.handshake.reasonOf(code)
    this.#end(ownInfo(code, why), now, canSend ? new PendingClose(isReliable, packets, now) : undefined)
  }

  /** Closes for a mistake of the peer's, and returns undefined then; throws any other error on. */
  #closeOnFault<T>(now: number, work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#close(error.code in closeNumbers ? (error.code as CloseCode) : 'malformed', error.message, now)
      return undefined
    }
  }

  #hasToWrite(version: number | undefined, now: number): boolean {
    if (this.#parts.life.pendingClose !== undefined || now >= this.#parts.handshake.writeAt || now >= this.#flushAt)
      return true
    if (this.#parts.handshake.isWaiting) return false
    return this.#packets.hasNews || (version !== undefined && this.#packets.mayMissAcks)
  }

  #write(version: number | undefined, now: number): Uint8Array | undefined {
    const writer = this.#writer
    writer.reset()
    let hasTime = false
    const { pendingClose } = this.#parts.life
    const waiting = pendingClose?.packets.shift()
    if (waiting !== undefined) return waiting
    if (pendingClose !== undefined) this.#writeClose(pendingClose, now)
    else {
      this.#parts.handshake.write(writer, now)
      if (!this.#parts.handshake.isWaiting) hasTime = this.#packets.write(writer, version, now)
    }
    if (writer.length === 0) return undefined
    this.#parts.times.sent(now, hasTime)
    this.#touch()
    return writer.finish()
  }

  #writeClose(pendingClose: PendingClose, now: number): void {
    // before the welcome has gone out, an ack would mean nothing to the client
    const hasMet = !this.#parts.handshake.isWaiting && now < this.#parts.handshake.writeAt
    if (hasMet) this.#packets.writeAck(this.#writer, undefined, now)
    if (pendingClose.write(this.#writer, this.#parts.life.closeInfo!)) this.#end(this.#parts.life.closeInfo!, now)
  }

  #countSent(packetBytes: number, stateBytes: number): void {
    const bytes = packetBytes + stateBytes
    if (bytes === 0) return
    this.counters.add('packetsOut')
    this.counters.add('bytesOut', bytes)
    if (stateBytes === 0) return
    this.counters.add('statesSent')
    this.counters.add('stateBytes', stateBytes)
  }

  /** Something has happened that may change the deadline. */
  #touch(): void {
    this.#deadlineMs = undefined
  }

  /** When a packet has to go out even without news. */
  get #flushAt(): number {
    return this.#parts.handshake.isWaiting ? this.#parts.handshake.writeAt : this.#packets.flushAt
  }

  #findDeadline(): number {
    const { status, pendingClose, graceAt } = this.#parts.life
    if (status === 'closed') return Number.POSITIVE_INFINITY
    if (pendingClose !== undefined) return pendingClose.dueAt
    if (this.#transport === undefined) return graceAt
    // a packet that is known to be due is no deadline: a caller with a full transport would be kept busy by it
    const flushAt = this.#isFlushSeen ? Number.POSITIVE_INFINITY : this.#flushAt
    if (this.#parts.handshake.isWaiting) return Math.min(graceAt, this.#parts.handshake.timeoutAt, flushAt)
    const { nextDueMs } = this.#parts.outgoing
    const dueAt = nextDueMs === Number.POSITIVE_INFINITY ? nextDueMs : this.#parts.connected.whenReads(nextDueMs)
    return Math.min(this.#parts.times.idleAt, dueAt, flushAt)
  }

  #giveUpHandshake(info: CloseInfo, mayTryAgain: boolean, now: number): void {
    if (!mayTryAgain) return this.#end(info, now)
    this.#transport = undefined
    this.#parts.handshake.drop()
    this.#touch()
    this.#parts.life.waitOn(info)
  }

  /** The transport is gone. */
  #drop(code: CloseCode, now: number): void {
    this.#transport = undefined
    this.#parts.handshake.drop()
    this.#touch()
    if (this.#parts.life.pendingClose !== undefined) this.#end(this.#parts.life.closeInfo!, now)
    else this.#suspend(code, now)
  }

  #suspend(code: CloseCode, now: number): void {
    if (this.#parts.life.status !== 'connected') return
    this.#transport = undefined
    this.#parts.connected.stop(now)
    this.#touch()
    this.#parts.life.suspend(ownInfo(code), now + this.#graceMs)
  }

  /** @param pendingClose sent before it is over */
  #end(info: CloseInfo, now: number, pendingClose?: PendingClose): void {
    if (pendingClose === undefined) this.#transport = undefined
    this.#touch()
    this.#parts.connected.stop(now)
    this.#parts.life.end(info, pendingClose)
    this.#parts.incoming.clear()
    this.#parts.outgoing.failAll(info.reason)
    this.#parts.outgoing.callBack()
  }
}
