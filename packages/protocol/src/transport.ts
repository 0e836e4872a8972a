import { atOnce } from '@tygase/gamestate/internal'
import type { LossyDelivery } from './session/role.js'
import { closeCodes } from './wire/close-codes.js'

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
  /**
   * `lossyDelivery` of this package, at a client's end if `reliable` is false: what a session does besides over such a
   * transport. Pages with reliable transports do not load it.
   */
  readonly lossy?: LossyDelivery
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
export function sendShared(transport: Transport, shared: Uint8Array, own: Uint8Array | undefined): unknown {
  if (transport.sendShared) return transport.sendShared(shared, own)
  return transport.send(own === undefined ? shared : joined(shared, own))
}

/** Both arrays, one behind the other. */
function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

/**
 * Two ends of a reliable transport in memory, for a server and a client in one process. `send` copies the bytes, as a socket
 * would, so that neither side can change the bytes of the other one.
 * @param schedule runs a delivery soon and in order, never before it has returned: `queueMicrotask`, for example
 */
export function createTransportPair(schedule: (deliver: () => void) => void): [Transport, Transport] {
  const first = new PairEnd(schedule)
  const second = new PairEnd(schedule)
  first.connectTo(second)
  second.connectTo(first)
  return [first, second]
}

/** A pair whose deliveries a clock runs: in the order of sending, even if the clock mixes calls of equal times. */
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
  readonly #schedule: (deliver: () => void) => unknown
  #peer: PairEnd | undefined
  #open = true
  #isClosed = false
  #isPaused = false
  /** Deliveries that have come during a pause, in order. */
  #waiting: (() => void)[] = []

  constructor(schedule: (deliver: () => void) => void) {
    this.#schedule = (deliver) => atOnce('schedule', schedule(deliver))
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
    // through the same queue as the bytes, so that the peer gets earlier bytes first
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
