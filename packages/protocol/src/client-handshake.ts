import type { CloseCode } from './close-codes.js'
import type { SessionLimits } from './limits.js'
import { attemptBytes, type Hello, type HelloMessage } from './messages/hello-message.js'
import { protocolVersion } from './protocol-version.js'
import type { ClientSessionOptions } from './session-types.js'

/** Ends of an attempt that say nothing of the session: another attempt may resume it. */
const passingCodes: ReadonlySet<CloseCode> = new Set(['handshake_timeout', 'shutdown', 'server_full'])

/** A lost hello or welcome costs no more than this; eight of them fit into the handshake time. */
const resendMs = 250

/** A client's hello on one transport: when it is sent, sent again, and given up. */
export class ClientHandshake {
  readonly #message: HelloMessage
  readonly #isReliable: boolean
  readonly #timeoutAt: number
  #sentMs: number | undefined

  constructor(hello: Hello, isReliable: boolean, timeoutAt: number) {
    this.#message = { kind: 'hello', hello }
    this.#isReliable = isReliable
    this.#timeoutAt = timeoutAt
  }

  get hasSent(): boolean {
    return this.#sentMs !== undefined
  }

  get timeoutAt(): number {
    return this.#timeoutAt
  }

  /** When the hello goes out again, Infinity for never. */
  get resendAt(): number {
    if (this.#sentMs === undefined) return Number.NEGATIVE_INFINITY
    return this.#isReliable ? Number.POSITIVE_INFINITY : this.#sentMs + resendMs
  }

  /** @returns the hello when it has to be sent now */
  take(now: number): HelloMessage | undefined {
    if (now < this.resendAt) return undefined
    this.#sentMs = now
    return this.#message
  }

  /** Whether a welcome answers this hello and not one before it. */
  isAnsweredBy(attempt: Uint8Array): boolean {
    return this.#message.hello.attempt.every((byte, i) => byte === attempt[i])
  }

  /** Whether to try again when this attempt has come to such an end. */
  mayTryAgain(code: CloseCode): boolean {
    return this.wantsResume && passingCodes.has(code)
  }

  get wantsResume(): boolean {
    return this.#message.hello.resume !== undefined
  }
}

/** @param progress what the client has got so far: of the session, of the server's events, of its states */
export function createHello(
  { path, credentials = new Uint8Array(0), random }: ClientSessionOptions,
  progress: {
    resume: { clientId: string; token: Uint8Array } | undefined
    heldVersion: number | undefined
    receivedThrough: number
    startMs: number
  },
): Hello {
  const { resume, heldVersion, receivedThrough, startMs } = progress
  return {
    protocolVersion,
    path,
    ...(resume && { resume }),
    ...(heldVersion !== undefined && { heldVersion }),
    receivedThrough,
    attempt: Uint8Array.from({ length: attemptBytes }, () => Math.floor(random() * 256)),
    startMs,
    credentials,
  }
}

/** @returns how long a hello waits for its answer, in ms */
export function handshakeTimeoutOf(hello: Hello, options: ClientSessionOptions, limits: SessionLimits): number {
  const { firstHandshakeTimeoutMs = limits.handshakeTimeoutMs } = options
  return hello.resume === undefined ? firstHandshakeTimeoutMs : limits.handshakeTimeoutMs
}

/** Takes as long for a wrong secret as for the right one, whatever the first difference is. */
export function equalsSecret(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0)
  return difference === 0
}
