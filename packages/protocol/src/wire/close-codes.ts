/**
 * Why a session or a transport ended. `number` is given to the transport (WebSocket leaves 4000 to 4999 to applications)
 * and travels in CLOSE and REFUSE messages. `reason` is a sentence for people, used if the closing side gives no other; it
 * reads the same at both ends.
 */
export const closeCodes = {
  unknown: { number: 4000, reason: 'the session ended for a reason that this version does not know' },
  disconnected: { number: 4001, reason: 'the session was ended on request' },
  shutdown: { number: 4002, reason: 'the server shut down' },
  replaced: { number: 4003, reason: 'the session goes on over another transport' },
  transport_lost: { number: 4004, reason: 'the transport was lost' },
  handshake_timeout: { number: 4005, reason: 'no answer to the hello in time' },
  idle: { number: 4006, reason: 'nothing was received for too long' },
  grace_over: { number: 4007, reason: 'the session was not resumed in time' },
  kicked: { number: 4008, reason: 'the server removed the client' },

  not_hello: { number: 4020, reason: 'the first packet is not a hello' },
  version_mismatch: { number: 4021, reason: 'the two sides speak different versions of the protocol' },
  unknown_path: { number: 4022, reason: 'the server has no game at this path' },
  resume_failed: { number: 4023, reason: 'there is no session to resume' },
  refused: { number: 4024, reason: 'the server refused the client' },
  server_full: { number: 4025, reason: 'the server takes no more sessions' },
  too_many_sessions: { number: 4026, reason: 'too many sessions from one address' },

  malformed: { number: 4040, reason: 'a packet breaks the format' },
  unexpected_message: { number: 4041, reason: 'a message came that is not allowed now' },
  acked_never_sent: { number: 4042, reason: 'an ack came for an event that was never sent' },
  packet_too_large: { number: 4043, reason: 'a packet is above the limit' },
  too_many_events: { number: 4044, reason: 'too many events in one packet' },
  too_many_pending: { number: 4045, reason: 'too many events wait for their handlers or for acks' },
  event_too_large: { number: 4046, reason: 'an event is above the limit' },
  rate_limited: { number: 4047, reason: 'too many packets or events in a second' },
  too_slow: { number: 4048, reason: 'the receiver was too slow' },
  internal_error: { number: 4049, reason: 'an unexpected failure' },
} as const satisfies Record<string, { number: number; reason: string }>

export type CloseCode = keyof typeof closeCodes

/** Why a session left `connected` or `connecting`. */
export interface CloseInfo {
  code: CloseCode
  /** For people. */
  reason: string
  /** True if the peer sent it. */
  byPeer: boolean
}

/** @returns the name of a number from a transport or a message; `'unknown'` if it is not in the table */
export function closeCodeOf(number: number): CloseCode {
  // reason: the keys of the table are the codes
  const codes = Object.keys(closeCodes) as CloseCode[]
  return codes.find((code) => closeCodes[code].number === number) ?? 'unknown'
}

/** @param reason for people; empty for the sentence of the table */
export function ownInfo(code: CloseCode, reason = ''): CloseInfo {
  return { code, reason: reason || closeCodes[code].reason, byPeer: false }
}

/** The content of a REFUSE or CLOSE that was received. */
export function peerInfo({ code, reason }: { code: CloseCode; reason: string }): CloseInfo {
  return { code, reason, byPeer: true }
}
