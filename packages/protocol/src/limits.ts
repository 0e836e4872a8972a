/** What a session lets its peer make grow, and how long it waits. Sizes in bytes, times in milliseconds. */
export interface SessionLimits {
  /** A received packet above this closes the session with `packet_too_large`. */
  maxPacketBytes: number
  /** More EVENT messages in one received packet close the session with `too_many_events`. */
  maxEventsPerPacket: number
  /** Name and payload of one event, sent (`send` throws) and received (the session closes): `event_too_large`. */
  maxEventBytes: number
  /** Sending side: events that wait to be sent or for their ack. One more makes `send` throw `queue_full`. */
  maxQueuedEvents: number
  /** Sending side: the bytes of those events, with 64 for each one's bookkeeping. `send` throws `queue_full`. */
  maxQueuedBytes: number
  /**
   * Receiving side: events that wait for a gap to close, for a version or for their handler, and outcomes that are kept
   * until the peer has them. One more closes a session on a reliable transport with `too_many_pending`; on others the
   * event is dropped as if the link had lost it.
   */
  maxPendingEvents: number
  /** How long a client waits for the answer to its hello, resending it on a transport that is not reliable. */
  handshakeTimeoutMs: number
  /** How long an event waits for its ack before it is sent again or fails. */
  ackTimeoutMs: number
  /** After this long with nothing to send, a TIME message goes out to show that this side lives. */
  keepAliveMs: number
  /** After this long with nothing received, the transport counts as gone. */
  idleTimeoutMs: number
  /** How long a suspended session waits to be resumed. */
  graceMs: number
}

export const defaultSessionLimits: Readonly<SessionLimits> = Object.freeze({
  // a client sends inputs, not states: far above any honest packet, and 100 of them are no danger to a server
  maxPacketBytes: 1024 * 1024,
  // a second of a busy client in one packet, after a stall
  maxEventsPerPacket: 2048,
  maxEventBytes: 64 * 1024,
  // 10,000 events a second over a round trip of 400 ms
  maxQueuedEvents: 4096,
  maxQueuedBytes: 4 * 1024 * 1024,
  // twice what an honest sender has under way, since outcomes are kept for a while after their acks
  maxPendingEvents: 8192,
  handshakeTimeoutMs: 2000,
  ackTimeoutMs: 1000,
  keepAliveMs: 1000,
  // five keep-alives in a row must get lost before a live link is given up
  idleTimeoutMs: 5000,
  // long enough to change from one network to another
  graceMs: 30_000,
})

/** What a client takes from its server in one packet: a snapshot of a whole game has to fit. */
export const clientMaxPacketBytes = 64 * 1024 * 1024

export function limitsOf(role: 'client' | 'server', limits: Partial<SessionLimits> | undefined): SessionLimits {
  const ofRole = role === 'client' ? { maxPacketBytes: clientMaxPacketBytes } : undefined
  return { ...defaultSessionLimits, ...ofRole, ...limits }
}
