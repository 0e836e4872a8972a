import { clientDefaults, filledIn, type SessionLimits } from './limits.js'

/** The defaults of a server. A client has `clientMaxPacketBytes`, and no limits of packets and events per second. */
export const defaultSessionLimits: Readonly<SessionLimits> = Object.freeze({
  ...clientDefaults,
  // a client sends inputs, not states: far above any honest packet, and 100 of them are no danger to a server
  maxPacketBytes: 1024 * 1024,
  // no player comes near, and a program that asks as fast as it can is slowed; a flood costs less than a tenth of a core
  // twice the largest value that one event may bring, several times over; ten clients are no danger to a server with 512 MB
  maxHeldBytes: 8 * 1024 * 1024,
  maxPacketsPerSecond: 20_000,
  maxEventsPerSecond: 20_000,
})

/**
 * The limits of a server's session: those given, and defaults for the others. Throws `invalid_argument` for a name that is no
 * limit and for a number out of its range.
 */
export function limitsOf(given: Partial<SessionLimits> = {}): SessionLimits {
  const all = filledIn(defaultSessionLimits, given)
  // a peer that respects these limits never sends a packet that could not be paid for within a second
  const maxEventsPerPacket = Math.min(all.maxEventsPerPacket, Math.max(1, Math.floor(all.maxEventsPerSecond)))
  return { ...all, maxEventsPerPacket }
}
