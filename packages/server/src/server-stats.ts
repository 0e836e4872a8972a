/** What the server has counted since it was made. */
export interface ServerStats {
  /** Events that neither a handler nor the game knew. */
  unknownEvents: number
  /** Transports that were not let in. */
  refusedTransports: number
  /** How often a client was left out because its transport was backed up. */
  skippedWrites: number
  /** Snapshots and deltas that were encoded: one for each version and base, however many clients got it. */
  encodedStates: number
  /** Connections and requests that the block list has turned away. */
  blocked: number
  /** Upgrades of web pages that may not connect. */
  refusedOrigins: number
}
