import { ProtocolError } from './errors.js'
import type { SessionLimits } from './limits.js'
import type { MessageTable } from './messages/messages.js'
import type { Packet } from './messages/packet-contents.js'
import { type PacketLimits, readPacket } from './packet.js'
import { RateLimit } from './rate-limit.js'

/** A pause lasts this long at least: shorter ones would be many, and cost more than what is read between them. */
const leastPauseMs = 20

/**
 * What becomes of packets that come faster than the limits allow: over a transport that can stop reading they wait in the
 * network, over one that may lose packets they are dropped, and over any other they are refused.
 */
type Excess = 'waits' | 'dropped' | 'refused'

/** The packets of a session: counted, and kept from coming too fast. */
export class Traffic {
  packetsIn = 0
  packetsOut = 0
  bytesIn = 0
  bytesOut = 0
  /** Packets that came too fast and were dropped. */
  dropped = 0
  /** How often reading had to wait. */
  pauses = 0
  /** Before that no packet is taken: a second after the last one at most. */
  readableAt = Number.NEGATIVE_INFINITY
  #excess: Excess = 'refused'
  readonly #packetRate: RateLimit
  readonly #eventRate: RateLimit

  constructor({ maxPacketsPerSecond, maxEventsPerSecond }: SessionLimits, now: number) {
    this.#packetRate = new RateLimit(maxPacketsPerSecond, now)
    this.#eventRate = new RateLimit(maxEventsPerSecond, now)
  }

  /** Another transport: what was owed over the last one is still owed. */
  attach(excess: Excess): void {
    this.#excess = excess
  }

  /** @returns undefined for one that is dropped. Throws `rate_limited`, and as `readPacket` does. */
  read(bytes: Uint8Array, table: MessageTable, limits: PacketLimits, now: number): Packet | undefined {
    this.packetsIn++
    this.bytesIn += bytes.length
    // over a transport that waits, what comes now has not been stopped
    if (now < this.readableAt || !this.#takes(this.#packetRate, 1, now)) return this.#exceed('packets')
    const packet = readPacket(bytes, table, limits)
    const { length } = packet.events
    return length === 0 || this.#takes(this.#eventRate, length, now) ? packet : this.#exceed('events')
  }

  wrote(bytes: number): void {
    this.packetsOut++
    this.bytesOut += bytes
  }

  #takes(rate: RateLimit, count: number, now: number): boolean {
    const paidAt = rate.take(count, now)
    if (paidAt === now) return true
    if (paidAt === Number.POSITIVE_INFINITY || this.#excess === 'refused') return false
    if (this.#excess === 'waits' && this.readableAt <= now) this.pauses++
    this.readableAt = Math.max(this.readableAt, paidAt, now + leastPauseMs)
    return true
  }

  #exceed(what: string): undefined {
    if (this.#excess !== 'dropped') throw new ProtocolError('rate_limited', `too many ${what} in a second`)
    this.dropped++
    return undefined
  }
}
