import type { ByteWriter } from '@tygase/gamestate/internal'
import { ProtocolError } from '../errors.js'
import { BlockList } from '../events/sequence-list.js'
import type { SessionLimits } from '../limits.js'
import { lossyDelivery } from '../lossy/lossy-link.js'
import { limitsOf } from '../server-limits.js'
import { type CloseCode, closeCodes } from '../wire/close-codes.js'
import { equalBytes, type Hello, type WelcomeMessage } from '../wire/handshake-messages.js'
import {
  fromClient,
  type HaveMessage,
  type Packet,
  refuseHandshake,
  welcomeWriter,
  writeMessage,
} from '../wire/messages.js'
import { PacketRates } from './packet-rates.js'
import { PacketReader } from './packets.js'
import type { Handshake, Meeting, Progress, Role, SessionTransport } from './role.js'
import { Session } from './session.js'
import { SessionParts } from './session-parts.js'
import type { Outcome, SendOptions, SentState, ServerSessionOptions } from './session-types.js'

/** A session of a server. `attach` follows, with the hello that it answers. */
export class ServerSession extends Session {
  readonly #role: ServerRole

  /** Throws `invalid_argument` for a wrong limit. */
  constructor(options: ServerSessionOptions, now: number) {
    const limits = limitsOf(options.limits)
    const parts = new SessionParts(limits, options, now, () => new BlockList())
    const role = new ServerRole(options, limits, parts, now)
    super(parts, role, new PacketReader(parts, role), now)
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

  /** True for the secret of the session. Takes equally long for every answer. */
  matchesToken(token: Uint8Array): boolean {
    return this.#role.handshake.matchesToken(token)
  }

  /**
   * True for a hello of the very client that this session was begun for, if that has not got the welcome and knows nothing of
   * the session. Such a hello is attached here, and no other session begins.
   */
  isExpected(hello: Hello): boolean {
    return this.status !== 'closed' && this.status !== 'disconnecting' && this.#role.handshake.isExpected(hello)
  }

  /**
   * The owner keeps values of an event until its `reply`: counts the memory that they take.
   * @returns false if that is more than `maxHeldBytes` with all others; then it is not counted, and the event is to be refused
   */
  hold(sequence: number, bytes: number): boolean {
    return this.#role.hold(sequence, bytes)
  }

  override reply(sequence: number, outcome: Outcome): void {
    super.reply(sequence, outcome)
    this.#role.held.release(sequence)
  }

  override send(name: string, payload: Uint8Array, options: SendOptions, now: number): number {
    const { minVersion = 0 } = options
    if (!Number.isSafeInteger(minVersion) || minVersion < 0) {
      throw new ProtocolError('invalid_argument', `minVersion is a whole number from 0, not ${minVersion}`)
    }
    return super.send(name, payload, options, now)
  }

  /** A STATE message for `version` has gone to the transport without a `flush`. The caller counts it. */
  stateSent(version: number): void {
    this.#role.versions.sent(version)
  }
}

class ServerRole implements Role {
  readonly side = 'server'
  readonly lossy = lossyDelivery
  readonly handshake: ServerHandshake
  readonly versions = new SentVersions()
  readonly held = new HeldMemory()
  readonly rates: PacketRates
  readonly receiveLimits: SessionLimits
  readonly maxAckBytes = Number.POSITIVE_INFINITY
  readonly heldVersion = undefined
  readonly hasNews = false
  readonly #parts: SessionParts

  constructor(options: ServerSessionOptions, limits: SessionLimits, parts: SessionParts, now: number) {
    this.handshake = new ServerHandshake(options)
    this.rates = new PacketRates(limits, parts.counters, now)
    this.receiveLimits = limits
    this.#parts = parts
  }

  get stateBase(): number | undefined {
    return this.versions.base
  }

  attach({ reliable, pausable = false }: SessionTransport, hello?: Hello): void {
    this.rates.attach(reliable ? (pausable ? 'waits' : 'refused') : 'dropped')
    this.versions.attach(reliable, hello?.heldVersion)
    if (hello?.packetBytes === undefined) return
    const { counters } = this.#parts
    counters.add('packetsIn')
    counters.add('bytesIn', hello.packetBytes)
  }

  read(bytes: Uint8Array, now: number): Packet | undefined {
    return this.rates.read(bytes, fromClient, this.receiveLimits, now)
  }

  apply({ have }: Packet): void {
    if (have === undefined) return
    this.versions.receive(have)
    if (this.versions.base === undefined) this.#parts.counters.add('snapshotsAsked')
  }

  write(): void {}

  isAhead(version: number): boolean {
    return this.versions.isAhead(version)
  }

  hold(sequence: number, bytes: number): boolean {
    return !this.#parts.outcomes.isAwaited(sequence) || this.held.hold(sequence, bytes, this.receiveLimits.maxHeldBytes)
  }

  sent({ version, bytes }: SentState): void {
    this.versions.sent(version)
    const { counters } = this.#parts
    counters.add('statesSent')
    counters.add('stateBytes', bytes)
  }

  /** While nothing is read, the client cannot be late: its silence means nothing, and no event gets older. */
  waitToRead(now: number): void {
    if (this.rates.readableAt > now) this.waitUntil(this.rates.readableAt, now)
  }

  waitUntil(ms: number, now: number): void {
    const { times, connected } = this.#parts
    times.received(ms)
    connected.waitUntil(ms, now)
  }
}

/** The versions that have gone to a client: which one the next delta may start from. */
export class SentVersions {
  #isReliable = true
  #base: number | undefined
  #lastSent: number | undefined
  #sentOnTransport: number | undefined

  /** The version of the client's replica, or the one that it will have, on a reliable transport. */
  get base(): number | undefined {
    return this.#base
  }

  /** @param heldVersion the version that the client's hello names */
  attach(isReliable: boolean, heldVersion: number | undefined): void {
    this.#isReliable = isReliable
    this.#sentOnTransport = undefined
    this.#base = this.#wasSent(heldVersion) ? heldVersion : undefined
  }

  /** True if a client that reads this transport in order is at `version` before the next packet. */
  isAhead(version: number): boolean {
    return this.#isReliable && this.#sentOnTransport !== undefined && this.#sentOnTransport >= version
  }

  /** A STATE message has gone to the transport. */
  sent(version: number): void {
    this.#lastSent = version
    this.#sentOnTransport = version
    // a client gets all that a reliable transport has accepted before it reads the next delta
    if (this.#isReliable) this.#base = version
  }

  /** A version that was never sent counts as none. */
  receive({ version }: HaveMessage): void {
    if (version === undefined || !this.#wasSent(version)) {
      this.#base = undefined
      this.#sentOnTransport = undefined
    } else if (!this.#isReliable) {
      // messages may overtake each other
      this.#base = Math.max(version, this.#base ?? 0)
    }
  }

  #wasSent(version: number | undefined): boolean {
    return version !== undefined && this.#lastSent !== undefined && version <= this.#lastSent
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
  readonly #token: Uint8Array
  #answer: WelcomeMessage | undefined
  #isDue = false
  /** True once the client has shown that a welcome has come. */
  #hasMet = false

  constructor({ clientId, names, welcome, token }: ServerSessionOptions) {
    this.clientId = clientId
    this.names = names
    this.welcome = welcome
    this.#token = new Uint8Array(token)
  }

  get writeAt(): number {
    return this.#isDue ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }

  attach({ startMs, limits, receivedThrough }: Progress, hello: Hello | undefined): Meeting {
    if (hello === undefined) throw new ProtocolError('invalid_argument', 'a server needs a hello')
    const isFirst = this.#answer === undefined
    const { clientId, names, welcome: payload } = this
    this.#isDue = true
    this.#answer = {
      // copied: it is kept for longer than the packet
      attempt: new Uint8Array(hello.attempt),
      session:
        hello.resume && !isFirst
          ? { receivedThrough }
          : { clientId, token: this.#token, startMs, terms: limits, names, payload },
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
    if (packet.hello === undefined) this.#hasMet = true
    // a hello of an attempt that was given up does not belong to this session
    else if (this.#isAnsweredFor(packet.hello)) this.#isDue = true
  }

  /** Takes equally long for every answer. */
  matchesToken(token: Uint8Array): boolean {
    return equalBytes(this.#token, token)
  }

  isExpected(hello: Hello): boolean {
    // a client that does not know of the session has received nothing in it
    const isNew = hello.resume === undefined && hello.receivedThrough === 0
    return isNew && !this.#hasMet && this.#isAnsweredFor(hello)
  }

  #isAnsweredFor({ attempt }: Hello): boolean {
    return this.#answer !== undefined && equalBytes(this.#answer.attempt, attempt)
  }
}

/** Counts the memory that the owner of a server's session keeps for events until their outcomes. */
export class HeldMemory {
  readonly #held = new Map<number, number>()
  #bytes = 0

  /**
   * @param sequence of an event without an outcome
   * @param most in all
   * @returns false if that is too much; then it is not counted. One event alone always has room.
   */
  hold(sequence: number, bytes: number, most: number): boolean {
    const before = this.#held.get(sequence) ?? 0
    if (this.#bytes > before && this.#bytes + bytes > most) return false
    this.#held.set(sequence, before + bytes)
    this.#bytes += bytes
    return true
  }

  /** The event has its outcome. */
  release(sequence: number): void {
    this.#bytes -= this.#held.get(sequence) ?? 0
    this.#held.delete(sequence)
  }
}
