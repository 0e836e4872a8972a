import type { Counters } from '../counters.js'
import type { ProtocolError } from '../errors.js'
import type { ClientLimits, SessionLimits } from '../limits.js'
import type { CloseInfo } from '../wire/close-codes.js'
import type { ClientSecret } from '../wire/handshake-messages.js'
import type { SessionCounters } from './session-counters.js'

/** The state of a session. */
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
  seen?: number | undefined
  /**
   * Until when the event goes into each packet again while it has no ack, in ms of the session's `now`. Only on a transport
   * that may lose packets; 8 events and 400 bytes in one packet at most. Default: never.
   */
  repeatUntilMs?: number
  /**
   * Client only, and only with `tick`: called when the event is written again on a transport that may lose packets, as it seems
   * to be lost. What is returned takes the place of the options of these names; undefined: they stay. The copy that comes first
   * counts. `silentMs`: time since the last copy was written, at least.
   */
  again?: (sequence: number, silentMs: number) => { tick: number; repeatUntilMs: number } | undefined
  /**
   * True: it takes the place, sequence included, of an event of the same name and tick that was not written yet. That one fails
   * with `event_replaced`. Default false.
   */
  replace?: boolean
  /** Called if the handler has run at the peer. `payload` is the value it returned, undefined for none. */
  onAck?: (payload: Uint8Array | undefined) => void
  /**
   * Called if no ack will come; of the two exactly one is called, once. Codes: `event_refused` (with `refusal`),
   * `event_timeout` (no ack in time: the handler may have run), `event_lost` (it has not run, unless a server that keeps a journal has
   * crashed meanwhile), `event_replaced` (it has not run), `session_closed`.
   */
  onFail?: (error: ProtocolError) => void
}

/** An event of the peer, for the handler here. */
export interface IncomingEvent {
  /** Its number in its session, from 1. */
  sequence: number
  /** As the peer has sent it. */
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
  /**
   * Client only. An event that was sent with a tick has come so many eighths of a tick before it; below 0: so late. The server
   * may name any event. Called before
   * the callbacks of the packet's states and acks, over transports that may lose packets more than once.
   */
  onArrival?(sequence: number, eighths: number): void
}

/** The outcome of an event of the client, or of `count` neighbours that were lost. */
export interface LedgerOutcome {
  readonly sequence: number
  readonly count: number
  readonly outcome: Outcome | 'lost'
}

/** An event to the client that is not known to have come. */
export interface LedgerEvent {
  readonly sequence: number
  readonly name: string
  readonly payload: Uint8Array
  /** How many times it may still be sent again. */
  readonly retries: number
  readonly minVersion?: number
  readonly origin?: EventOrigin
}

/**
 * All that a session of a server has to know to go on in another process: plain data, which `encodeValue` of gamestate can
 * write. The callbacks of its events stay behind.
 */
export interface SessionLedger {
  readonly clientId: string
  /** What `hashOf` of the session made of its token: the token itself by default, a secret. */
  readonly token: Uint8Array
  /** Of the hello that began the session, while the client may not have got the welcome. */
  readonly attempt?: Uint8Array
  /** Time since the session began. */
  readonly ageMs: number
  /** Event names that travel as numbers. */
  readonly names: readonly string[]
  /** What the sequences of the client's events in this ledger have more than those of the wire. */
  readonly offset: number
  /** All events of the client up to this one have come or are lost; 0 for none. */
  readonly receivedThrough: number
  /** The client knows the outcomes of its events below. */
  readonly resolved: number
  /**
   * Outcomes that the client may not know, ascending. An event from `resolved` to `receivedThrough` that is neither here nor in
   * `awaited` was handled and returned nothing.
   */
  readonly outcomes: readonly LedgerOutcome[]
  /** Events of the client that have come and have no outcome yet, ascending. */
  readonly awaited: readonly number[]
  /** Those of `awaited` that run in the next process, which replies to them: the others are lost. Default: none. */
  readonly running?: readonly number[]
  /** The sequence of the next event to the client. */
  readonly nextSequence: number
  /** Ascending by sequence. */
  readonly outgoing: readonly LedgerEvent[]
}

/** What a client is known to know. */
export interface SessionProgress {
  /** It knows the outcomes of its events below, as in the ledger. */
  readonly resolved: number
  /** It has got all events below, or they have failed. */
  readonly pending: number
}

export interface ServerSessionOptions {
  listener: SessionListener
  /** Default: counters of its own. */
  counters?: Counters
  limits?: Partial<SessionLimits>
  clientId: string
  /**
   * The secret that lets a client resume: random, 16 bytes or more. With `ledger` the client keeps the one that it has; this one is
   * for a client that has not got its welcome.
   */
  token: Uint8Array
  /** What the session keeps of a token, and its ledger shows. Default: the token itself. */
  hashOf?: (token: Uint8Array) => Uint8Array
  /**
   * The client has had a session before: added to the sequences of its events wherever they are handed out or asked for, so that
   * they differ from those of that session. Default 0, or that of the ledger.
   */
  offset?: number
  /**
   * Of a session of another process, which this one goes on with: it is suspended from now on, without `onStatus`. Client id and
   * names of the ledger count.
   */
  ledger?: SessionLedger
  /** Event names that travel as a number, the same for both directions. */
  names: readonly string[]
  /** For the layer above at the client: travels in the WELCOME. */
  welcome: Uint8Array
}

export interface ClientSessionOptions {
  listener: SessionListener
  /** Default: counters of its own. */
  counters?: SessionCounters
  limits?: Partial<ClientLimits>
  /** Names the game at the server. */
  path: string
  /** For the layer above at the server: travels in the HELLO. Default: no bytes. */
  credentials?: Uint8Array
  /**
   * Of a session that another page has had: this client is the same one if the server still has it, and begins a session of its
   * own. Read at each `attach` before the first welcome.
   */
  rejoin?: ClientSecret | undefined
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
