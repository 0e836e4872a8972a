import type { Clock } from '@tygase/gamestate'

/** A WebSocket that this side has closed, and whose connection is still open. */
export interface ClosingSocket {
  /** Bytes that wait because the peer is slow to read them. Nothing is added any more, so less of them is progress. */
  readonly bytesLeft: number
  /** Cuts the connection. */
  cut(): void
}

/** How often the progress of closing sockets is looked at. */
const checkIntervalMs = 100
/** No socket is cut before it has had this time to read and to answer, however many there are. */
const leastMs = 500
/** A reader needs no more time than its bytes take at 128 KiB a second: slower ones could stay for ever. */
const slowestBytesPerMs = 131.072
/** Counted for each socket beside its bytes: what it takes in Node and in the kernel. */
const bookkeepingBytes = 64 * 1024
const maxWaitingBytes = 128 * 1024 * 1024

interface Watched {
  /** Bytes that were left when it was last looked at, and since when. */
  bytesLeft: number
  sinceMs: number
  readonly addedAtMs: number
  /** A reader that is not done by then is cut. */
  readonly untilMs: number
}

/**
 * Sockets that this side has closed and whose peer has not answered. A peer that reads what waits for it gets all of it, and
 * the reason of its end with it. A socket is cut
 * - if the peer reads nothing and does not answer for `drainMs`
 * - if the peer takes longer than `drainMs`, plus the time of its bytes at 128 KiB a second
 * - if closing sockets take more than 128 MiB in all: first the socket that has made no progress for longest
 */
export class ClosingSockets {
  readonly #clock: Clock
  readonly #drainMs: number
  readonly #maxWaitingBytes: number
  readonly #sockets = new Map<ClosingSocket, Watched>()
  #cancelCheck: (() => void) | undefined

  /** @param maxBytes bytes that wait in all closing sockets, with 64 KiB for each */
  constructor(clock: Clock, drainMs: number, maxBytes: number = maxWaitingBytes) {
    this.#clock = clock
    this.#drainMs = drainMs
    this.#maxWaitingBytes = maxBytes
  }

  /** Number of sockets that are watched. */
  get size(): number {
    return this.#sockets.size
  }

  add(socket: ClosingSocket): void {
    const nowMs = this.#clock.now()
    this.#sockets.set(socket, {
      bytesLeft: socket.bytesLeft,
      sinceMs: nowMs,
      addedAtMs: nowMs,
      untilMs: nowMs + this.#drainMs + socket.bytesLeft / slowestBytesPerMs,
    })
    this.#schedule()
  }

  /** The socket has closed. */
  delete(socket: ClosingSocket): void {
    this.#sockets.delete(socket)
    if (this.#sockets.size > 0) return
    this.#cancelCheck?.()
    this.#cancelCheck = undefined
  }

  #schedule(): void {
    this.#cancelCheck ??= this.#clock.schedule(Math.min(checkIntervalMs, this.#drainMs), () => {
      this.#cancelCheck = undefined
      this.#check(this.#clock.now())
      if (this.#sockets.size > 0) this.#schedule()
    })
  }

  #check(nowMs: number): void {
    let bytes = 0
    for (const [socket, watched] of this.#sockets) {
      const { bytesLeft } = socket
      if (bytesLeft < watched.bytesLeft) {
        watched.bytesLeft = bytesLeft
        watched.sinceMs = nowMs
      }
      if (nowMs - watched.sinceMs >= this.#drainMs || nowMs >= watched.untilMs) this.#cut(socket)
      else bytes += bytesLeft + bookkeepingBytes
    }
    if (bytes > this.#maxWaitingBytes) this.#cutIdlest(bytes, nowMs)
  }

  #cutIdlest(bytes: number, nowMs: number): void {
    let left = bytes
    const idlestFirst = [...this.#sockets].sort(([, one], [, other]) => one.sinceMs - other.sinceMs)
    for (const [socket, { addedAtMs, bytesLeft }] of idlestFirst) {
      if (left <= this.#maxWaitingBytes) return
      if (nowMs - addedAtMs < leastMs) continue
      left -= bytesLeft + bookkeepingBytes
      this.#cut(socket)
    }
  }

  #cut(socket: ClosingSocket): void {
    this.#sockets.delete(socket)
    socket.cut()
  }
}
