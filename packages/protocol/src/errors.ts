import { TygaseError } from '@tygase/gamestate/internal'

/** The codes of {@link ProtocolError}. */
export const protocolErrorCodes = [
  'not_hello',
  'version_mismatch',
  'malformed',
  'unexpected_message',
  'acked_never_sent',
  'packet_too_large',
  'too_many_events',
  'too_many_pending',
  'rate_limited',
  'event_too_large',
  'queue_full',
  'event_refused',
  'event_timeout',
  'event_lost',
  'event_replaced',
  'session_closed',
  'not_connected',
  'invalid_argument',
] as const

/** The codes of {@link ProtocolError}. */
export type ProtocolErrorCode = (typeof protocolErrorCodes)[number]

/** Why a handler at the peer refused an event. The game chooses code and message. */
export interface Refusal {
  /** Stable: of the library, or as a rule has named it. */
  readonly code: string
  /** For people. */
  readonly message: string
}

/** Raised by sessions, packets and payloads. */
export class ProtocolError extends TygaseError<ProtocolErrorCode> {
  /** Set for `event_refused`: the answer of the peer's handler. */
  readonly refusal: Refusal | undefined

  constructor(code: ProtocolErrorCode, message: string, options?: { cause?: unknown; refusal?: Refusal | undefined }) {
    super(code, message, options)
    this.refusal = options?.refusal
  }
}

/**
 * The peer's refusal of an event, with the code and message that the game chose: a `request` rejects with it. A handler that
 * throws one refuses its event with that code. Any other error of a handler is logged, and the sender gets `handler_failed`.
 */
export class RefusalError extends TygaseError<string> {}

/** The error for bytes of a peer that the format does not allow. */
export function malformed(message: string): ProtocolError {
  return new ProtocolError('malformed', message)
}
