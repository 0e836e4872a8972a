const closeCodes: ReadonlyMap<number, string> = new Map([
  [4000, 'unknown'],
  [4001, 'disconnected'],
  [4002, 'shutdown'],
  [4003, 'replaced'],
  [4004, 'transport_lost'],
  [4005, 'handshake_timeout'],
  [4006, 'idle'],
  [4007, 'grace_over'],
  [4008, 'kicked'],
  [4009, 'moved'],
  [4020, 'not_hello'],
  [4021, 'version_mismatch'],
  [4023, 'resume_failed'],
  [4024, 'refused'],
  [4025, 'server_full'],
  [4026, 'too_many_sessions'],
  [4040, 'malformed'],
  [4041, 'unexpected_message'],
  [4042, 'acked_never_sent'],
  [4043, 'packet_too_large'],
  [4044, 'too_many_events'],
  [4045, 'too_many_pending'],
  [4046, 'event_too_large'],
  [4047, 'rate_limited'],
  [4048, 'too_slow'],
  [4049, 'internal_error'],
])

/** A number that is not known is taken for 4000. */
export function closeCodeOf(number: number): string {
  return closeCodes.get(number) ?? 'unknown'
}
