import type { ByteWriter } from '@tygase/gamestate/internal'
import { ProtocolError } from '../errors.js'
import type { SessionLimits } from '../limits.js'
import { lossyDelivery } from '../lossy/lossy-link.js'
import { type AckMessage, ackEnd } from '../wire/event-messages.js'
import type { Hello } from '../wire/handshake-messages.js'
import { tickParts } from '../wire/head-bits.js'
import {
  arrivalWriter,
  fromClient,
  type HaveMessage,
  type Packet,
  type PacketLimits,
  type Readers,
  readPacket,
  writeMessage,
} from '../wire/messages.js'
import type { Handshake, Role, SessionTransport } from './role.js'
import type { SessionCounters } from './session-counters.js'
import type { SessionParts } from './session-parts.js'
import type { SentState } from './session-types.js'

/** What a session of a server has beside the one of both sides: what it knows of its client, and keeps for it. */
export class ServerRole implements Role {
  readonly lossy = lossyDelivery
  readonly handshake: Handshake
  readonly versions = new SentVersions()
  readonly held = new HeldMemory()
  readonly arrivals = new Arrivals()
  readonly rates: PacketRates
  readonly receiveLimits: SessionLimits
  readonly maxAckBytes = Number.POSITIVE_INFINITY
  readonly heldVersion = undefined
  readonly hasNews = false
  readonly #parts: SessionParts

  constructor(handshake: Handshake, limits: SessionLimits, parts: SessionParts, now: number) {
    this.handshake = handshake
    this.rates = new PacketRates(limits, parts.counters, now)
    this.receiveLimits = limits
    this.#parts = parts
  }

  get stateBase(): number | undefined {
    return this.versions.base
  }

  attach({ reliable, pausable = false }: SessionTransport, hello?: Hello): void {
    this.rates.attach(reliable ? (pausable ? 'waits' : 'refused') : 'dropped')
    this.versions.attach(reliable, hello?.heldVersion)
    this.arrivals.attach(reliable)
    if (hello?.packetBytes === undefined) return
    const { counters } = this.#parts
    counters.add('packetsIn')
    counters.add('bytesIn', hello.packetBytes)
  }

  read(bytes: Uint8Array, now: number): Packet | undefined {
    return this.rates.read(bytes, fromClient, this.receiveLimits, now)
  }

  apply({ have, floor }: Packet): void {
    if (floor) this.arrivals.forget(floor.resolved)
    if (have === undefined) return
    this.versions.receive(have)
    if (this.versions.base === undefined) this.#parts.counters.add('snapshotsAsked')
  }

  write(): void {}

  acked(writer: ByteWriter, ack: AckMessage): void {
    this.arrivals.write(writer, ack)
  }

  isAhead(version: number): boolean {
    return this.versions.isAhead(version)
  }

  hold(sequence: number, bytes: number): boolean {
    return !this.#parts.outcomes.isAwaited(sequence) || this.held.hold(sequence, bytes, this.receiveLimits.maxHeldBytes)
  }

  sent({ version, bytes }: SentState): void {
    this.versions.sent(version)
    const { counters } = this.#parts
    counters.add('statesSent')
    counters.add('stateBytes', bytes)
  }

  /** While nothing is read, the client cannot be late: its silence means nothing, and no event gets older. */
  waitToRead(now: number): void {
    if (this.rates.readableAt > now) this.waitUntil(this.rates.readableAt, now)
  }

  waitUntil(ms: number, now: number): void {
    const { times, connected } = this.#parts
    times.received(ms)
    connected.waitUntil(ms, now)
  }
}

/** The versions that have gone to a client: which one the next delta may start from. */
export class SentVersions {
  #isReliable = true
  #base: number | undefined
  #lastSent: number | undefined
  #sentOnTransport: number | undefined
  /** Versions up to this one are no base. */
  #lastWrong: number | undefined

  /** The version of the client's replica, or the one that it will have, on a reliable transport. */
  get base(): number | undefined {
    return this.#base
  }

  /** @param heldVersion the version that the client's hello names */
  attach(isReliable: boolean, heldVersion: number | undefined): void {
    this.#isReliable = isReliable
    this.#sentOnTransport = undefined
    this.#base = this.#wasSent(heldVersion) && !this.#isWrong(heldVersion) ? heldVersion : undefined
  }

  /** True if a client that reads this transport in order is at `version` before the next packet. */
  isAhead(version: number): boolean {
    return this.#isReliable && this.#sentOnTransport !== undefined && this.#sentOnTransport >= version
  }

  /** A STATE message has gone to the transport. */
  sent(version: number): void {
    this.#lastSent = version
    this.#sentOnTransport = version
    // a client gets all that a reliable transport has accepted before it reads the next delta
    if (this.#isReliable) this.#base = version
  }

  /** What the client has is wrong: no version that was sent until now is a base. */
  distrust(): void {
    this.#base = undefined
    this.#lastWrong = this.#lastSent
  }

  /** A version that was never sent counts as none. */
  receive({ version }: HaveMessage): void {
    // under way since before, or of a client that has not got the snapshot
    if (version !== undefined && this.#isWrong(version)) return
    if (version === undefined || !this.#wasSent(version)) {
      this.#base = undefined
      this.#sentOnTransport = undefined
    } else if (!this.#isReliable) {
      // messages may overtake each other
      this.#base = Math.max(version, this.#base ?? 0)
    }
  }

  #isWrong(version: number): boolean {
    return this.#lastWrong !== undefined && version <= this.#lastWrong
  }

  #wasSent(version: number | undefined): version is number {
    return version !== undefined && this.#lastSent !== undefined && version <= this.#lastSent
  }
}

/** A client that gets no acks for its events must not make more of them wait. */
const mostArrivals = 16
/** A client may mean an event for any tick. */
const mostEighths = 1_000_000

/** How early events of a client have come, until the client has been sent it. */
class Arrivals {
  /** Oldest first. */
  #list: { readonly sequence: number; readonly early: number }[] = []
  #isReliable = true
  /** One past the last sequence of the last ACK: on a reliable transport the next one counts from there. */
  #reference = 0

  /** Another transport. */
  attach(isReliable: boolean): void {
    this.#isReliable = isReliable
    this.#reference = 0
  }

  /** @param ticksEarly NaN counts as 0 */
  add(sequence: number, ticksEarly: number): void {
    const eighths = Math.round(ticksEarly * tickParts) || 0
    // half a part too late is late, and just in time is not
    const early = Math.max(-mostEighths, Math.min(ticksEarly < 0 ? Math.min(eighths, -1) : eighths, mostEighths))
    this.#list.push({ sequence, early })
    if (this.#list.length > mostArrivals) this.#list.shift()
  }

  /** The client knows the outcomes of all events below. */
  forget(resolved: number): void {
    this.#list = this.#list.filter(({ sequence }) => sequence >= resolved)
  }

  /** Appends those of an ACK: once over a reliable transport, else until they are forgotten. */
  write(writer: ByteWriter, ack: AckMessage): void {
    const end = ackEnd(this.#reference + ack.start, ack)
    if (this.#isReliable) this.#reference = end
    for (const { sequence, early } of this.#list) {
      if (sequence < end) writeMessage(writer, arrivalWriter, { back: end - 1 - sequence, early })
    }
    if (this.#isReliable) this.forget(end)
  }
}

/** Counts the memory that the owner of a server's session keeps for events until their outcomes. */
export class HeldMemory {
  readonly #held = new Map<number, number>()
  #bytes = 0

  /**
   * @param sequence of an event without an outcome
   * @param most in all
   * @returns false if that is too much; then it is not counted. One event alone always has room.
   */
  hold(sequence: number, bytes: number, most: number): boolean {
    const before = this.#held.get(sequence) ?? 0
    if (this.#bytes > before && this.#bytes + bytes > most) return false
    this.#held.set(sequence, before + bytes)
    this.#bytes += bytes
    return true
  }

  /** The event has its outcome. */
  release(sequence: number): void {
    this.#bytes -= this.#held.get(sequence) ?? 0
    this.#held.delete(sequence)
  }
}

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
  readonly #counters: SessionCounters
  readonly #packetRate: RateLimit
  readonly #eventRate: RateLimit
  #readableAt = Number.NEGATIVE_INFINITY
  #excess: Excess = 'refused'

  constructor({ maxPacketsPerSecond, maxEventsPerSecond }: SessionLimits, counters: SessionCounters, now: number) {
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
