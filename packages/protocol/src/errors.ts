import { TygaseError } from '@tygase/gamestate/bytes'

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
  'session_closed',
  'not_connected',
  'invalid_argument',
  'payload_invalid',
  'payload_malformed',
  'payload_limit',
] as const

export type ProtocolErrorCode = (typeof protocolErrorCodes)[number]

/** Why a handler at the peer refused an event: chosen there, by the rules of the game. */
export interface Refusal {
  code: string
  message: string
}

/** Raised by sessions, packets and payloads. */
export class ProtocolError extends TygaseError<ProtocolErrorCode> {
  /** With `event_refused`: what the peer's handler said. */
  readonly refusal: Refusal | undefined

  constructor(code: ProtocolErrorCode, message: string, options?: { cause?: unknown; refusal?: Refusal }) {
    super(code, message, options)
    this.refusal = options?.refusal
  }
}

/** Bytes of a peer that the format does not allow. */
export function malformed(what: string): ProtocolError {
  return new ProtocolError('malformed', what)
}
