import type { ByteWriter } from '@tygase/gamestate/bytes'
import type { CloseCode } from './close-codes.js'
import { ownInfo, peerInfo } from './close-info.js'
import { equalBytes } from './equal-bytes.js'
import type { Answer, Handshake, Progress } from './handshake.js'
import { attemptBytes, type Hello, writeHello } from './messages/hello-message.js'
import { fromServer } from './messages/messages.js'
import { type Packet, refuseHandshake } from './messages/packet-contents.js'
import type { Introduction } from './messages/welcome-message.js'
import { protocolVersion } from './protocol-version.js'
import type { ClientSessionOptions } from './session-types.js'

/** Ends of an attempt that say nothing of the session or of who asks: another attempt may begin or resume it. */
const passingCodes: readonly CloseCode[] = ['handshake_timeout', 'shutdown', 'server_full']

/** A lost hello or welcome costs no more than this; eight of them fit into the handshake time. */
const resendMs = 250

/**
 * What an attempt to resume gets in times of the one before that has waited in vain: the answer may be under way, together
 * with a state that a slow link takes long to carry, and begins anew with each attempt.
 */
const patienceGrowth = 4

/** A client's side: says hello on each transport, again where it may get lost, and waits for the welcome. */
export class ClientHandshake implements Handshake {
  readonly role = 'client'
  readonly peerMessages = fromServer
  readonly #options: ClientSessionOptions
  /** What a first welcome answers: the same on all transports, so that the server knows a client whose welcome got lost. */
  readonly #firstAttempt: Uint8Array
  #hello: Hello | undefined
  /** Of the first welcome. */
  #session: Introduction | undefined
  #isReliable = true
  #sentMs = Number.NEGATIVE_INFINITY
  #timeoutAt = Number.POSITIVE_INFINITY
  /** How long the attempt of now may take, or the one before. */
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

  get canTell(): boolean {
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
    writeHello(writer, this.#hello)
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
    // copied: the packet is the caller's again, and may be larger than what is kept of it
    const [token, payload] = [new Uint8Array(session.token), new Uint8Array(session.payload)]
    this.#session = { ...session, token, payload }
    return { startMs: session.startMs, receivedThrough: undefined, terms: session.terms }
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
