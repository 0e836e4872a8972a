/**
 * Where time comes from. Nothing below `server` and `client` knows a real clock: a test passes a virtual one and a whole
 * server with its clients runs in virtual time.
 */
export interface Clock {
  /** Milliseconds, never going back, from any fixed origin. */
  now(): number
  /**
   * Calls `callback` once, `delayMs` from now at the earliest, never before `schedule` has returned.
   * @returns a function that cancels the call; harmless when it has already happened.
   */
  schedule(delayMs: number, callback: () => void): () => void
}
