import type { ByteWriter } from '@tygase/gamestate/internal'
import type { ClientLimits, EventLimits } from '../limits.js'
import type { CloseCode, CloseInfo } from '../wire/close-codes.js'
import type { AckMessage } from '../wire/event-messages.js'
import type { Hello, ServerTerms } from '../wire/handshake-messages.js'
import type { Packet } from '../wire/messages.js'
import type { LossyWork, SessionParts } from './session-parts.js'
import type { SentState } from './session-types.js'

/** How far a session has got when it comes to a new transport. */
export interface Progress {
  readonly isReliable: boolean
  /** When the session began on this side. */
  readonly startMs: number
  readonly limits: ClientLimits
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

/** The identity of a session, and the handshake on each new transport. */
export interface Handshake {
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
}

/** Brings what a session needs for a transport that is not reliable. */
export interface LossyDelivery {
  linkOf(parts: SessionParts, role: Role): LossyWork
}

/** A transport as sessions see it. */
export interface SessionTransport {
  readonly reliable: boolean
  readonly lossy?: LossyDelivery
  /** True if its owner does not read before `readableAt` of a server's session. */
  readonly pausable?: boolean
}

/** What only one side of a session does. A page loads the client's alone. */
export interface Role {
  readonly handshake: Handshake
  /** Limits of events that are received. */
  readonly receiveLimits: EventLimits
  /** The most bytes of outcomes in one ACK, about. */
  readonly maxAckBytes: number
  /** Server: it works over any transport. */
  readonly lossy?: LossyDelivery
  /** Client: the version of its replica. */
  readonly heldVersion: number | undefined
  /** Server: the version that the next delta may start from. */
  readonly stateBase?: number | undefined
  /** True if `write` has a message. */
  readonly hasNews: boolean
  /** Another transport. @param hello server: the one that came over it */
  attach(transport: SessionTransport, hello: Hello | undefined): void
  /** @returns undefined for a packet that is dropped. Throws `rate_limited`, and as `readPacket` does. */
  read(bytes: Uint8Array, now: number): Packet | undefined
  /** Takes STATE or HAVE messages. */
  apply(packet: Packet): void
  /** Appends a message about versions, if there is one. */
  write(writer: ByteWriter): void
  /** Server: an ACK has been appended. Appends what belongs to it. */
  acked?(writer: ByteWriter, ack: AckMessage): void
  /** Server: false if the client may read an event for `version` before it has that version. */
  isAhead(version: number): boolean
  /** Client: takes over the terms of its server. */
  adopt?(terms: ServerTerms): void
  /** Server: a STATE message goes out with the next packet. */
  sent?(state: SentState): void
  /** Server: holds the clocks of the session while it does not read. */
  waitToRead?(now: number): void
}
