import type { HaveMessage } from '../wire/messages.js'

/** Which version the next delta may start from, at a server, and which version the replica has, at a client. */
export class StateVersions {
  #isReliable = true
  #base: number | undefined
  #lastSent: number | undefined
  #sentOnTransport: number | undefined
  #held: number | undefined
  #have: HaveMessage | undefined

  /** Server: the version of the client's replica, or the one that it will have, on a reliable transport. */
  get base(): number | undefined {
    return this.#base
  }

  /** Client: the version of its replica. */
  get held(): number | undefined {
    return this.#held
  }

  /** @param heldVersion server: the version that the client's hello names */
  attach(isReliable: boolean, heldVersion: number | undefined): void {
    this.#isReliable = isReliable
    this.#have = undefined
    this.#sentOnTransport = undefined
    this.#base = this.#wasSent(heldVersion) ? heldVersion : undefined
  }

  /** Server: true if a client that reads this transport in order is at `version` before the next packet. */
  isAhead(version: number): boolean {
    return this.#isReliable && this.#sentOnTransport !== undefined && this.#sentOnTransport >= version
  }

  /** Server: a STATE message has gone to the transport. */
  sent(version: number): void {
    this.#lastSent = version
    this.#sentOnTransport = version
    // a client gets all that a reliable transport has accepted before it reads the next delta
    if (this.#isReliable) this.#base = version
  }

  /** Client: the replica is at this version; undefined if it needs a snapshot. */
  hold(version: number | undefined): void {
    this.#held = version
    if (!this.#isReliable || version === undefined) this.#have = { version }
  }

  /** Client: true if `take` has a message. */
  get hasNews(): boolean {
    return this.#have !== undefined
  }

  /** Client: the message to send, once. */
  take(): HaveMessage | undefined {
    const have = this.#have
    this.#have = undefined
    return have
  }

  /** Server. A version that was never sent counts as none. */
  receive({ version }: HaveMessage): void {
    if (version === undefined || !this.#wasSent(version)) {
      this.#base = undefined
      this.#sentOnTransport = undefined
    } else if (!this.#isReliable) {
      // messages may overtake each other
      this.#base = Math.max(version, this.#base ?? 0)
    }
  }

  #wasSent(version: number | undefined): boolean {
    return version !== undefined && this.#lastSent !== undefined && version <= this.#lastSent
  }
}
