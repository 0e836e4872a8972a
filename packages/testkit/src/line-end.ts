import type { Clock } from '@tygase/gamestate'
import { lossyDelivery, type Transport } from '@tygase/protocol'
import { Gate } from './gate.js'
import type { VirtualProcess } from './virtual-process.js'

/** A paused process keeps datagrams up to this size, as the buffer of a socket does. Further datagrams are lost. */
const datagramBufferBytes = 64 * 1024

/** The line between the two ends, as an end sees it. */
export interface Passage {
  /** Does the work of an arrival now, later or never. */
  carry(work: () => void): void
  /** Called with each packet that comes out of the link. */
  onPacket(bytes: Uint8Array): void
}

/**
 * One end of a simulated link, as its process sees it. Packets reach a process only while it runs. Bytes that it has not taken
 * count as unsent at the sender, as over TCP.
 */
export class LineEnd implements Transport {
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly #inner: Transport
  readonly #owner: () => VirtualProcess
  /** Bytes that have come out of the link and were not taken yet. */
  #untakenBytes = 0
  /** Closed until the owner has this end. */
  readonly #door: Gate
  /** Closed while the owner has paused reading. */
  readonly #reading: Gate
  #isClosing = false
  #hasClosed = false
  #peer: LineEnd | undefined

  /** @param owner the process that has this end, or that would get it now */
  constructor(clock: Clock, inner: Transport, owner: () => VirtualProcess, passage: Passage) {
    this.#door = new Gate(clock)
    this.#reading = new Gate({
      now: () => clock.now(),
      schedule: (delayMs, callback) => clock.schedule(delayMs, () => owner().run(callback)),
    })
    this.#inner = inner
    this.#owner = owner
    inner.onBytes = (bytes) => {
      passage.onPacket(bytes)
      this.#untakenBytes += bytes.length
      passage.carry(() => this.#take(bytes))
    }
    inner.onClose = (code, reason) => {
      const close = (): void => this.#close(code, reason)
      // a closing by the other side travels like its bytes; a closing by this side does not travel
      if (this.#isClosing) this.#enter(close)
      else passage.carry(() => this.#enter(() => this.#reading.pass(close)))
    }
  }

  get reliable(): boolean {
    return this.#inner.reliable
  }

  get lossy(): NonNullable<Transport['lossy']> {
    return lossyDelivery
  }

  get bufferedBytes(): number {
    const untakenBytes = this.reliable && this.#peer !== undefined ? this.#peer.#untakenBytes : 0
    return this.#inner.bufferedBytes + untakenBytes
  }

  connectTo(peer: LineEnd): void {
    this.#peer = peer
  }

  /** Keeps arrivals until `release`, because the owner cannot listen yet. */
  hold(): void {
    this.#door.close()
  }

  /** The owner has this end and may listen from this turn on. */
  release(): void {
    this.#door.open()
  }

  send(bytes: Uint8Array): void {
    this.#inner.send(bytes)
  }

  pause(): void {
    this.#reading.close()
  }

  resume(): void {
    this.#reading.open()
  }

  close(code: number, reason: string): void {
    this.#isClosing = true
    this.#reading.open()
    this.#inner.close(code, reason)
  }

  /** The line has broken, and this end notices it. */
  break(code: number, reason: string): void {
    this.#isClosing = true
    this.#enter(() => this.#close(code, reason))
  }

  #enter(work: () => void): void {
    this.#owner().run(() => this.#door.pass(work))
  }

  #take(bytes: Uint8Array): void {
    if (!this.reliable && this.#owner().isPaused && this.#untakenBytes > datagramBufferBytes) {
      this.#untakenBytes -= bytes.length
      return
    }
    this.#enter(() =>
      this.#reading.pass(() => {
        this.#untakenBytes -= bytes.length
        if (!this.#hasClosed) this.onBytes?.(bytes)
      }),
    )
  }

  #close(code: number, reason: string): void {
    if (this.#hasClosed) return
    this.#hasClosed = true
    this.onClose?.(code, reason)
  }
}
