/**
 * Why a session or a transport ended. The one table of it: the name for programs, the number for transports (4000 to 4999
 * is what WebSocket leaves to applications) and for CLOSE and REFUSE messages, and a sentence for people where the one who
 * closes has nothing better to say.
 */
export const closeCodes = {
  unknown: { number: 4000, reason: 'the peer gave a reason that this version does not know' },
  disconnected: { number: 4001, reason: 'the peer ended the session' },
  shutdown: { number: 4002, reason: 'the server shuts down' },
  replaced: { number: 4003, reason: 'the session goes on over another transport' },
  transport_lost: { number: 4004, reason: 'the transport closed without a word' },
  handshake_timeout: { number: 4005, reason: 'no answer to the hello in time' },
  idle: { number: 4006, reason: 'nothing came for too long' },
  grace_over: { number: 4007, reason: 'the session was not resumed in time' },
  kicked: { number: 4008, reason: 'removed by the server' },

  not_hello: { number: 4020, reason: 'the first packet is not a hello' },
  version_mismatch: { number: 4021, reason: 'the two sides speak different versions of the protocol' },
  unknown_path: { number: 4022, reason: 'there is no such game here' },
  resume_failed: { number: 4023, reason: 'there is no session to resume' },
  refused: { number: 4024, reason: 'the server does not let this client in' },
  server_full: { number: 4025, reason: 'the server takes no more sessions' },
  too_many_sessions: { number: 4026, reason: 'too many sessions from one address' },

  malformed: { number: 4040, reason: 'a packet is not what the format allows' },
  unexpected_message: { number: 4041, reason: 'a message that this side does not take now' },
  acked_never_sent: { number: 4042, reason: 'an ack for an event that was never sent' },
  packet_too_large: { number: 4043, reason: 'a packet is above the limit' },
  too_many_events: { number: 4044, reason: 'too many events in one packet' },
  too_many_pending: { number: 4045, reason: 'too many events wait for their handlers or for acks' },
  event_too_large: { number: 4046, reason: 'an event is above the limit' },
  rate_limited: { number: 4047, reason: 'too many packets or events in a second' },
  too_slow: { number: 4048, reason: 'the peer does not take what is sent to it' },
  internal_error: { number: 4049, reason: 'the other side failed' },
} as const satisfies Record<string, { number: number; reason: string }>

export type CloseCode = keyof typeof closeCodes

/** @returns the name of a number that a transport or a message gave, `'unknown'` for one that is not in the table. */
export function closeCodeOf(number: number): CloseCode {
  // reason: the keys of the table are the codes
  const codes = Object.keys(closeCodes) as CloseCode[]
  return codes.find((code) => closeCodes[code].number === number) ?? 'unknown'
}
