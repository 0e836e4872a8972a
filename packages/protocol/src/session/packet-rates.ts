import type { Counters } from '../counters.js'
import { ProtocolError } from '../errors.js'
import type { SessionLimits } from '../limits.js'
import { type Packet, type PacketLimits, type Readers, readPacket } from '../wire/messages.js'

/** A pause lasts this long at least: shorter ones would be many, and cost more than the reading between them. */
const leastPauseMs = 20

/**
 * What happens to packets that come faster than the limits allow. `waits`: the transport can stop reading, so they wait in the
 * network. `dropped`: the transport may lose packets anyway. `refused`: it can do neither, and the session ends.
 */
export type Excess = 'waits' | 'dropped' | 'refused'

/** A bucket holds what comes in this time, */
const burstMs = 100
/** or so many tokens, if that is more: they cost little, and come together after any stall. */
const leastBurst = 20

/**
 * A bucket of tokens. It fills at a steady rate up to 100 ms' worth, or 20 tokens if that is more and no more than a second's
 * worth, and is full at first.
 */
export class RateLimit {
  readonly #perSecond: number
  readonly #most: number
  #tokens: number
  #filledMs: number

  /** @param perSecond Infinity for no limit */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond
    this.#most = Math.max((perSecond * burstMs) / 1000, Math.min(perSecond, leastBurst))
    this.#tokens = this.#most
    this.#filledMs = now
  }

  /** True unless more was taken at once than comes in a second. */
  get isWithinASecond(): boolean {
    return this.#tokens >= this.#most - this.#perSecond
  }

  /**
   * Takes `count` tokens out, even if there are fewer: the missing ones are owed, and none may be taken until they are paid.
   * @returns when that is: `now` if there were enough, a second later at most. Infinity for more than come in a
   * second; none is taken then.
   */
  take(count: number, now: number): number {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return now
    if (count > this.#perSecond) return Number.POSITIVE_INFINITY
    const elapsedMs = Math.max(0, now - this.#filledMs)
    this.#filledMs += elapsedMs
    this.#tokens = Math.min(this.#most, this.#tokens + (elapsedMs / 1000) * this.#perSecond) - count
    return this.#tokens >= 0 ? now : now + Math.min(1000, (-this.#tokens / this.#perSecond) * 1000)
  }
}

/** Reads the packets of a session, and keeps them from coming too fast. */
export class PacketRates {
  readonly #counters: Counters
  readonly #packetRate: RateLimit
  readonly #eventRate: RateLimit
  #readableAt = Number.NEGATIVE_INFINITY
  #excess: Excess = 'refused'

  constructor({ maxPacketsPerSecond, maxEventsPerSecond }: SessionLimits, counters: Counters, now: number) {
    this.#counters = counters
    this.#packetRate = new RateLimit(maxPacketsPerSecond, now)
    this.#eventRate = new RateLimit(maxEventsPerSecond, now)
  }

  /** No packet is accepted before that time: a second after the last one at most. */
  get readableAt(): number {
    return this.#readableAt
  }

  /** Another transport. Tokens owed over the last one are still owed. */
  attach(excess: Excess): void {
    this.#excess = excess
  }

  /** @returns undefined for a packet that is dropped. Throws `rate_limited`, and as `readPacket` does. */
  read(bytes: Uint8Array, readers: Readers, limits: PacketLimits, now: number): Packet | undefined {
    // a transport that can wait was not stopped in time for this one
    if (now < this.#readableAt || !this.#takes(this.#packetRate, 1, now)) return this.#exceed('packets')
    const packet = readPacket(bytes, readers, limits)
    const count = packet.event?.length ?? 0
    return count === 0 || this.#takes(this.#eventRate, count, now) ? packet : this.#exceed('events')
  }

  #takes(rate: RateLimit, count: number, now: number): boolean {
    const paidAt = rate.take(count, now)
    if (paidAt === now) return true
    if (paidAt === Number.POSITIVE_INFINITY) return false
    if (this.#excess === 'refused') return rate.isWithinASecond
    if (this.#excess === 'waits' && this.#readableAt <= now) this.#counters.add('readPauses')
    this.#readableAt = Math.max(this.#readableAt, paidAt, now + leastPauseMs)
    return true
  }

  #exceed(what: string): undefined {
    if (this.#excess !== 'dropped') throw new ProtocolError('rate_limited', `too many ${what} in a second`)
    this.#counters.add('packetsDropped')
    return undefined
  }
}
