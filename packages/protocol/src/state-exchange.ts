import type { HaveMessage } from './messages/state-message.js'

/** Which version the next delta may start from, at the server, and what to tell about it, at the client. */
export class StateExchange {
  #isReliable = true
  #base: number | undefined
  #lastSent: number | undefined
  #sentOnTransport: number | undefined
  #held: number | undefined
  #have: HaveMessage | undefined

  /** Server: the version that the client's replica is at or, on a reliable transport, will be at. */
  get base(): number | undefined {
    return this.#base
  }

  /** Client: the version of its replica. */
  get held(): number | undefined {
    return this.#held
  }

  /** @param heldVersion server: what the client says that it holds */
  attach(isReliable: boolean, heldVersion: number | undefined): void {
    this.#isReliable = isReliable
    this.#have = undefined
    this.#sentOnTransport = undefined
    this.#base = this.#wasSent(heldVersion) ? heldVersion : undefined
  }

  /** Server: whether a client that reads this transport in order will be at `version` before what is written now. */
  isAhead(version: number): boolean {
    return this.#isReliable && this.#sentOnTransport !== undefined && this.#sentOnTransport >= version
  }

  /** Server. */
  sent(version: number): void {
    this.#lastSent = version
    this.#sentOnTransport = version
    // what a reliable transport has taken, the client will have got before it reads the next delta
    if (this.#isReliable) this.#base = version
  }

  /** Client. */
  hold(version: number | undefined): void {
    this.#held = version
    if (!this.#isReliable || version === undefined) this.#have = { version }
  }

  /** Client: whether `take` has something to tell. */
  get hasNews(): boolean {
    return this.#have !== undefined
  }

  /** Client: what to tell, once. */
  take(): HaveMessage | undefined {
    const have = this.#have
    this.#have = undefined
    return have
  }

  /** Server. A version that was never sent is as good as none. */
  receive({ version }: HaveMessage): void {
    if (version === undefined || !this.#wasSent(version)) {
      this.#base = undefined
      this.#sentOnTransport = undefined
    } else if (!this.#isReliable) {
      // reports may overtake each other
      this.#base = Math.max(version, this.#base ?? 0)
    }
  }

  #wasSent(version: number | undefined): boolean {
    return version !== undefined && this.#lastSent !== undefined && version <= this.#lastSent
  }
}
