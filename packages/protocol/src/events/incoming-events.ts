import { malformed, ProtocolError } from '../errors.js'
import { bookkeepingBytes, maxSequence } from '../fixed-limits.js'
import type { ClientLimits } from '../limits.js'
import type { SessionCounters } from '../session/session-counters.js'
import type { IncomingEvent } from '../session/session-types.js'
import { type EventMessage, placeOf } from '../wire/event-messages.js'
import type { OutcomeLog } from './outcome-log.js'
import type { MakeList, SequenceList } from './sequence-list.js'

/** An event with its sequence and name worked out. */
export interface ReceivedEvent extends IncomingEvent {
  minVersion: number | undefined
}

/** How much may wait. */
export type PendingLimits = Pick<ClientLimits, 'maxPendingEvents' | 'maxPendingBytes'>

/**
 * The events of one direction at their receiver, until they are handed out: in the order of their sequences, each once.
 *
 * Invariants: all below `#next` were handed out, wait in `#ready`, or are lost; `#early` holds none of them; `#early` is
 * empty on a reliable transport between two packets.
 */
export class IncomingEvents {
  readonly #log: Pick<OutcomeLog, 'accepted' | 'lost' | 'size' | 'bytes' | 'isAwaited'>
  readonly #limits: PendingLimits
  readonly #counters: SessionCounters
  /** Events that came before some that are missing. */
  readonly #early: SequenceList<ReceivedEvent>
  #earlyBytes = 0
  /** In order, not handed out. */
  #ready: ReceivedEvent[] = []
  #next = 1
  #floor = 1
  #lastOnTransport: number | undefined

  constructor(
    log: Pick<OutcomeLog, 'accepted' | 'lost' | 'size' | 'bytes' | 'isAwaited'>,
    limits: PendingLimits,
    counters: SessionCounters,
    makeList: MakeList,
  ) {
    this.#early = makeList()
    this.#log = log
    this.#limits = limits
    this.#counters = counters
  }

  /** All events up to this sequence have come or are lost. */
  get receivedThrough(): number {
    return this.#next - 1
  }

  /** Server: another process has received the events up to this one. */
  goOn(receivedThrough: number): void {
    this.#next = receivedThrough + 1
  }

  /** Another transport: events that came early on the old one will come again if they come at all. */
  attach(): void {
    this.#clearEarly()
    this.#lastOnTransport = undefined
  }

  /** Works out the sequences of a packet's events and changes nothing. Throws `malformed`. */
  resolve(messages: readonly EventMessage[], names: readonly string[], isReliable: boolean): readonly ReceivedEvent[] {
    let last = isReliable ? this.#lastOnTransport : undefined
    return messages.map(({ sequence: given, minVersion, tick, seen, origin, name, payload }) => {
      const sequence = given ?? (last === undefined ? 0 : last + 1)
      if (sequence === 0 || sequence > maxSequence) {
        throw malformed('event sequence')
      }
      last = sequence
      const known = typeof name === 'string' ? name : names[name - 1]
      if (known === undefined) throw malformed(`event name ${name}`)
      const place = tick === undefined || seen === undefined ? undefined : placeOf(tick, seen)
      return { sequence, minVersion, tick, seen: place, origin, name: known, payload }
    })
  }

  /**
   * Takes in the events of a packet.
   * @param floor of the packet's FLOOR; undefined if it has none
   * @returns how many had come before and have their outcome: the peer may have missed it. Throws `too_many_pending` on a reliable transport; on others excess events are
   * dropped.
   */
  receive(events: readonly ReceivedEvent[], floor: number | undefined, isReliable: boolean): number {
    let duplicates = 0
    let settled = 0
    for (const event of events) {
      this.#lastOnTransport = event.sequence
      // a reliable transport keeps the order, so no event below will follow
      if (isReliable || floor === undefined) this.#floor = Math.max(this.#floor, event.sequence)
      if (event.sequence < this.#next || this.#early.find(event.sequence) !== undefined) {
        duplicates++
        if (event.sequence < this.#next && !this.#log.isAwaited(event.sequence)) settled++
      } else this.#place(event, isReliable)
    }
    if (duplicates > 0) this.#counters.add('eventsDuplicate', duplicates)
    if (floor !== undefined) this.#floor = Math.max(this.#floor, Math.min(floor, maxSequence))
    this.#closeGaps()
    return settled
  }

  /** @param heldVersion of the replica. @returns the next event to handle; undefined if there is none yet */
  next(heldVersion: number | undefined): ReceivedEvent | undefined {
    const event = this.#ready[0]
    if (event === undefined || (event.minVersion ?? -1) > (heldVersion ?? -1)) return undefined
    return this.#ready.shift()
  }

  /** The session is over: no more events are handed out. */
  clear(): void {
    this.#clearEarly()
    this.#ready = []
  }

  #place(event: ReceivedEvent, isReliable: boolean): void {
    const { sequence } = event
    // the event that closes a gap is always accepted: those behind it would wait forever otherwise
    const isNext = sequence === this.#next
    const count = this.#log.size + (isNext ? 0 : this.#early.size)
    const bytes = this.#log.bytes + (isNext ? 0 : this.#earlyBytes)
    const isTooMuch = bytes > 0 && bytes + bytesOf(event) > this.#limits.maxPendingBytes
    if (isTooMuch || count >= this.#limits.maxPendingEvents) {
      if (isReliable) {
        throw new ProtocolError('too_many_pending', `${count} events of the peer with ${bytes} bytes wait already`)
      }
      return
    }
    if (isNext) return this.#accept(event)
    this.#early.insert({ ...event, payload: ownBytes(event.payload) })
    this.#earlyBytes += bytesOf(event)
  }

  #accept(event: ReceivedEvent): void {
    // handed out while the packet is being read, unless it waits for a version
    this.#ready.push(event.minVersion === undefined ? event : { ...event, payload: ownBytes(event.payload) })
    this.#next = event.sequence + 1
    this.#log.accepted(event.sequence, bytesOf(event))
  }

  #clearEarly(): void {
    this.#early.clear()
    this.#earlyBytes = 0
  }

  #closeGaps(): void {
    // each gap is one step: sequences that a peer skips cost nothing, however many
    for (let event = this.#early.first; event !== undefined; event = this.#early.first) {
      this.#skipTo(Math.min(event.sequence, this.#floor))
      if (event.sequence > this.#next) return
      this.#early.remove(event.sequence)
      this.#earlyBytes -= bytesOf(event)
      this.#accept(event)
    }
    this.#skipTo(this.#floor)
  }

  #skipTo(sequence: number): void {
    if (sequence <= this.#next) return
    const count = sequence - this.#next
    this.#log.lost(this.#next, count)
    this.#counters.add('eventsLost', count)
    this.#next = sequence
  }
}

function bytesOf({ name, payload }: ReceivedEvent): number {
  return bookkeepingBytes + name.length + payload.length
}

/** An event that waits must not keep the whole packet that it came in. */
function ownBytes(payload: Uint8Array): Uint8Array {
  // not by `slice`, which copies nothing if the packet is a Buffer of Node's
  return payload.length < payload.buffer.byteLength ? new Uint8Array(payload) : payload
}
