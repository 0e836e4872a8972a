import type { ByteWriter } from '@tygase/gamestate/internal'
import { Counters } from '../counters.js'
import { ProtocolError } from '../errors.js'
import { mayBeWritten } from '../events/outgoing-events.js'
import { BlockList } from '../events/sequence-list.js'
import type { EventLimits } from '../limits.js'
import { limitsOf } from '../server-limits.js'
import { type CloseCode, closeCodes } from '../wire/close-codes.js'
import { equalBytes, type Hello, type WelcomeMessage } from '../wire/handshake-messages.js'
import { type Packet, refuseHandshake, welcomeWriter, writeMessage } from '../wire/messages.js'
import { progressOf, Restoring, readEvents, shifted } from './ledger.js'
import { PacketReader } from './packets.js'
import type { Handshake, Meeting, Progress, SessionTransport } from './role.js'
import { ServerRole } from './server-role.js'
import { Session } from './session.js'
import { SessionParts } from './session-parts.js'
import type { Outcome, SendOptions, ServerSessionOptions, SessionLedger, SessionProgress } from './session-types.js'

/** A session of a server. `attach` follows, with the hello that it answers. */
export class ServerSession extends Session {
  /** Counts of packets, bytes and events of this session. */
  declare readonly counters: Counters
  /**
   * Limits of events in both directions, and nothing else: who reads or writes the value of an event fills in what is missing,
   * and copies them for it.
   */
  readonly eventLimits: EventLimits
  readonly #handshake: ServerHandshake
  readonly #role: ServerRole
  readonly #parts: SessionParts
  readonly #startMs: number
  readonly #offset: number
  /** Set until a client goes on with a session of another process. */
  #restoring: Restoring | undefined

  /** Throws `invalid_argument` for a wrong limit; with `ledger`, also `event_too_large` for an event beyond the limits. */
  constructor(options: ServerSessionOptions, now: number) {
    const limits = limitsOf(options.limits)
    const { ledger, offset = ledger?.offset ?? 0 } = options
    const startMs = now - (ledger?.ageMs ?? 0)
    const parts = new SessionParts(limits, withOffset(options, offset), startMs, () => new BlockList())
    const handshake = new ServerHandshake(options)
    const role = new ServerRole(handshake, limits, parts, now)
    super(parts, role, new PacketReader(parts, role), startMs)
    parts.outgoing.encoder.names = handshake.names
    parts.outgoing.onOutcome = (isAcked) => parts.counters.add(isAcked ? 'eventsAcked' : 'eventsFailed')
    this.#parts = parts
    this.#startMs = startMs
    this.#offset = offset
    if (ledger !== undefined) {
      this.#restoring = new Restoring(parts, shifted(ledger, -offset))
      parts.life.status = 'suspended'
      parts.life.graceAt = now + parts.graceMs
    }
    const { maxEventBytes, maxPayloadDepth, maxPayloadElements, maxPayloadStringBytes } = limits
    this.eventLimits = { maxEventBytes, maxPayloadDepth, maxPayloadElements, maxPayloadStringBytes }
    this.#handshake = handshake
    this.#role = role
  }

  /** The version that the next delta may start from; undefined if the client needs a snapshot. */
  get stateBase(): number | undefined {
    return this.#role.versions.base
  }

  /**
   * When the next packet may be received over a transport that was attached as `pausable`, because the client has sent more
   * than its limits allow. Until then the owner does not read, and no time passes for events. A second from now at most;
   * -Infinity for at once.
   */
  get readableAt(): number {
    return this.#role.rates.readableAt
  }

  /** The owner does not read before `untilMs`, for a reason of its own: the client cannot be late until then. */
  waitToRead(untilMs: number, now: number): void {
    if (this.status !== 'connected') return
    this.counters.add('readPauses')
    this.#role.waitUntil(untilMs, now)
  }

  /** True once the client has shown that it knows of the session. */
  get hasMet(): boolean {
    return this.#handshake.hasMet
  }

  /** True for the secret of the session. Takes equally long for every answer. */
  matchesToken(token: Uint8Array): boolean {
    return this.#handshake.matchesToken(token)
  }

  /**
   * True for a hello of the very client that this session was begun for, if that has not got the welcome and knows nothing of
   * the session. Such a hello is attached here, and no other session begins.
   */
  isExpected(hello: Hello): boolean {
    return this.status !== 'closed' && this.status !== 'disconnecting' && this.#handshake.isExpected(hello)
  }

  /**
   * The owner keeps values of an event until its `reply`: counts the memory that they take.
   * @returns false if that is more than `maxHeldBytes` with all others; then it is not counted, and the event is to be refused
   */
  hold(sequence: number, bytes: number): boolean {
    return this.#role.hold(sequence - this.#offset, bytes)
  }

  /**
   * All that another process needs to go on with this session. From then on this one has to send nothing more, or only what the
   * other one hears of by `accept`, `reply` and `send`.
   * @param unbegun events that were handed out and of which nothing has run: if no other one follows them, they count as not
   * received, and the client sends them again as its `retries` allow
   */
  ledger(now: number, unbegun: ReadonlySet<number> = noSequences): SessionLedger {
    this.#restoring?.fillIn()
    const offset = this.#offset
    const { clientId, names } = this.#handshake
    const identity = { clientId, ...this.#handshake.ledger(), ageMs: now - this.#startMs, names, offset }
    const own = offset === 0 ? unbegun : new Set([...unbegun].map((sequence) => sequence - offset))
    return { ...identity, ...shifted(readEvents(this.#parts, own), offset) }
  }

  /** Events to the client whose outcome is not known. */
  get pendingEvents(): number {
    return this.#parts.outgoing.size
  }

  /** What the client knows by now: a ledger of before need not keep it any more. */
  progress(): SessionProgress {
    const { resolved, pending } = progressOf(this.#parts)
    return { resolved: resolved + this.#offset, pending }
  }

  /**
   * For a session that was made from a ledger, until its first `attach` or `ledger`: an event of the client has come since the ledger
   * was written; `reply` may follow. Without it the client learns that the event is lost, so that it runs at most once.
   * Throws `invalid_argument` at any other time, and for an event that has its outcome.
   */
  accept(sequence: number): void {
    if (!this.#restoring?.isOpen) throw new ProtocolError('invalid_argument', 'the session is not being restored')
    this.#restoring.accept(sequence - this.#offset)
  }

  override attach(transport: SessionTransport, now: number, hello?: Hello): void {
    if (hello && this.#parts.life.isLive) {
      this.#restoring?.meet(hello.receivedThrough)
      this.#restoring = undefined
    }
    super.attach(transport, now, hello)
  }

  /**
   * An event with a tick has come. The client gets that with the ACK.
   * @param ticksEarly ticks until its tick, with a fraction; below 0: so late
   */
  arrived(sequence: number, ticksEarly: number): void {
    if (sequence > this.#offset) this.#role.arrivals.add(sequence - this.#offset, ticksEarly)
  }

  /** As for both sides. Does nothing for an event of a session before this one, either. */
  override reply(sequence: number, outcome: Outcome): void {
    const own = sequence - this.#offset
    if (own <= 0 && this.#offset > 0) return
    if (this.#restoring?.isOpen) return this.#restoring.reply(own, outcome)
    super.reply(own, outcome)
    this.#role.held.release(own)
  }

  override send(name: string, payload: Uint8Array, options: SendOptions, now: number): number {
    const { minVersion = 0 } = options
    if (!Number.isSafeInteger(minVersion) || minVersion < 0) {
      throw new ProtocolError('invalid_argument', `minVersion is a whole number from 0, not ${minVersion}`)
    }
    return super.send(name, payload, this.#withOwnOrigin(options), now)
  }

  /**
   * The client knows nothing of this session any more, and goes on in another one. Events to it that may be sent again go there,
   * with their callbacks. The caller closes this one.
   * @param moves false for a name whose events stay here, and fail
   * @returns the session, whose events have sequences above those of this one
   */
  successor(options: ServerSessionOptions, moves: (name: string) => boolean, now: number): ServerSession {
    const { incoming, outgoing } = this.#parts
    const next = new ServerSession({ ...options, offset: this.#offset + incoming.receivedThrough }, now)
    for (let event = outgoing.pendingFrom(1); event; event = outgoing.pendingFrom(event.sequence + 1)) {
      if (!moves(event.name) || !mayBeWritten(event, outgoing)) continue
      const { name, payload, resendsLeft: retries } = event
      const { origin: _, ...kept } = event.options
      next.send(name, payload, { ...kept, retries }, now)
      event.options = {}
    }
    return next
  }

  /** The client of another session has not run the event ahead that has led to this one. */
  #withOwnOrigin(options: SendOptions): SendOptions {
    const { origin, ...others } = options
    if (this.#offset === 0 || origin === undefined) return options
    const sequence = origin.sequence - this.#offset
    return sequence > 0 ? { ...others, origin: { sequence, n: origin.n } } : others
  }

  /**
   * The replica of the client is wrong: none of the versions that it has had is the base of a delta any more. The next state is a
   * snapshot. Over a transport that is not reliable it has to be of a version that was not sent yet: the client takes no other.
   */
  distrust(): void {
    this.#role.versions.distrust()
  }

  /** A STATE message for `version` has gone to the transport without a `flush`. The caller counts it. */
  stateSent(version: number): void {
    this.#role.versions.sent(version)
  }
}

const noSequences: ReadonlySet<number> = new Set()

function withOffset(
  { listener, counters = new Counters() }: ServerSessionOptions,
  offset: number,
): Required<Pick<ServerSessionOptions, 'listener' | 'counters'>> {
  const both = { listener, counters }
  if (offset === 0) return both
  const { onStatus } = listener
  return {
    ...both,
    listener: {
      onEvent: (event) => listener.onEvent({ ...event, sequence: event.sequence + offset }),
      ...(onStatus && { onStatus: (status, info) => listener.onStatus?.(status, info) }),
    },
  }
}

/** The server's side of a handshake: answers the hello of each transport, and again if the answer got lost. */
export class ServerHandshake implements Handshake {
  readonly isWaiting = false
  readonly isKnownToPeer = true
  readonly timeoutAt = Number.POSITIVE_INFINITY
  readonly mayTryAgain = false
  readonly clientId: string
  readonly names: readonly string[]
  readonly welcome: Uint8Array
  /** For a welcome. */
  readonly #token: Uint8Array
  readonly #hashOf: (token: Uint8Array) => Uint8Array
  /** What `#hashOf` made of the token that the client has. */
  #hash: Uint8Array
  #answer: WelcomeMessage | undefined
  #isDue = false
  /** True once the client has shown that a welcome has come. */
  hasMet = false

  constructor(options: ServerSessionOptions) {
    const { welcome, token, hashOf = (secret) => secret, ledger } = options
    const { clientId, names } = ledger ?? options
    this.clientId = clientId
    this.names = names
    this.welcome = welcome
    this.#token = new Uint8Array(token)
    this.#hashOf = hashOf
    this.#hash = ledger?.token ?? hashOf(this.#token)
    if (ledger === undefined) return
    const { attempt = new Uint8Array(0), receivedThrough } = ledger
    this.#answer = { attempt, session: { startMs: 0, receivedThrough } }
    this.hasMet = ledger.attempt === undefined
  }

  /** The parts of a ledger by which the client is known again. */
  ledger(): Pick<SessionLedger, 'token' | 'attempt'> {
    return { token: this.#hash, ...(!this.hasMet && this.#answer && { attempt: this.#answer.attempt }) }
  }

  get writeAt(): number {
    return this.#isDue ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }

  attach({ startMs, limits, receivedThrough }: Progress, hello: Hello | undefined): Meeting {
    if (hello === undefined) throw new ProtocolError('invalid_argument', 'a server needs a hello')
    const isFirst = this.#answer === undefined
    const { clientId, names, welcome: payload } = this
    const isNew = !hello.resume || isFirst
    this.hasMet ||= hello.resume !== undefined
    // of another process: the client has never got the token whose hash is in the ledger
    if (isNew && !isFirst) this.#hash = this.#hashOf(this.#token)
    this.#isDue = true
    this.#answer = {
      // copied: it is kept for longer than the packet
      attempt: new Uint8Array(hello.attempt),
      session: isNew
        ? { clientId, token: this.#token, startMs, terms: limits, names, payload }
        : { startMs, receivedThrough },
    }
    return { startMs: hello.startMs, receivedThrough: isFirst ? undefined : hello.receivedThrough }
  }

  drop(): void {
    this.#isDue = false
  }

  write(writer: ByteWriter): void {
    if (this.#answer === undefined || !this.#isDue) return
    this.#isDue = false
    writeMessage(writer, welcomeWriter, this.#answer)
  }

  takeAnswer(): undefined {}

  reasonOf(code: CloseCode): string {
    return closeCodes[code].reason
  }

  later(packet: Packet, isReliable: boolean): void {
    if (isReliable) refuseHandshake(packet)
    if (packet.hello === undefined) this.hasMet = true
    // a hello of an attempt that was given up does not belong to this session
    else if (this.#isAnsweredFor(packet.hello)) this.#isDue = true
  }

  /** Takes equally long for every answer. */
  matchesToken(token: Uint8Array): boolean {
    return equalBytes(this.#hash, this.#hashOf(token))
  }

  isExpected(hello: Hello): boolean {
    // a client that does not know of the session has received nothing in it
    const isNew = hello.resume === undefined && hello.receivedThrough === 0
    return isNew && !this.hasMet && this.#isAnsweredFor(hello)
  }

  #isAnsweredFor({ attempt }: Hello): boolean {
    return this.#answer !== undefined && equalBytes(this.#answer.attempt, attempt)
  }
}
