import { closeCodes } from './close-codes.js'
import type { Transport } from './transport.js'

/**
 * Two ends of a reliable transport in memory, for a server and a client in one process. Bytes are copied on `send`, as a
 * socket would, so that neither side can change what the other one reads.
 * @param schedule runs a delivery soon and in order, never before it has returned (`queueMicrotask` will do)
 */
export function createTransportPair(schedule: (deliver: () => void) => void): [Transport, Transport] {
  const first = new PairEnd(schedule)
  const second = new PairEnd(schedule)
  first.connectTo(second)
  second.connectTo(first)
  return [first, second]
}

class PairEnd implements Transport {
  readonly reliable = true
  bufferedBytes = 0
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly #schedule: (deliver: () => void) => void
  #peer: PairEnd | undefined
  #open = true
  #told = false

  constructor(schedule: (deliver: () => void) => void) {
    this.#schedule = schedule
  }

  connectTo(peer: PairEnd): void {
    this.#peer = peer
  }

  send(bytes: Uint8Array): void {
    if (!this.#open) return
    const copy = bytes.slice()
    this.bufferedBytes += copy.length
    this.#schedule(() => {
      this.bufferedBytes -= copy.length
      this.#peer?.take(copy)
    })
  }

  close(code: number, reason: string): void {
    if (!this.#open) return
    this.#open = false
    // through the same queue as the bytes, so that what was sent before arrives before
    this.#schedule(() => {
      this.#peer?.end(code, reason)
      this.end(code, reason)
    })
  }

  take(bytes: Uint8Array): void {
    if (this.#open) this.onBytes?.(bytes)
  }

  end(code: number, reason: string): void {
    this.#open = false
    if (this.#told) return
    this.#told = true
    this.onClose?.(code, reason || closeCodes.disconnected.reason)
  }
}
