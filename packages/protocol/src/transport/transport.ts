/**
 * The border to the network: carries packets (whole byte arrays) both ways between two ends. A socket, a pipe in memory and
 * a bad link for tests all have this shape, and the layers above do not know which one it is.
 */
export interface Transport {
  /**
   * True if every packet arrives, once and in order, until `onClose` is called. If false, packets may be lost, doubled and
   * reordered, never torn or changed.
   */
  readonly reliable: boolean
  /** Bytes accepted by `send` that have not left yet: the measure of backpressure. */
  readonly bufferedBytes: number
  /** Takes over `bytes`: the caller must not change them afterwards. Does nothing once closed. */
  send(bytes: Uint8Array): void
  /**
   * Sends one packet: `onBytes` of the peer is called once, with `shared` and, if given, `own` joined to it. The same array
   * goes to many transports as `shared`, so that a transport may prepare it once. Without this method, `sendShared` of this
   * module joins them.
   */
  sendShared?(shared: Uint8Array, own: Uint8Array | undefined): void
  /**
   * Stops calling `onBytes` until `resume`, even for bytes that have come already: so a receiver makes a sender wait that is
   * too fast for it. Bytes that wait are kept within a bound; beyond it the sender waits. A reliable transport without the
   * two is closed instead of paused. A close of the other side waits behind the bytes.
   */
  pause?(): void
  /** Ends a pause. Packets that waited come first, perhaps within this call; `pause` may be called again meanwhile. */
  resume?(): void
  /**
   * Closes this end, on a reliable transport after everything sent before. A second call does nothing.
   * @param code a number of the table of close codes
   * @param reason for people, at most 123 bytes of UTF-8
   */
  close(code: number, reason: string): void
  /** Set by the owner; called with each packet. The bytes belong to the callee. */
  onBytes: ((bytes: Uint8Array) => void) | undefined
  /**
   * Set by the owner; called exactly once, whichever side closed, the owner included. On a transport that is not reliable
   * the close of the other side may go unnoticed.
   */
  onClose: ((code: number, reason: string) => void) | undefined
}

/** Sends the shared bytes and, if there are any, a client's own bytes as one packet. */
export function sendShared(transport: Transport, shared: Uint8Array, own: Uint8Array | undefined): void {
  if (transport.sendShared) transport.sendShared(shared, own)
  else if (own === undefined) transport.send(shared)
  else transport.send(joined(shared, own))
}

/** Both arrays, one behind the other. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
