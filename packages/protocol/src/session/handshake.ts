import type { ByteWriter } from '@tygase/gamestate/internal'
import { ProtocolError } from '../errors.js'
import type { SessionLimits } from '../limits.js'
import { type CloseCode, type CloseInfo, closeCodes, ownInfo, ownReason, peerInfo } from '../wire/close-codes.js'
import {
  attemptBytes,
  type Hello,
  type Introduction,
  protocolVersion,
  type ServerTerms,
  type WelcomeMessage,
} from '../wire/handshake-messages.js'
import {
  fromClient,
  fromServer,
  helloWriter,
  type Packet,
  type Readers,
  refuseHandshake,
  type Side,
  welcomeWriter,
  writeMessage,
} from '../wire/messages.js'
import type { ClientSessionOptions, ServerSessionOptions } from './session-types.js'

/** How far a session has got when it comes to a new transport. */
export interface Progress {
  readonly isReliable: boolean
  /** When the session began on this side. */
  readonly startMs: number
  readonly limits: SessionLimits
  /** All events of the peer up to this sequence have come or are lost for good. */
  readonly receivedThrough: number
  /** Client: the version of its replica. */
  readonly heldVersion: number | undefined
}

/** The facts that the peer has sent about itself: the session begins, or goes on. */
export interface Meeting {
  /** When the session began at the peer, on the peer's clock. */
  readonly startMs: number
  /** The last of this side's events that the peer has received; undefined if the session is new. */
  readonly receivedThrough: number | undefined
  /** Client: what the server accepts. */
  readonly terms?: ServerTerms
}

/** The answer to a hello: a meeting, or why there is none. */
export type Answer = Meeting | { readonly end: CloseInfo; readonly mayTryAgain: boolean }

/** The part of a session that differs between client and server: identity, and the handshake on each new transport. */
export interface Handshake {
  readonly role: Side
  /** Read the packets of the peer. */
  readonly readers: Readers
  /** Undefined at a client before its first welcome, as the two below. */
  readonly clientId: string | undefined
  readonly names: readonly string[]
  readonly welcome: Uint8Array | undefined
  /** True until the answer to a hello has come. */
  readonly isWaiting: boolean
  /** True if the peer can know of the session, so that a CLOSE makes sense. */
  readonly isKnownToPeer: boolean
  /** When an answer comes too late; Infinity for never. */
  readonly timeoutAt: number
  /** When `write` has something to write: -Infinity for at once, Infinity for never. */
  readonly writeAt: number
  /** True if another attempt makes sense after one without an answer. */
  readonly mayTryAgain: boolean
  /**
   * There is a transport.
   * @param hello at a server: the hello that came over it
   * @returns undefined if an answer has to come first. Throws `invalid_argument` for a server without a hello.
   */
  attach(progress: Progress, hello: Hello | undefined, now: number): Meeting | undefined
  /** The transport is gone. */
  drop(): void
  /** Appends the hello or the welcome if it is due. */
  write(writer: ByteWriter, now: number): void
  /** While it waits. @returns undefined for a packet without an answer */
  takeAnswer(packet: Packet): Answer | undefined
  /**
   * A packet that comes while no answer is awaited. Messages of a handshake may come once more over a transport that is not
   * reliable; over others they throw `unexpected_message`.
   */
  later(packet: Packet, isReliable: boolean): void
  /** The sentence for a code if the closing side gives no other. */
  reasonOf(code: CloseCode): string
  /** Server: true for the secret of the session. */
  matchesToken?(token: Uint8Array): boolean
  /** Server: true for a hello of the client that this session was begun for and that has not got the welcome. */
  isExpected?(hello: Hello): boolean
}

/** Takes equally long for all bytes of one length, wherever the first difference is, so that timing reveals nothing of a secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0)
  return difference === 0
}

/** Ends of an attempt that do not concern the session or the client: another attempt may begin or resume it. */
const passingCodes: readonly CloseCode[] = ['handshake_timeout', 'shutdown', 'server_full']

/** A lost hello or welcome costs no more than this; eight of them fit into the handshake time. */
const resendMs = 250

/**
 * An attempt to resume that follows one without an answer waits this many times longer. The answer may be under way with a
 * state that a slow link takes long to carry, and it begins anew with each attempt.
 */
const patienceGrowth = 4

/** The client's side of a handshake: sends a hello on each transport, again if it may get lost, and waits for the welcome. */
export class ClientHandshake implements Handshake {
  readonly role = 'client'
  readonly readers = fromServer
  readonly #options: ClientSessionOptions
  /** Sent until the first welcome: the same on all transports, so that the server knows a client that did not get its welcome. */
  readonly #firstAttempt: Uint8Array
  #hello: Hello | undefined
  /** Of the first welcome. */
  #session: Introduction | undefined
  #isReliable = true
  #sentMs = Number.NEGATIVE_INFINITY
  #timeoutAt = Number.POSITIVE_INFINITY
  /** How long the current attempt may take, or the one before. */
  #timeoutMs = 0

  constructor(options: ClientSessionOptions) {
    this.#options = options
    this.#firstAttempt = this.#drawAttempt()
  }

  get clientId(): string | undefined {
    return this.#session?.clientId
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
    return !this.isWaiting || this.#sentMs !== Number.NEGATIVE_INFINITY
  }

  get timeoutAt(): number {
    return this.isWaiting ? this.#timeoutAt : Number.POSITIVE_INFINITY
  }

  get writeAt(): number {
    if (!this.isWaiting) return Number.POSITIVE_INFINITY
    if (this.#sentMs === Number.NEGATIVE_INFINITY) return this.#sentMs
    return this.#isReliable ? Number.POSITIVE_INFINITY : this.#sentMs + resendMs
  }

  get mayTryAgain(): boolean {
    return this.#session !== undefined
  }

  attach(
    { isReliable, startMs, limits, receivedThrough, heldVersion }: Progress,
    _: undefined,
    now: number,
  ): undefined {
    const { path, credentials = new Uint8Array(0), firstHandshakeTimeoutMs } = this.#options
    const resume = this.#session && { clientId: this.#session.clientId, token: this.#session.token }
    const { handshakeTimeoutMs, graceMs } = limits
    const hasWaitedInVain = resume !== undefined && isReliable && now >= this.#timeoutAt
    if (hasWaitedInVain)
      this.#timeoutMs = Math.max(this.#timeoutMs, Math.min(this.#timeoutMs * patienceGrowth, graceMs))
    else this.#timeoutMs = (resume ? undefined : firstHandshakeTimeoutMs) ?? handshakeTimeoutMs
    this.#isReliable = isReliable
    this.#sentMs = Number.NEGATIVE_INFINITY
    this.#timeoutAt = now + this.#timeoutMs
    this.#hello = {
      protocolVersion,
      path,
      ...(resume && { resume }),
      ...(heldVersion !== undefined && { heldVersion }),
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
      return { startMs: this.#session.startMs, receivedThrough: session.receivedThrough }
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
    this.#timeoutAt = Number.POSITIVE_INFINITY
  }

  #drawAttempt(): Uint8Array {
    return Uint8Array.from({ length: attemptBytes }, () => Math.floor(this.#options.random() * 256))
  }
}

/** The server's side of a handshake: answers the hello of each transport, and again if the answer got lost. */
export class ServerHandshake implements Handshake {
  readonly role = 'server'
  readonly readers = fromClient
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
