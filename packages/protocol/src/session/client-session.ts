import { atOnce, type ByteWriter } from '@tygase/gamestate/internal'
import { ProtocolError } from '../errors.js'
import { FlatList } from '../events/sequence-list.js'
import {
  bearableTimes,
  type ClientLimits,
  clientLimitsOf,
  type EventLimits,
  receiveLimitsOfClient,
  sendLimitsOfClient,
} from '../limits.js'
import { longAgo, never } from '../timing.js'
import { type CloseCode, ownInfo, ownReason, peerInfo } from '../wire/close-codes.js'
import {
  type ClientSecret,
  equalBytes,
  type Hello,
  type Introduction,
  protocolVersion,
  type ServerTerms,
} from '../wire/handshake-messages.js'
import { attemptBytes } from '../wire/head-bits.js'
import {
  fromServer,
  haveWriter,
  helloWriter,
  type Packet,
  readPacket,
  refuseHandshake,
  writeMessage,
} from '../wire/messages.js'
import { PacketReader } from './packets.js'
import type { Answer, Handshake, Progress, Role, SessionTransport } from './role.js'
import { Session } from './session.js'
import { SessionParts } from './session-parts.js'
import type { ClientSessionOptions, SendOptions } from './session-types.js'

/** A session of a client. `attach` follows as soon as there is a transport. */
export class ClientSession extends Session {
  readonly #role: ClientRole
  readonly #reader: PacketReader
  readonly #parts: SessionParts

  /** Throws `invalid_argument` for a wrong limit. */
  constructor(options: ClientSessionOptions, now: number) {
    const parts = new SessionParts(clientLimitsOf(options.limits), options, now, () => new FlatList())
    const role = new ClientRole(options, parts)
    const reader = new PacketReader(parts, role)
    super(parts, role, reader, now)
    this.#role = role
    this.#reader = reader
    this.#parts = parts
  }

  /** Undefined before the first welcome. */
  get secret(): ClientSecret | undefined {
    return this.#role.handshake.secret
  }

  /** An event takes up to `ms` to its rule, besides its way: from now on twice that is the least `ackTimeoutMs`. */
  eventsTake(ms: number): void {
    const { outgoing } = this.#parts
    outgoing.ackTimeoutMs = Math.max(outgoing.ackTimeoutMs, 2 * ms)
  }

  override send(name: string, payload: Uint8Array, options: SendOptions, now: number): number {
    const { tick = 0, seen = tick } = options
    if (!(Number.isSafeInteger(tick) && tick >= 0 && Number.isFinite(seen))) {
      throw new ProtocolError('invalid_argument', `no tick ${tick}, ${seen}`)
    }
    return super.send(name, payload, options, now)
  }

  /**
   * The replica is at `version` now, or cannot take deltas any more (undefined, which asks for a snapshot). Hands out the
   * events that waited for it.
   */
  stateHeld(version: number | undefined): void {
    this.#role.held.hold(version)
    this.#reader.goOn()
  }

  /** To be called in `onState`: the callbacks that follow it wait until `stateHeld`. */
  holdBack(): void {
    this.#reader.isHeldBack = true
  }
}

class ClientRole implements Role {
  readonly handshake: ClientHandshake
  readonly held = new HeldVersion()
  receiveLimits: ClientLimits
  readonly #givenLimits: Partial<EventLimits>
  readonly #parts: SessionParts

  constructor(options: ClientSessionOptions, parts: SessionParts) {
    this.handshake = new ClientHandshake(options)
    this.#givenLimits = options.limits ?? {}
    this.receiveLimits = parts.limits
    this.#parts = parts
  }

  get maxAckBytes(): number {
    return this.#parts.outgoing.peerLimits.maxPacketBytes / 2
  }

  get heldVersion(): number | undefined {
    return this.held.version
  }

  get hasNews(): boolean {
    return this.held.hasNews
  }

  attach({ reliable }: SessionTransport): void {
    this.held.attach(reliable)
  }

  read(bytes: Uint8Array): Packet {
    return readPacket(bytes, fromServer, this.receiveLimits)
  }

  apply({ state = [] }: Packet): void {
    const { life, listener } = this.#parts
    for (const { version, base, payload } of state) {
      if (life.isLive) atOnce('onState', listener.onState?.(version, base, payload))
    }
  }

  write(writer: ByteWriter): void {
    const have = this.held.take()
    if (have) writeMessage(writer, haveWriter, have)
  }

  isAhead(): boolean {
    return true
  }

  adopt(terms: ServerTerms): void {
    const { limits, times, outgoing } = this.#parts
    this.#parts.graceMs = terms.graceMs
    times.adopt(bearableTimes(terms))
    outgoing.encoder.names = this.handshake.names
    outgoing.adopt({ ...terms, ...sendLimitsOfClient(this.#givenLimits, terms) })
    this.receiveLimits = { ...limits, ...receiveLimitsOfClient(limits, terms) }
  }
}

/** The version of the client's replica, and the HAVE that reports it. */
export class HeldVersion {
  /** Set by `hold`. */
  version: number | undefined
  #isReliable = true
  #have: { version: number | undefined } | undefined

  /** True if `take` has a message. */
  get hasNews(): boolean {
    return this.#have !== undefined
  }

  attach(isReliable: boolean): void {
    this.#isReliable = isReliable
    this.#have = undefined
  }

  /** The replica is at this version; undefined if it needs a snapshot. */
  hold(version: number | undefined): void {
    this.version = version
    if (!this.#isReliable || version === undefined) this.#have = { version }
  }

  /** The message to send, once. */
  take(): { version: number | undefined } | undefined {
    const have = this.#have
    this.#have = undefined
    return have
  }
}

/** Ends of an attempt that do not concern the session or the client: another attempt may begin or resume it. */
const passingCodes: readonly CloseCode[] = ['handshake_timeout', 'shutdown', 'server_full', 'moved']

/** A lost hello or welcome costs no more than this; eight of them fit into the handshake time. */
const resendMs = 250

/**
 * An attempt to resume that follows one without an answer waits this many times longer. The answer may be under way with a
 * state that a slow link takes long to carry, and it begins anew with each attempt.
 */
const patienceGrowth = 4

/** The client's side of a handshake: sends a hello on each transport, again if it may get lost, and waits for the welcome. */
export class ClientHandshake implements Handshake {
  readonly #options: ClientSessionOptions
  /** Sent until the first welcome: the same on all transports, so that the server knows a client that did not get its welcome. */
  readonly #firstAttempt: Uint8Array
  #hello: Hello | undefined
  /** Of the first welcome. */
  #session: Introduction | undefined
  #isReliable = true
  #sentMs = longAgo
  #timeoutAt = never
  /** How long the current attempt may take, or the one before. */
  #timeoutMs = 0

  constructor(options: ClientSessionOptions) {
    this.#options = options
    this.#firstAttempt = this.#drawAttempt()
  }

  get clientId(): string | undefined {
    return this.#session?.clientId
  }

  /** What resumes the session. */
  get secret(): ClientSecret | undefined {
    return this.#session
  }

  get names(): readonly string[] {
    return this.#session?.names ?? []
  }

  get welcome(): Uint8Array | undefined {
    return this.#session?.payload
  }

  get isWaiting(): boolean {
    return this.#hello !== undefined
  }

  get isKnownToPeer(): boolean {
    return !this.isWaiting || this.#sentMs !== longAgo
  }

  get timeoutAt(): number {
    return this.isWaiting ? this.#timeoutAt : never
  }

  get writeAt(): number {
    if (!this.isWaiting) return never
    if (this.#sentMs === longAgo) return this.#sentMs
    return this.#isReliable ? never : this.#sentMs + resendMs
  }

  get mayTryAgain(): boolean {
    return this.#session !== undefined
  }

  attach(
    { isReliable, startMs, limits, receivedThrough, heldVersion }: Progress,
    _: undefined,
    now: number,
  ): undefined {
    const { path, credentials = new Uint8Array(0), firstHandshakeTimeoutMs = 0, rejoin } = this.#options
    const resume = this.secret
    const { handshakeTimeoutMs, graceMs } = limits
    const hasWaitedInVain = resume !== undefined && isReliable && now >= this.#timeoutAt
    if (hasWaitedInVain)
      this.#timeoutMs = Math.max(this.#timeoutMs, Math.min(this.#timeoutMs * patienceGrowth, graceMs))
    else this.#timeoutMs = Math.max(handshakeTimeoutMs, resume ? 0 : firstHandshakeTimeoutMs)
    this.#isReliable = isReliable
    this.#sentMs = longAgo
    this.#timeoutAt = now + this.#timeoutMs
    this.#hello = {
      protocolVersion,
      path,
      resume,
      rejoin,
      heldVersion,
      receivedThrough,
      attempt: resume ? this.#drawAttempt() : this.#firstAttempt,
      startMs,
      credentials,
    }
  }

  drop(): void {
    this.#hello = undefined
  }

  write(writer: ByteWriter, now: number): void {
    if (this.#hello === undefined || now < this.writeAt) return
    this.#sentMs = now
    writeMessage(writer, helloWriter, this.#hello)
  }

  takeAnswer({ welcome, refuse, close }: Packet): Answer | undefined {
    const ending = refuse ?? close
    if (welcome === undefined) {
      return ending && { end: peerInfo(ending), mayTryAgain: passingCodes.includes(ending.code) }
    }
    const hello = this.#hello
    if (hello === undefined || !equalBytes(hello.attempt, welcome.attempt)) return undefined
    const { session } = welcome
    if ('receivedThrough' in session) {
      if (this.#session === undefined) return { end: ownInfo('unexpected_message'), mayTryAgain: false }
      this.#meet()
      return session
    }
    if (this.#session !== undefined) return { end: ownInfo('resume_failed'), mayTryAgain: false }
    this.#meet()
    // copied: the packet belongs to the caller again, and may be larger than the parts kept of it
    const [token, payload] = [new Uint8Array(session.token), new Uint8Array(session.payload)]
    this.#session = { ...session, token, payload }
    return { startMs: session.startMs, receivedThrough: undefined, terms: session.terms }
  }

  reasonOf(code: CloseCode): string {
    return ownReason(code)
  }

  later(packet: Packet, isReliable: boolean): void {
    if (isReliable) refuseHandshake(packet)
  }

  #meet(): void {
    this.#hello = undefined
    this.#timeoutAt = never
  }

  #drawAttempt(): Uint8Array {
    return Uint8Array.from({ length: attemptBytes }, () => Math.floor(atOnce('random', this.#options.random()) * 256))
  }
}
