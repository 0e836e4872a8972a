/**
 * The border to the network: carries packets (whole byte arrays) both ways between two ends. Sockets, pipes in memory and
 * bad links for tests all look like this, and nothing above it knows which one it is.
 */
export interface Transport {
  /**
   * True when every packet arrives, once and in order, until `onClose` is called. Where it is false, packets may be lost,
   * doubled and reordered, never torn or changed.
   */
  readonly reliable: boolean
  /** Bytes accepted by `send` that have not left yet: the measure of backpressure. */
  readonly bufferedBytes: number
  /** Takes over `bytes`: the caller must not change them afterwards. Silently does nothing once closed. */
  send(bytes: Uint8Array): void
  /**
   * As `send(shared)` and then, where there is one, `send(own)`. The same array goes to many transports as `shared`: a
   * transport may make once what it makes of it, and write both at once.
   */
  sendShared?(shared: Uint8Array, own: Uint8Array | undefined): void
  /**
   * Calls `onBytes` no more until `resume`, not even with what has come already: so a receiver makes a sender wait that is too
   * fast for it. Bytes that wait are kept within a bound; for the rest the sender waits. A reliable transport without the two
   * is closed where another one would be paused. A closing of the other side waits behind the bytes.
   */
  pause?(): void
  /** Ends a pause. What waited comes first, perhaps within this call; `pause` may be called again meanwhile. */
  resume?(): void
  /**
   * Closes this end, after what was sent before on a reliable transport. Calling it again does nothing.
   * @param code a number of the table in `close-codes.ts`
   * @param reason for people, at most 123 bytes of UTF-8
   */
  close(code: number, reason: string): void
  /** Set by the owner; called with each packet. The bytes belong to the callee. */
  onBytes: ((bytes: Uint8Array) => void) | undefined
  /**
   * Set by the owner; called exactly once, whichever side closed, also when the owner itself did. On a transport that is not
   * reliable the other side's closing may go unnoticed.
   */
  onClose: ((code: number, reason: string) => void) | undefined
}
