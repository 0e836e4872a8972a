import type { Counters } from '../counters.js'
import type { ProtocolError } from '../errors.js'
import type { ClientLimits, SessionLimits } from '../limits.js'
import type { CloseInfo } from '../wire/close-codes.js'

export type SessionStatus = 'connecting' | 'connected' | 'suspended' | 'disconnecting' | 'closed'

/** How a handler ended: `done` with the value it returned, if any, or refused with a code that the game chose. */
export type Outcome = { kind: 'done'; payload?: Uint8Array } | { kind: 'refused'; code: string; message: string }

/** The event of a client whose rule has sent this event, and its place among all that the rule has sent, from 0. */
export interface EventOrigin {
  readonly sequence: number
  readonly n: number
}

export interface SendOptions {
  /** How many times the event may be sent again, 0 to Infinity. Default 0. */
  retries?: number
  /** Server only: the client's handler runs when its replica is at this version or later. */
  minVersion?: number
  /** Server only: the client's event whose rule has sent this one. */
  origin?: EventOrigin
  /** Client only: the tick that the event is meant for, a whole number from 0. The server holds it until then. */
  tick?: number
  /**
   * Client only, and only with `tick`: the place on the axis of ticks that the client's screen showed. It travels in eighths
   * of a tick, and as `tick` if it is above.
   */
  seen?: number
  /**
   * Until when the event goes into each packet again while it has no ack, in ms of the session's `now`. Only on a transport
   * that may lose packets; 8 events and 400 bytes in one packet at most. Default: never.
   */
  repeatUntilMs?: number
  /**
   * True: it takes the place, sequence included, of an event of the same name and tick that was not written yet. That one fails
   * with `event_replaced`. Default false.
   */
  replace?: boolean
  /** Called if the handler has run at the peer. `payload` is the value it returned, undefined for none. */
  onAck?: (payload: Uint8Array | undefined) => void
  /**
   * Called if no ack will come; of the two exactly one is called, once. Codes: `event_refused` (with `refusal`),
   * `event_timeout` (no ack in time: the handler may have run), `event_lost` (it has not run), `event_replaced` (nor will it),
   * `session_closed`.
   */
  onFail?: (error: ProtocolError) => void
}

export interface IncomingEvent {
  sequence: number
  name: string
  /** A view into the packet: belongs to the callee, like the packet. */
  payload: Uint8Array
  /** At a server: the tick that the client means the event for. Any whole number: the peer chooses it. */
  tick?: number | undefined
  /** At a server: the place on the axis of ticks that the client's screen showed. The peer chooses it; may be below 0. */
  seen?: number | undefined
  /** At a client: its own event whose rule has sent this one. */
  origin?: EventOrigin | undefined
}

/**
 * Callbacks of a session, called within `attach`, `receive`, `advance`, `flush` (after a CLOSE was written), `stateHeld`,
 * `suspend` and `close`. They may call the session again. An error that they throw comes out of the call that led to it. One
 * that returns a promise has failed: the call throws `invalid_argument`.
 */
export interface SessionListener {
  /** Has to lead to exactly one `session.reply(event.sequence, outcome)`, at once or later. */
  onEvent(event: IncomingEvent): void
  /** Client only. `base` undefined: `payload` is a snapshot. */
  onState?(version: number, base: number | undefined, payload: Uint8Array): void
  onStatus?(status: SessionStatus, info?: CloseInfo): void
}

/** Options of both sides. */
interface SessionOptions {
  listener: SessionListener
  /** Default: counters of its own. */
  counters?: Counters
}

export interface ServerSessionOptions extends SessionOptions {
  limits?: Partial<SessionLimits>
  clientId: string
  /** The secret that lets a client resume: random, 16 bytes or more. */
  token: Uint8Array
  /** Event names that travel as a number, the same for both directions. */
  names: readonly string[]
  /** For the layer above at the client: travels in the WELCOME. */
  welcome: Uint8Array
}

export interface ClientSessionOptions extends SessionOptions {
  limits?: Partial<ClientLimits>
  /** Names the game at the server. */
  path: string
  /** For the layer above at the server: travels in the HELLO. Default: no bytes. */
  credentials?: Uint8Array
  /**
   * From 0 to below 1: names the attempts to connect. They are no secret, but no two clients of a server may draw the same:
   * the server takes them for one client until it has received more than hellos.
   */
  random: () => number
  /** How long a hello that begins the session waits for its answer, if that is longer than `handshakeTimeoutMs`. */
  firstHandshakeTimeoutMs?: number
}

/** A state message that goes out with a packet. */
export interface SentState {
  readonly version: number
  /** The length of the state message. */
  readonly bytes: number
}
