import { closeCodes } from '../wire/close-codes.js'
import { joined, type Transport } from './transport.js'

/**
 * Two ends of a reliable transport in memory, for a server and a client in one process. `send` copies the bytes, as a socket
 * would, so that neither side can change what the other one reads.
 * @param schedule runs a delivery soon and in order, never before it has returned: `queueMicrotask`, for example
 */
export function createTransportPair(schedule: (deliver: () => void) => void): [Transport, Transport] {
  const first = new PairEnd(schedule)
  const second = new PairEnd(schedule)
  first.connectTo(second)
  second.connectTo(first)
  return [first, second]
}

/** A pair whose deliveries a clock runs: in the order of sending, whatever the clock does with calls of equal times. */
export function createLocalTransports(clock: {
  schedule(delayMs: number, callback: () => void): unknown
}): [Transport, Transport] {
  const waiting: (() => void)[] = []
  return createTransportPair((deliver) => {
    waiting.push(deliver)
    clock.schedule(0, () => waiting.shift()?.())
  })
}

class PairEnd implements Transport {
  readonly reliable = true
  bufferedBytes = 0
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly #schedule: (deliver: () => void) => void
  #peer: PairEnd | undefined
  #open = true
  #isClosed = false
  #isPaused = false
  /** Deliveries that have come during a pause, in order. */
  #waiting: (() => void)[] = []

  constructor(schedule: (deliver: () => void) => void) {
    this.#schedule = schedule
  }

  connectTo(peer: PairEnd): void {
    this.#peer = peer
  }

  send(bytes: Uint8Array): void {
    if (!this.#open) return
    // not by `slice`, which copies nothing if the bytes are a Buffer of Node's
    this.#carry(new Uint8Array(bytes))
  }

  sendShared(shared: Uint8Array, own: Uint8Array | undefined): void {
    if (own === undefined) this.send(shared)
    else if (this.#open) this.#carry(joined(shared, own))
  }

  pause(): void {
    this.#isPaused = this.#open
  }

  resume(): void {
    this.#isPaused = false
    while (!this.#isPaused && this.#waiting.length > 0) this.#waiting.shift()!()
  }

  close(code: number, reason: string): void {
    if (!this.#open) return
    this.#open = false
    // this end is closed: packets that wait are not delivered, but the peer gets its buffer back
    this.resume()
    // through the same queue as the bytes, so that what was sent before arrives before
    this.#schedule(() => {
      this.#peer?.take(() => this.#peer?.end(code, reason))
      this.end(code, reason)
    })
  }

  #carry(bytes: Uint8Array): void {
    this.bufferedBytes += bytes.length
    this.#schedule(() =>
      this.#peer?.take(() => {
        this.bufferedBytes -= bytes.length
        this.#peer?.receive(bytes)
      }),
    )
  }

  /** A packet or a close has come from the other end. */
  take(work: () => void): void {
    if (this.#isPaused) this.#waiting.push(work)
    else work()
  }

  receive(bytes: Uint8Array): void {
    if (this.#open) this.onBytes?.(bytes)
  }

  end(code: number, reason: string): void {
    this.#open = false
    if (this.#isClosed) return
    this.#isClosed = true
    this.onClose?.(code, reason || closeCodes.disconnected.reason)
  }
}
