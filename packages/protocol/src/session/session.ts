import { ByteWriter } from '@tygase/gamestate/internal'
import { ProtocolError } from '../errors.js'
import type { EventLimits } from '../limits.js'
import { never, type RoundTripSample } from '../timing.js'
import { type CloseCode, type CloseInfo, closeNumbers, ownInfo, peerInfo } from '../wire/close-codes.js'
import { checkOutcomeSize } from '../wire/event-messages.js'
import type { Hello } from '../wire/handshake-messages.js'
import { close, type Packet, writeMessage } from '../wire/messages.js'
import { type PacketReader, PacketWriter } from './packets.js'
import type { Handshake, Meeting, Role, SessionTransport } from './role.js'
import type { SessionCounters } from './session-counters.js'
import { type PendingClose, pendingCloseOf, type SessionParts } from './session-parts.js'
import type { Outcome, SendOptions, SentState, SessionStatus } from './session-types.js'

/**
 * One side of a session: a state machine that takes packets and calls, and gives packets and callbacks. It holds no
 * transport and no clock; every `now` is in ms of one clock that never goes back. This is the part that both sides share:
 * `ClientSession` and `ServerSession` are made.
 *
 * `flush` gives the next packet after `receive`, `send`, `reply`, `advance` and every other call that may leave something to
 * send. A peer's mistake closes the session with its code; a caller's mistake throws.
 *
 * A received packet is read and checked as a whole before any callback; `PacketReader` has the order of the callbacks.
 *
 * Invariants: `#transport` is set while packets may come and go; the handshake waits only while it is; time counts for
 * events while the session is connected and may be read from; `#deadlineMs` is right unless it is undefined.
 */
export abstract class Session {
  /** Counts of this session. A client's and a server's counters of one session agree with the bytes on their transports. */
  readonly counters: SessionCounters
  readonly #parts: SessionParts
  readonly #role: Role
  readonly #handshake: Handshake
  readonly #reader: PacketReader
  readonly #packets: PacketWriter
  readonly #startMs: number
  readonly #writer = new ByteWriter()
  #transport: SessionTransport | undefined
  #deadlineMs: number | undefined
  /** True once `advance` has seen that a packet is due. */
  #isFlushSeen = false

  /** @param reader of this session, for the side that has to hand out events by itself */
  constructor(parts: SessionParts, role: Role, reader: PacketReader, now: number) {
    this.counters = parts.counters
    this.#parts = parts
    this.#role = role
    this.#handshake = role.handshake
    this.#reader = reader
    this.#packets = new PacketWriter(parts, role)
    this.#startMs = now
  }

  /** Public: other clients may know it. At a client undefined until it is connected for the first time. */
  get clientId(): string | undefined {
    return this.#handshake.clientId
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
    return this.#handshake.welcome
  }

  /** Limits of events that are sent. At a client: those of its server, or its own limits if they were given and are lower. */
  get sendLimits(): EventLimits {
    return this.#parts.outgoing.peerLimits
  }

  /** Limits of events that are received. A client accepts at least what its server does. */
  get receiveLimits(): EventLimits {
    return this.#role.receiveLimits
  }

  /** Smoothed round-trip time. This and the two below are undefined until measured, some round trips after connecting. */
  get rttMs(): number | undefined {
    return this.#parts.roundTrip.rttMs
  }

  /** The mean deviation of round-trip times from the smoothed one. */
  get jitterMs(): number | undefined {
    return this.#parts.roundTrip.jitterMs
  }

  /** Of the last few round trips on this transport the fastest one. `offsetMs`, added to this side's `now`, gives the peer's. */
  get fastest(): RoundTripSample | undefined {
    return this.#parts.roundTrip.fastest
  }

  /** True until the outcome of an event that was sent is known. */
  isPending(sequence: number): boolean {
    return this.#parts.outgoing.isPending(sequence)
  }

  /**
   * There is a transport: the first one, or another one to go on with. A client queues its hello. A server has read and
   * checked the hello, token included, and queues the welcome. The owner closes an older transport.
   * Throws `session_closed` after the end, `invalid_argument` for a server without a hello and for a client's transport that is
   * not reliable and has no `lossy`.
   */
  attach(transport: SessionTransport, now: number, hello?: Hello): void {
    const { life, limits, incoming, outgoing } = this.#parts
    if (!life.isLive) throw new ProtocolError('session_closed', 'the session has ended')
    const isReliable = transport.reliable
    const lossy = isReliable ? undefined : (this.#role.lossy ?? transport.lossy)
    if (!isReliable && !lossy)
      throw new ProtocolError('invalid_argument', 'a transport that may lose packets has `lossy`')
    const { heldVersion } = this.#role
    const { receivedThrough } = incoming
    const progress = { isReliable, startMs: this.#startMs, limits, receivedThrough, heldVersion }
    const meeting = this.#handshake.attach(progress, hello, now)
    // a connected client has to wait for the answer on the new one; a server has had the hello and goes on
    if (this.#handshake.isWaiting) this.#suspend('replaced', now)
    if (!life.isLive) return
    this.#transport = transport
    this.#touch()
    this.#role.attach(transport, hello)
    this.#parts.attach(lossy?.linkOf(this.#parts, this.#role), now)
    this.#reader.attach()
    if (meeting && this.#adopt(meeting, now)) this.#begin(meeting, now)
    this.#role.waitToRead?.(now)
    outgoing.callBack()
  }

  /** The transport is gone. A connected session is suspended and waits for another one. */
  suspend(now: number): void {
    this.#drop('transport_lost', now)
  }

  /** A packet has come. Never throws for its content: a violation closes the session with its code. */
  receive(bytes: Uint8Array, now: number): void {
    const { life, times } = this.#parts
    if (!this.#transport || !life.isLive) return
    times.received(now)
    this.#touch()
    this.counters.add('packetsIn')
    this.counters.add('bytesIn', bytes.length)
    const packet = this.#read(bytes, now)
    if (packet === undefined) return
    let meeting: Meeting | undefined
    if (this.#handshake.isWaiting) {
      meeting = this.#takeAnswer(packet, now)
      if (meeting === undefined || !this.#adopt(meeting, now)) return
    }
    const checked = this.#closeOnFault(now, () => this.#reader.check(packet, bytes.length))
    if (checked === undefined) return
    if (meeting) {
      this.#begin(meeting, now)
      // a callback of the status may have ended the session
      if (life.status !== 'connected') return
    }
    this.#role.waitToRead?.(now)
    this.#parts.lossy?.heard(now)
    this.#reader.apply(checked, now)
    if (packet.close && life.isLive) this.#end(peerInfo(packet.close), now)
  }

  /**
   * @param state server: a state message that the caller sends with the packet, as one message. It is counted, and the next
   * delta starts from it.
   * @returns the packet to send now, or undefined for nothing. Call it again for more if there is more than one packet may
   * hold. The bytes are the caller's.
   */
  flush(now: number, state?: SentState): Uint8Array | undefined {
    if (!this.#transport) return undefined
    if (state) this.#role.sent?.(state)
    if (this.#isFlushSeen) {
      this.#isFlushSeen = false
      this.#touch()
    }
    const packet = this.#hasToWrite(state?.version, now) ? this.#write(state?.version, now) : undefined
    const bytes = (packet?.length ?? 0) + (state?.bytes ?? 0)
    if (bytes > 0) {
      this.counters.add('packetsOut')
      this.counters.add('bytesOut', bytes)
    }
    return packet
  }

  /** False if `flush` has nothing to send now. */
  mayFlush(now: number): boolean {
    return this.#hasToWrite(undefined, now)
  }

  /** Lets time pass; costs nothing before `nextDeadline`. `flush` afterwards. */
  advance(now: number): void {
    if (now < this.nextDeadline()) return
    const { life, times, outgoing, connected } = this.#parts
    this.#touch()
    if (life.pendingClose !== undefined) return this.#end(life.closeInfo!, now)
    if (now >= life.graceAt) return this.#end(ownInfo('grace_over'), now)
    if (!this.#transport) return
    if (this.#handshake.isWaiting) {
      if (now >= this.#handshake.timeoutAt) {
        return this.#giveUpHandshake(ownInfo('handshake_timeout'), this.#handshake.mayTryAgain, now)
      }
    } else if (now >= times.idleAt) return this.#drop('idle', now)
    else {
      outgoing.advance(connected.read(now))
      outgoing.callBack()
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
    const { life, outgoing, connected } = this.#parts
    if (!life.isLive) throw new ProtocolError('session_closed', 'the session has ended')
    if (this.clientId === undefined) throw new ProtocolError('not_connected', 'the session has not begun yet')
    this.#touch()
    return outgoing.send(name, payload, options, connected.read(now))
  }

  /**
   * The outcome of an event's handler; once for each `onEvent`. Does nothing after the end of the session.
   * Throws `invalid_argument` for an event that does not wait for it, `event_too_large` for an outcome above `maxEventBytes`
   * (the event waits on).
   */
  reply(sequence: number, outcome: Outcome): void {
    if (this.status === 'closed') return
    checkOutcomeSize(outcome, this.sendLimits.maxEventBytes)
    this.#parts.outcomes.settle(sequence, outcome)
  }

  /**
   * Ends the session from this side. The next packets of `flush` have the events that were not sent yet, unless the peer was
   * too slow for them, then a CLOSE. All pending events fail with `session_closed`.
   */
  close(code: CloseCode, reason: string, now: number): void {
    const { life, outgoing } = this.#parts
    if (!life.isLive) return
    const packets: Uint8Array[] = []
    const canWrite = code !== 'too_slow' && !this.#handshake.isWaiting
    while (canWrite && this.#transport && outgoing.hasUnwritten) {
      const packet = this.#write(undefined, now)
      if (packet === undefined) break
      packets.push(packet)
    }
    this.#close(code, reason, now, packets)
  }

  /** @returns undefined for a packet that is dropped, or that breaks a rule and closes the session */
  #read(bytes: Uint8Array, now: number): Packet | undefined {
    const { isWaiting } = this.#handshake
    return this.#closeOnFault(now, () => {
      const packet = this.#role.read(bytes, now)
      if (packet !== undefined && !isWaiting) this.#handshake.later(packet, this.#transport!.reliable)
      return packet
    })
  }

  /** Messages before the answer to the hello do not belong to this session. @returns undefined if the packet is done with */
  #takeAnswer(packet: Packet, now: number): Meeting | undefined {
    const answer = this.#handshake.takeAnswer(packet)
    if (answer === undefined) return undefined
    if ('startMs' in answer) return answer
    if (answer.end.byPeer) this.#giveUpHandshake(answer.end, answer.mayTryAgain, now)
    else this.#close(answer.end.code, answer.end.reason, now)
    return undefined
  }

  /** Takes over the terms of the peer. @returns false if they break a rule: the session is closed then */
  #adopt({ receivedThrough, terms }: Meeting, now: number): boolean {
    if (terms) this.#role.adopt?.(terms)
    const isRight = this.#closeOnFault(now, () => {
      this.#parts.outgoing.checkReceived(receivedThrough ?? 0)
      return true
    })
    return isRight ?? false
  }

  /** The session begins, or goes on. */
  #begin({ startMs, receivedThrough }: Meeting, now: number): void {
    const { life, roundTrip, connected, outgoing } = this.#parts
    this.#touch()
    life.connect()
    if (!life.isLive) return
    roundTrip.attach(startMs)
    connected.start(now)
    if (receivedThrough !== undefined) outgoing.resume(receivedThrough)
    this.#touch()
  }

  /** @param packets that go out before the CLOSE */
  #close(code: CloseCode, reason: string, now: number, packets: Uint8Array[] = []): void {
    if (!this.#parts.life.isLive) return
    const canSend = this.#transport !== undefined && this.#handshake.isKnownToPeer
    const isReliable = this.#transport?.reliable !== false
    const why = reason || this.#handshake.reasonOf(code)
    this.#end(ownInfo(code, why), now, canSend ? pendingCloseOf(isReliable, packets, now) : undefined)
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
    if (this.#parts.life.pendingClose !== undefined || now >= this.#handshake.writeAt || now >= this.#flushAt)
      return true
    if (this.#handshake.isWaiting) return false
    return this.#packets.hasNews || (version !== undefined && this.#parts.lossy?.mayMissAcks === true)
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
      this.#handshake.write(writer, now)
      if (!this.#handshake.isWaiting) hasTime = this.#packets.write(writer, version, now)
    }
    if (writer.length === 0) return undefined
    this.#parts.times.sent(now, hasTime)
    this.#touch()
    return writer.finish()
  }

  #writeClose(pendingClose: PendingClose, now: number): void {
    const { closeInfo } = this.#parts.life
    // before the welcome has gone out, an ack would mean nothing to the client
    const hasMet = !this.#handshake.isWaiting && now < this.#handshake.writeAt
    if (hasMet) this.#packets.writeAck(this.#writer, undefined, now)
    writeMessage(this.#writer, close, closeInfo!)
    if (--pendingClose.left <= 0) this.#end(closeInfo!, now)
  }

  /** Something has happened that may change the deadline. */
  #touch(): void {
    this.#deadlineMs = undefined
  }

  /** When a packet has to go out even without news. */
  get #flushAt(): number {
    return this.#handshake.isWaiting ? this.#handshake.writeAt : this.#packets.flushAt
  }

  #findDeadline(): number {
    const { life, outgoing, connected, times } = this.#parts
    const { status, pendingClose, graceAt } = life
    if (status === 'closed') return never
    if (pendingClose !== undefined) return pendingClose.dueAt
    if (this.#transport === undefined) return graceAt
    // a packet that is known to be due is no deadline: a caller with a full transport would be kept busy by it
    const flushAt = this.#isFlushSeen ? never : this.#flushAt
    if (this.#handshake.isWaiting) return Math.min(graceAt, this.#handshake.timeoutAt, flushAt)
    const { nextDueMs } = outgoing
    const dueAt = nextDueMs === never ? nextDueMs : connected.whenReads(nextDueMs)
    return Math.min(times.idleAt, dueAt, flushAt)
  }

  #giveUpHandshake(info: CloseInfo, mayTryAgain: boolean, now: number): void {
    if (!mayTryAgain) return this.#end(info, now)
    this.#letGo()
    this.#parts.life.waitOn(info)
  }

  /** The transport is gone. */
  #drop(code: CloseCode, now: number): void {
    const { life } = this.#parts
    this.#letGo()
    if (life.pendingClose !== undefined) this.#end(life.closeInfo!, now)
    else this.#suspend(code, now)
  }

  #letGo(): void {
    this.#transport = undefined
    this.#handshake.drop()
    this.#touch()
  }

  #suspend(code: CloseCode, now: number): void {
    const { life, connected, graceMs } = this.#parts
    if (life.status !== 'connected') return
    this.#transport = undefined
    connected.stop(now)
    this.#touch()
    life.suspend(ownInfo(code), now + graceMs)
  }

  /** @param pendingClose sent before it is over */
  #end(info: CloseInfo, now: number, pendingClose?: PendingClose): void {
    const { life, connected, incoming, outgoing } = this.#parts
    if (pendingClose === undefined) this.#transport = undefined
    this.#touch()
    connected.stop(now)
    life.end(info, pendingClose)
    incoming.clear()
    outgoing.failAll(info.reason)
    outgoing.callBack()
  }
}
