import type { ByteWriter } from '@tygase/gamestate/internal'
import type { SessionLimits } from '../limits.js'
import type { CloseInfo } from '../wire/close-codes.js'
import type { Hello, ServerTerms } from '../wire/handshake-messages.js'
import type { Side } from '../wire/messages.js'
import type { Packet } from '../wire/packet.js'

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
