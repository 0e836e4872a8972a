import { randomBytes } from 'node:crypto'

/** Sender, number and time of a message. */
export const stampBytes = 24
const idBytes = 12
const numberAt = idBytes
const timeAt = idBytes + 6
const uintBytes = 6

/** Numbers below the highest of a sender that may still come: messages overtake each other. */
const windowSize = 4096

/** Why a stamp does not count. `time`: the clocks differ, or the message is old. `again`: it was seen, or is too far behind. */
export type StampFault = 'time' | 'again'

/** What was seen of a sender. */
interface Seen {
  highest: number
  /** One bit for each of the last numbers, by number modulo the size. */
  readonly bits: Uint32Array
  /** When something was last taken, by the own clock. */
  takenMs: number
}

/**
 * Stamps for messages of this process, and the check of those of others: each counts once, and only for some time.
 *
 * A sender is forgotten when all that it has sent is too old by its time. So what is kept grows with the senders alone, and a message
 * that was recorded counts for no receiver that has had it.
 */
export class Stamps {
  readonly #now: () => number
  readonly #maxSkewMs: number
  readonly #id = randomBytes(idBytes)
  #number = 0
  readonly #seen = new Map<string, Seen>()
  #sweptMs: number

  /** @param now the time of day, in ms */
  constructor(now: () => number, maxSkewMs: number) {
    this.#now = now
    this.#maxSkewMs = maxSkewMs
    this.#sweptMs = now()
  }

  /** @returns a stamp that no other message has */
  next(): Uint8Array {
    const stamp = Buffer.alloc(stampBytes)
    stamp.set(this.#id)
    stamp.writeUIntBE(++this.#number, numberAt, uintBytes)
    stamp.writeUIntBE(Math.max(0, Math.floor(this.#now())), timeAt, uintBytes)
    return stamp
  }

  /** Takes the stamp of a message that is known to be of a holder of the secret. @returns why it does not count; undefined if it does */
  take(stamp: Uint8Array): StampFault | undefined {
    const view = Buffer.from(stamp.buffer, stamp.byteOffset, stamp.length)
    const nowMs = this.#now()
    if (Math.abs(nowMs - view.readUIntBE(timeAt, uintBytes)) > this.#maxSkewMs) return 'time'
    this.#sweep(nowMs)
    const id = view.toString('latin1', 0, idBytes)
    const number = view.readUIntBE(numberAt, uintBytes)
    const seen = this.#seen.get(id) ?? { highest: 0, bits: new Uint32Array(windowSize / 32), takenMs: nowMs }
    if (number <= seen.highest - windowSize) return 'again'
    clearBetween(seen, number)
    const [index, bit] = [(number % windowSize) >>> 5, 1 << (number & 31)]
    if ((seen.bits[index]! & bit) !== 0) return 'again'
    seen.bits[index]! |= bit
    seen.takenMs = nowMs
    this.#seen.set(id, seen)
    return undefined
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptMs < this.#maxSkewMs) return
    this.#sweptMs = nowMs
    // what it sent until then was at most one skew ahead, and is more than one behind by now
    for (const [id, { takenMs }] of this.#seen) if (nowMs - takenMs > 2 * this.#maxSkewMs) this.#seen.delete(id)
  }
}

/** The places of numbers that were never seen had other numbers before. */
function clearBetween(seen: Seen, number: number): void {
  if (number <= seen.highest) return
  const from = Math.max(seen.highest + 1, number - windowSize + 1)
  for (let each = from; each <= number; each++) seen.bits[(each % windowSize) >>> 5]! &= ~(1 << (each & 31))
  seen.highest = number
}
