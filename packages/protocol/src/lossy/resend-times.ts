import type { OutgoingEvent, OutgoingEvents, Resends, TakenEvents, WritingNow } from '../events/outgoing-events.js'
import { reserveBytes } from '../fixed-limits.js'

/** A packet repeats so many events at most, of so many bytes: one more packet would cost as much in heads. */
const mostRepeats = 8
const mostRepeatedBytes = 400
/** After so long without a packet, one goes out for the repeats alone: a copy that comes much later is late for its tick. */
const repeatMs = 20
/** Of an event beside its name and payload: head, sequence, tick, place, lengths. */
const repeatedHeadBytes = 16

/** True while the event goes into each packet until its ack has come. */
export function isRepeated({ options: { repeatUntilMs = 0 } }: OutgoingEvent, { nowMs }: { nowMs: number }): boolean {
  return nowMs < repeatUntilMs
}

/**
 * When events have to be written again over one transport that may lose packets. Times are connected time.
 *
 * Invariant: no event that was written has a `resendMs` before `nextMs`.
 */
export class ResendTimes implements Resends {
  readonly #ackTime: AckTime
  #nextMs = Number.POSITIVE_INFINITY
  /** Events that were written on this transport and are to be repeated, the one that was written last at the end. */
  #repeated: OutgoingEvent[] = []
  #repeatAtMs = Number.POSITIVE_INFINITY
  /** When the last silence has ended. */
  #heardAgainMs = Number.NEGATIVE_INFINITY

  /** @param ackTimeoutMs no wait is longer */
  constructor(ackTimeoutMs: number) {
    this.#ackTime = new AckTime(ackTimeoutMs)
  }

  /** When `due` has an event at the soonest. */
  get nextMs(): number {
    return this.#nextMs
  }

  /** An event is being written. */
  written(event: OutgoingEvent, now: WritingNow): void {
    const { connectedMs, rttMs, nowMs } = now
    if (event.resends > 0) {
      const { again, repeatUntilMs = 0 } = event.options
      const silentMs = Math.max(0, Math.min(connectedMs - event.writtenMs, nowMs - repeatUntilMs))
      event.options = { ...event.options, ...again?.(event.sequence, silentMs) }
    }
    if (isRepeated(event, now) && !this.#repeated.includes(event)) this.#repeated.push(event)
    event.writtenMs = connectedMs
    event.resendMs =
      event.resendsLeft === 0 ? Number.POSITIVE_INFINITY : connectedMs + this.#ackTime.waitMs(event.resends, rttMs)
    this.#nextMs = Math.min(this.#nextMs, event.resendMs)
  }

  /** The newest event of an ACK: those before it may have waited for it. */
  acked({ writtenMs, resends }: OutgoingEvent, connectedMs: number): void {
    const ms = connectedMs - writtenMs
    // which copy of an event the ack is for is not known; and a silence says nothing of how long acks take
    if (resends === 0 && ms >= 0 && writtenMs >= this.#heardAgainMs) this.#ackTime.sample(ms)
  }

  /** How long an ack takes, at most of the times. */
  usualMs(rttMs: number | undefined): number {
    return this.#ackTime.waitMs(0, rttMs)
  }

  /** The network speaks again after a silence: what has no ack is due once it is older than a round trip. */
  hurry(outgoing: OutgoingEvents, connectedMs: number, rttMs: number): void {
    this.#heardAgainMs = connectedMs
    let event = outgoing.pendingFrom(1)
    for (; event !== undefined; event = outgoing.pendingFrom(event.sequence + 1)) {
      // an event that was not written yet, or has no copy left, is not sent again
      if (event.resendMs === Number.POSITIVE_INFINITY) continue
      event.resendMs = Math.min(event.resendMs, Math.max(connectedMs, event.writtenMs + rttMs + leastMs))
      this.#nextMs = Math.min(this.#nextMs, event.resendMs)
    }
  }

  /** @param written events that are still pending. @returns those that have to be written again now */
  due(written: readonly OutgoingEvent[], connectedMs: number): OutgoingEvent[] {
    this.#nextMs = Number.POSITIVE_INFINITY
    return written.filter((event) => {
      if (event.resendMs > connectedMs) {
        this.#nextMs = Math.min(this.#nextMs, event.resendMs)
        return false
      }
      event.resendMs = Number.POSITIVE_INFINITY
      return true
    })
  }

  /** When a packet has to go out for events that are repeated, on the clock of `repeatUntilMs`. */
  get repeatAtMs(): number {
    return this.#repeatAtMs
  }

  /** Those that were written last are repeated: they have been written the fewest times, so the chance that none has come is best. */
  withRepeats(taken: TakenEvents, usedBytes: number, outgoing: OutgoingEvents, now: WritingNow): TakenEvents {
    this.#repeatAtMs = Number.POSITIVE_INFINITY
    if (this.#repeated.length === 0) return taken
    this.#repeated = this.#repeated.filter((event) => isRepeated(event, now) && outgoing.isPending(event.sequence))
    if (this.#repeated.length > 0) this.#repeatAtMs = now.nowMs + repeatMs
    const { encoder, peerLimits } = outgoing
    const events = [...taken.events]
    const bytes = events.reduce((sum, event) => sum + encoder.mostBytes(event), usedBytes)
    let freeBytes = peerLimits.maxPacketBytes - reserveBytes - bytes
    let repeatBytes = mostRepeatedBytes
    const most = Math.min(taken.events.length + mostRepeats, peerLimits.maxEventsPerPacket)
    for (let place = this.#repeated.length - 1; place >= 0 && events.length < most; place--) {
      const event = this.#repeated[place]!
      if (taken.events.includes(event)) continue
      freeBytes -= encoder.mostBytes(event)
      repeatBytes -= repeatedHeadBytes + event.payload.length + encoder.nameLength(event.name)
      if (freeBytes < 0 || repeatBytes < 0) break
      events.push(event)
    }
    const resends = taken.resends + events.length - taken.events.length
    return { events: events.sort((a, b) => a.sequence - b.sequence), resends }
  }
}

/** Shorter waits would be noise: the time that acks wait at their sender differs by more. */
const leastMs = 30
/** A guess of how long an ack waits at both ends, until one has been measured: a tick and a flush interval. */
const guessedHoldMs = 100

/**
 * How long the acks of events take, and so how long an event waits before it is sent again on a transport that is not
 * reliable. Smoothed as in RFC 6298, from events that were sent once. Longer than the round-trip time: acks also wait for a
 * tick, and for handlers that take their time.
 */
export class AckTime {
  readonly #mostMs: number
  #smoothedMs: number | undefined
  #deviationMs = 0

  /** @param mostMs no wait is longer */
  constructor(mostMs: number) {
    this.#mostMs = mostMs
  }

  /** An event that was sent once has been acked after `ms`. */
  sample(ms: number): void {
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = ms
      this.#deviationMs = ms / 2
      return
    }
    this.#deviationMs += (Math.abs(ms - this.#smoothedMs) - this.#deviationMs) / 4
    this.#smoothedMs += (ms - this.#smoothedMs) / 8
  }

  /**
   * @param resends how often the event has been sent again already: each time doubles the wait
   * @param rttMs round-trip time, used until an ack has come; undefined if it is not known either
   */
  waitMs(resends: number, rttMs: number | undefined): number {
    let ms = this.#mostMs
    if (this.#smoothedMs !== undefined) ms = this.#smoothedMs + 4 * this.#deviationMs
    else if (rttMs !== undefined) ms = 2 * rttMs + guessedHoldMs
    return Math.min(Math.max(ms, leastMs) * 2 ** resends, this.#mostMs)
  }
}
