import { malformed, ProtocolError } from './errors.js'
import type { SessionLimits } from './limits.js'
import type { EventMessage } from './messages/event-message.js'
import type { IncomingEvent } from './session-types.js'

/** An event with what the packet around it says about it. */
export interface ReceivedEvent extends IncomingEvent {
  minVersion: number | undefined
}

/** What the receiver of events tells the one who keeps their outcomes. */
export interface ReceivedEvents {
  /** An event of so many bytes is next in order and will be handled. Called ascending. */
  accepted(sequence: number, bytes: number): void
  /** These will never be handled. Ascending with `accepted`. */
  lost(sequence: number, count: number): void
  /** How many events and outcomes are kept already. */
  readonly size: number
  /** What they take, about. */
  readonly bytes: number
}

/** How much may wait. */
export type PendingLimits = Pick<SessionLimits, 'maxPendingEvents' | 'maxPendingBytes'>

/** An ACK can hold four times as much, which the header of a run needs that goes up to here. */
const maxSequence = 2 ** 50
const none: readonly never[] = []

/**
 * The events of one direction at their receiver, until they are handed out: in the order of their sequences, each once.
 *
 * Invariants: all below `#next` were handed out, wait in `#ready`, or are lost; `#early` holds none of them; `#early` is
 * empty on a reliable transport between two packets.
 */
export class IncomingEvents {
  readonly #kept: ReceivedEvents
  readonly #limits: PendingLimits
  /** Came before some that are missing. */
  readonly #early = new Map<number, ReceivedEvent>()
  #earlyBytes = 0
  /** In order, not handed out. */
  #ready: ReceivedEvent[] = []
  #readyFrom = 0
  #next = 1
  #floor = 1
  #lastOnTransport: number | undefined
  #duplicates = 0

  constructor(kept: ReceivedEvents, limits: PendingLimits) {
    this.#kept = kept
    this.#limits = limits
  }

  get receivedThrough(): number {
    return this.#next - 1
  }

  get duplicates(): number {
    return this.#duplicates
  }

  /** Another transport: what came early on the old one will come again if it is to come. */
  attach(): void {
    this.#clearEarly()
    this.#lastOnTransport = undefined
  }

  /** Works out the sequences of a packet's events and changes nothing. Throws `malformed`. */
  resolve(messages: readonly EventMessage[], names: readonly string[], isReliable: boolean): readonly ReceivedEvent[] {
    if (messages.length === 0) return none
    let last = isReliable ? this.#lastOnTransport : undefined
    return messages.map(({ sequence: given, minVersion, name, payload }) => {
      const sequence = given ?? (last === undefined ? 0 : last + 1)
      if (sequence === 0 || sequence > maxSequence) {
        throw malformed('an event with no sequence, or one too high')
      }
      last = sequence
      const known = typeof name === 'string' ? name : names[name - 1]
      if (known === undefined) throw malformed(`there is no event name ${name}`)
      return { sequence, minVersion, name: known, payload }
    })
  }

  /**
   * Takes in the events of a packet.
   * @param floor what the packet's FLOOR says; undefined when it has none
   * @returns how many were taken before. Throws `too_many_pending` on a reliable transport; on others what is too
   * many is dropped.
   */
  receive(events: readonly ReceivedEvent[], floor: number | undefined, isReliable: boolean): number {
    const before = this.#duplicates
    for (const event of events) {
      this.#lastOnTransport = event.sequence
      // what a reliable transport brings is in order, so nothing below will follow
      if (isReliable || floor === undefined) this.#floor = Math.max(this.#floor, event.sequence)
      this.#place(event, isReliable)
    }
    if (floor !== undefined) this.#floor = Math.max(this.#floor, Math.min(floor, maxSequence))
    this.#closeGaps()
    return this.#duplicates - before
  }

  /** @param heldVersion that the replica is at. @returns the next event to handle, undefined when none may be yet */
  next(heldVersion: number | undefined): ReceivedEvent | undefined {
    const event = this.#ready[this.#readyFrom]
    if (event === undefined) return undefined
    if (event.minVersion !== undefined && (heldVersion === undefined || heldVersion < event.minVersion))
      return undefined
    this.#readyFrom++
    if (this.#readyFrom === this.#ready.length) {
      this.#ready = []
      this.#readyFrom = 0
    } else if (this.#readyFrom === 1024) {
      // lets go of what was handed out, often enough to bound it and seldom enough to cost nothing
      this.#ready = this.#ready.slice(1024)
      this.#readyFrom = 0
    }
    return event
  }

  /** The session is over: nothing more is handed out. */
  clear(): void {
    this.#clearEarly()
    this.#ready = []
    this.#readyFrom = 0
  }

  #place(event: ReceivedEvent, isReliable: boolean): void {
    const { sequence } = event
    if (sequence < this.#next || this.#early.has(sequence)) {
      this.#duplicates++
      return
    }
    // the one that closes a gap is always welcome: what waits behind it would wait forever otherwise
    const isNext = sequence === this.#next
    const count = this.#kept.size + (isNext ? 0 : this.#early.size)
    const bytes = this.#kept.bytes + (isNext ? 0 : this.#earlyBytes)
    const isTooMuch = bytes > 0 && bytes + bytesOf(event) > this.#limits.maxPendingBytes
    if (isTooMuch || count >= this.#limits.maxPendingEvents) {
      if (isReliable) {
        throw new ProtocolError('too_many_pending', `${count} events of the peer with ${bytes} bytes wait already`)
      }
      return
    }
    if (isNext) return this.#accept(event)
    this.#early.set(sequence, { ...event, payload: ownBytes(event.payload) })
    this.#earlyBytes += bytesOf(event)
  }

  #accept(event: ReceivedEvent): void {
    // handed out before this packet is over, unless it waits for a version
    this.#ready.push(event.minVersion === undefined ? event : { ...event, payload: ownBytes(event.payload) })
    this.#next = event.sequence + 1
    this.#kept.accepted(event.sequence, bytesOf(event))
  }

  #clearEarly(): void {
    this.#early.clear()
    this.#earlyBytes = 0
  }

  #closeGaps(): void {
    if (this.#next >= this.#floor && !this.#early.has(this.#next)) return
    // sorted once per packet, and gaps are skipped in one step each: what a peer skips costs nothing, however much it is
    for (const sequence of [...this.#early.keys()].sort((a, b) => a - b)) {
      this.#skipTo(Math.min(sequence, this.#floor))
      if (sequence > this.#next) return
      const event = this.#early.get(sequence)!
      this.#early.delete(sequence)
      this.#earlyBytes -= bytesOf(event)
      this.#accept(event)
    }
    this.#skipTo(this.#floor)
  }

  #skipTo(sequence: number): void {
    if (sequence <= this.#next) return
    this.#kept.lost(this.#next, sequence - this.#next)
    this.#next = sequence
  }
}

/** Beside its bytes an event takes memory for its bookkeeping. */
function bytesOf({ name, payload }: ReceivedEvent): number {
  return 64 + name.length + payload.length
}

/** What waits must not keep the whole packet that it came in. */
function ownBytes(payload: Uint8Array): Uint8Array {
  // not by `slice`, which copies nothing where the packet is a Buffer of Node's
  return payload.length < payload.buffer.byteLength ? new Uint8Array(payload) : payload
}
