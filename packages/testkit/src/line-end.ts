import type { Clock } from '@tygase/gamestate'
import type { Transport } from '@tygase/protocol'
import { Gate } from './gate.js'
import type { VirtualProcess } from './virtual-process.js'

/** What a paused process has not taken of datagrams is kept up to this, as by a socket's buffer; the rest is lost. */
const datagramBufferBytes = 64 * 1024

/** What the line between the two ends does to what goes over it. */
export interface Passage {
  /** Carries what one end has sent the rest of the way to the other; perhaps later, perhaps never. */
  carry(work: () => void): void
  /** Told of each packet that comes out of the link. */
  onPacket(bytes: Uint8Array): void
}

/**
 * One end of a simulated link, as the process that owns it sees it: packets reach it only while it runs, and what it has not
 * taken fills up the sender, as over TCP.
 */
export class LineEnd implements Transport {
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly #inner: Transport
  readonly #owner: () => VirtualProcess
  /** Bytes that came out of the link and have not been taken. */
  #untakenBytes = 0
  /** Closed while nobody has been handed this end. */
  readonly #door: Gate
  /** Closed while its owner does not read. */
  readonly #reading: Gate
  #isClosing = false
  #hasClosed = false
  #peer: LineEnd | undefined

  /** @param owner the process that has this end, or would get it now */
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
      // the word of the other side takes the same way as its bytes; the own closing needs no line
      if (this.#isClosing) this.#enter(close)
      else passage.carry(() => this.#enter(() => this.#reading.pass(close)))
    }
  }

  get reliable(): boolean {
    return this.#inner.reliable
  }

  get bufferedBytes(): number {
    const untakenBytes = this.reliable && this.#peer !== undefined ? this.#peer.#untakenBytes : 0
    return this.#inner.bufferedBytes + untakenBytes
  }

  connectTo(peer: LineEnd): void {
    this.#peer = peer
  }

  /** Keeps what comes until `release`, since nobody listens yet. */
  hold(): void {
    this.#door.close()
  }

  /** It has just been handed to its owner, who may listen from this turn on. */
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

  /** The line has broken, and this end sees it. */
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
