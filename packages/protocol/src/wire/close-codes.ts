/**
 * Why a session or a transport ended: the number that is given to the transport (WebSocket leaves 4000 to 4999 to
 * applications) and that travels in CLOSE and REFUSE messages.
 */
export const closeNumbers = {
  unknown: 4000,
  disconnected: 4001,
  shutdown: 4002,
  replaced: 4003,
  transport_lost: 4004,
  handshake_timeout: 4005,
  idle: 4006,
  grace_over: 4007,
  kicked: 4008,
  moved: 4009,

  not_hello: 4020,
  version_mismatch: 4021,
  resume_failed: 4023,
  refused: 4024,
  server_full: 4025,
  too_many_sessions: 4026,

  malformed: 4040,
  unexpected_message: 4041,
  acked_never_sent: 4042,
  packet_too_large: 4043,
  too_many_events: 4044,
  too_many_pending: 4045,
  event_too_large: 4046,
  rate_limited: 4047,
  too_slow: 4048,
  internal_error: 4049,
} as const

/** Why a session has ended: `ERRORS.md` explains each code. */
export type CloseCode = keyof typeof closeNumbers

/** Sentences of the codes that a client raises itself, or may see without one. All others come with a sentence of the server. */
const ownReasons: { readonly [code in CloseCode]?: string } = {
  unknown: 'the session ended for an unknown reason',
  disconnected: 'the session was ended on request',
  shutdown: 'the server shut down',
  replaced: 'the session goes on over another transport',
  transport_lost: 'the transport was lost',
  handshake_timeout: 'no answer to the hello in time',
  idle: 'nothing was received for too long',
  grace_over: 'the session was not resumed in time',
  resume_failed: 'there is no session to resume',
}

/** @returns the sentence for a code that a client may see without one; else the code */
export function ownReason(code: CloseCode): string {
  return ownReasons[code] ?? code
}

/** Sentences of the codes that only a server raises. A page does not load them. */
const serverReasons = {
  unexpected_message: 'a message came that is not allowed now',
  kicked: 'the server removed the client',
  moved: 'the room is at another address',
  not_hello: 'the first packet is not a hello',
  version_mismatch: 'the two sides speak different versions of the protocol',
  refused: 'the server refused the client',
  server_full: 'the server takes no more sessions',
  too_many_sessions: 'too many sessions from one address',
  malformed: 'a packet breaks the format',
  acked_never_sent: 'an ack came for an event that was never sent',
  packet_too_large: 'a packet is above the limit',
  too_many_events: 'too many events in one packet',
  too_many_pending: 'too many events wait for their handlers or for acks',
  event_too_large: 'an event is above the limit',
  rate_limited: 'too many packets or events in a second',
  too_slow: 'the receiver was too slow',
  internal_error: 'an unexpected failure',
} as const

/**
 * All codes. `reason` is a sentence for people, used if the closing side gives no other; it reads the same at both ends.
 */
export const closeCodes: { readonly [code in CloseCode]: { readonly number: number; readonly reason: string } } =
  /* @__PURE__ */ describeCodes()

function describeCodes(): typeof closeCodes {
  const reasons: { readonly [code in CloseCode]?: string } = { ...serverReasons, ...ownReasons }
  // reason: each code gets a row, and a test looks for its sentence
  return Object.fromEntries(
    Object.entries(closeNumbers).map(([code, number]) => [
      code,
      { number, reason: reasons[code as CloseCode] ?? code },
    ]),
  ) as typeof closeCodes
}

/** Why a session left `connected` or `connecting`. */
export interface CloseInfo {
  /** One of `closeCodes`. */
  code: CloseCode
  /** For people. */
  reason: string
  /** True if the peer sent it. */
  byPeer: boolean
}

/** @returns the name of a number from a transport or a message; `'unknown'` if it is not in the table */
export function closeCodeOf(number: number): CloseCode {
  // reason: the keys of the table are the codes
  const codes = Object.keys(closeNumbers) as CloseCode[]
  return codes.find((code) => closeNumbers[code] === number) ?? 'unknown'
}

export function ownInfo(code: CloseCode, reason = ownReason(code)): CloseInfo {
  return { code, reason, byPeer: false }
}

/** The content of a REFUSE or CLOSE that was received. */
export function peerInfo({ code, reason }: { code: CloseCode; reason: string }): CloseInfo {
  return { code, reason, byPeer: true }
}
