import type { CloseCode } from './close-codes.js'
import type { ProtocolError } from './errors.js'
import type { SessionLimits } from './limits.js'

export type SessionStatus = 'connecting' | 'connected' | 'suspended' | 'disconnecting' | 'closed'

/** Why a session left `connected` or `connecting`. */
export interface CloseInfo {
  code: CloseCode
  /** For people. */
  reason: string
  /** True when the other side said so. */
  byPeer: boolean
}

/** How a handler ended: `done`, with what it returned if anything, or refused with a code of the game's own. */
export type Outcome = { kind: 'done'; payload?: Uint8Array } | { kind: 'refused'; code: string; message: string }

export interface SendOptions {
  /** How many times it may be sent again, 0 to Infinity; 0 if left out. */
  retries?: number
  /** Server only: the client's handler runs when its replica is at this version or later. */
  minVersion?: number
  /** The handler has run at the peer; `payload` is what it returned, undefined for nothing. */
  onAck?: (payload: Uint8Array | undefined) => void
  /**
   * The other end of the story; of the two exactly one is called, once. Codes: `event_refused` (with `refusal`),
   * `event_timeout` (no news in time: the handler may have run), `event_lost` (it has not run), `session_closed`.
   */
  onFail?: (error: ProtocolError) => void
}

export interface IncomingEvent {
  sequence: number
  name: string
  /** A view into the packet: belongs to the callee, like the packet. */
  payload: Uint8Array
}

/**
 * What a session calls back, from within `attach`, `receive`, `advance`, `flush` (once it has written the CLOSE),
 * `stateHeld`, `suspend` and `close`. May call back into the session. What it throws comes out of the call that led to it.
 */
export interface SessionListener {
  /** Has to lead to exactly one `session.settle(event.sequence, outcome)`, at once or later. */
  onEvent(event: IncomingEvent): void
  /** Client only. `base` undefined: `payload` is a snapshot. */
  onState?(version: number, base: number | undefined, payload: Uint8Array): void
  onStatus?(status: SessionStatus, info?: CloseInfo): void
}

export interface ServerSessionOptions {
  clientId: string
  /** The secret that lets a client resume: random, 16 bytes or more. */
  token: Uint8Array
  /** Event names that travel as a number, the same for both directions. */
  names: readonly string[]
  /** For the layer above at the client: travels in the WELCOME. */
  welcome: Uint8Array
  limits?: Partial<SessionLimits>
  listener: SessionListener
}

export interface ClientSessionOptions {
  /** Which game at the server. */
  path: string
  /** For the layer above at the server: travels in the HELLO. */
  credentials?: Uint8Array
  /**
   * From 0 to below 1: names the attempts to connect. Nothing secret, but no two clients of a server may draw the same: it
   * takes them for one as long as it has heard nothing but hellos.
   */
  random: () => number
  /** How long a hello that begins the session waits for its answer. Default: `handshakeTimeoutMs`, as one that resumes it. */
  firstHandshakeTimeoutMs?: number
  limits?: Partial<SessionLimits>
  listener: SessionListener
}

/** Counts since the session began. */
export interface SessionStats {
  packetsIn: number
  packetsOut: number
  bytesIn: number
  bytesOut: number
  /** Events handed to the listener. */
  eventsIn: number
  /** Events written for the first time. */
  eventsOut: number
  /** Events that came again, or too late to be handled in order. */
  duplicatesIn: number
  /** Events of the peer that never came. */
  lostIn: number
  /** Events written again. */
  resent: number
  /** Packets that came faster than the limits allow, over a transport that may lose them, and were taken for lost. */
  droppedIn: number
  /** How often the transport was not read for a while, as packets came faster than the limits allow. */
  pausesIn: number
}
