import type { ByteWriter } from '@tygase/gamestate/bytes'
import type { SessionLimits } from './limits.js'
import type { Hello } from './messages/hello-message.js'
import type { MessageTable } from './messages/messages.js'
import type { Packet } from './messages/packet-contents.js'
import type { ServerTerms } from './messages/welcome-message.js'
import type { CloseInfo } from './session-types.js'

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

/** What the peer has said of itself: the session begins, or goes on. */
export interface Meeting {
  /** When the session began at the peer, on its clock. */
  readonly startMs: number
  /** What the peer has got of this side's events; undefined when the session is new. */
  readonly receivedThrough: number | undefined
  /** Client: what the server takes. */
  readonly terms?: ServerTerms
}

/** What a packet brings a side that waits for an answer: a meeting, or why there will be none. */
export type Answer = Meeting | { readonly end: CloseInfo; readonly mayTryAgain: boolean }

/** The part of a session in which its two sides differ: who it is, and how it meets its peer on a new transport. */
export interface Handshake {
  readonly role: 'client' | 'server'
  /** What the peer may send. */
  readonly peerMessages: MessageTable
  /** Undefined at a client before its first welcome, as the two below. */
  readonly clientId: string | undefined
  readonly names: readonly string[]
  readonly welcome: Uint8Array | undefined
  /** Whether the answer to a hello is still to come. */
  readonly isWaiting: boolean
  /** Whether the peer can know of a session that ends now. */
  readonly canTell: boolean
  /** When an answer will not come any more; Infinity for never. */
  readonly timeoutAt: number
  /** When `write` has something to write: -Infinity for at once, Infinity for never. */
  readonly writeAt: number
  /**
   * There is a transport. @param hello at a server: what has come over it. @returns undefined when an answer has to come
   * first. Throws `invalid_argument` for a server without a hello.
   */
  attach(progress: Progress, hello: Hello | undefined, now: number): Meeting | undefined
  /** The transport is gone. */
  drop(): void
  /** Appends the hello or the welcome if it is due. */
  write(writer: ByteWriter, now: number): void
  /** While it waits. */
  takeAnswer(packet: Packet): Answer | undefined
  /**
   * A packet that comes when nothing is waited for. What belongs to a handshake may come once more over a transport that is
   * not reliable; over others it throws `unexpected_message`.
   */
  later(packet: Packet, isReliable: boolean): void
  /** Whether another attempt makes sense when an answer has not come. */
  readonly mayTryAgain: boolean
  /** Server: whether somebody who wants to resume knows the secret. */
  matchesToken?(token: Uint8Array): boolean
  /** Server: whether a hello comes from the client that this session was begun for and that has not got the welcome. */
  isExpected?(hello: Hello): boolean
}
