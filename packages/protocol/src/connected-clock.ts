/** Counts the milliseconds during which a session is connected and reads: timeouts of events run on it. */
export class ConnectedClock {
  #countedMs = 0
  #runningSince: number | undefined

  /** Does nothing when it runs already. */
  start(now: number): void {
    this.#runningSince ??= now
  }

  stop(now: number): void {
    this.#countedMs = this.read(now)
    this.#runningSince = undefined
  }

  /** Does not count what passes until then. Does nothing while it stands. */
  waitUntil(ms: number, now: number): void {
    if (this.#runningSince === undefined) return
    this.#countedMs = this.read(now)
    this.#runningSince = ms
  }

  read(now: number): number {
    return this.#runningSince === undefined ? this.#countedMs : this.#countedMs + Math.max(0, now - this.#runningSince)
  }

  /** @returns when it will read `connectedMs` or more if it goes on; Infinity while it stands. */
  whenReads(connectedMs: number): number {
    if (this.#runningSince === undefined) return Number.POSITIVE_INFINITY
    let atMs = this.#runningSince + connectedMs - this.#countedMs
    // rounding may bring it out a hair early: nothing would be due then, and a timer for it would go off without end
    while (this.read(atMs) < connectedMs) atMs += Math.max(Math.abs(atMs), connectedMs, 1) * Number.EPSILON
    return atMs
  }
}
