import { InputQueue, type InputTime } from './input-queue.js'
import type { EventInput, TickInput } from './rules/make-tick.js'
import { copyValue } from './values/kinds.js'

/** The events of one sender that are held, oldest first. */
interface HeldSender {
  readonly events: EventInput[]
  /** Those before this place have been released. */
  released: number
  /** The tick of the last one: no later event of the sender may run before it. */
  lastTick: number
}

/**
 * Events that are stamped with a later tick, and wait for it.
 *
 * Invariants:
 * - The events of one sender are released in the order of their arrival, each once. One that is stamped with an earlier
 *   tick than the event before it, or not stamped at all, waits with that event.
 * - Nothing is held for a tick that has been released.
 */
class HeldEvents {
  /** For each tick the senders of its events, one for each event, in the order of arrival. */
  readonly #ticks = new Map<number, HeldSender[]>()
  /** The key is undefined for the server's own code. A sender without a held event has no entry. */
  readonly #senders = new Map<string | undefined, HeldSender>()
  #size = 0
  #releasedTo = 0

  /** Events that wait. */
  get size(): number {
    return this.#size
  }

  /** Events of a client that wait. */
  eventsOf(clientId: string): number {
    const sender = this.#senders.get(clientId)
    return sender === undefined ? 0 : sender.events.length - sender.released
  }

  /**
   * Takes an event that has to wait.
   * @param nextTick the next one that is made
   * @param lastTick no event waits for a later one: a later stamp is cut to it
   * @returns false if the event may run in the next tick, and is not held
   */
  hold(event: EventInput, nextTick: number, lastTick: number): boolean {
    const { tick: stamp = 0 } = event
    const key = senderOf(event)
    let sender = this.#senders.get(key)
    // any number does: a client may send what it likes
    const own = stamp > nextTick ? Math.ceil(Math.min(stamp, lastTick)) : nextTick
    const tick = Math.max(own, sender?.lastTick ?? 0)
    if (sender === undefined) {
      if (tick <= nextTick) return false
      sender = { events: [], released: 0, lastTick: tick }
      this.#senders.set(key, sender)
    }
    sender.events.push(event)
    sender.lastTick = tick
    const senders = this.#ticks.get(tick)
    if (senders === undefined) this.#ticks.set(tick, [sender])
    else senders.push(sender)
    this.#size++
    return true
  }

  /** Releases the events of a tick, and those of ticks before it that were left out. */
  release(tick: number, to: (event: EventInput) => void): void {
    // a machine whose store was reset to a later version leaves ticks out
    const isNext = tick === this.#releasedTo + 1
    this.#releasedTo = tick
    if (this.#ticks.size === 0) return
    if (isNext) return this.#releaseOne(tick, to)
    const due = [...this.#ticks.keys()].filter((each) => each <= tick)
    for (const each of due.sort((a, b) => a - b)) this.#releaseOne(each, to)
  }

  /** Releases all events of a client, which leaves. */
  releaseOf(clientId: string, to: (event: EventInput) => void): void {
    const sender = this.#senders.get(clientId)
    if (sender === undefined) return
    this.#senders.delete(clientId)
    const { events, released } = sender
    this.#size -= events.length - released
    // the lists of the ticks still name the sender: they find nothing there
    sender.released = events.length
    if (this.#size === 0) this.#ticks.clear()
    for (let place = released; place < events.length; place++) to(events[place]!)
  }

  /** Releases all events, those of one sender in order. */
  releaseAll(to: (event: EventInput) => void): void {
    this.release(Number.POSITIVE_INFINITY, to)
    this.#releasedTo = 0
  }

  #releaseOne(tick: number, to: (event: EventInput) => void): void {
    const senders = this.#ticks.get(tick)
    if (senders === undefined) return
    this.#ticks.delete(tick)
    for (const sender of senders) {
      if (sender.released === sender.events.length) continue
      const event = sender.events[sender.released++]!
      this.#size--
      if (sender.released === sender.events.length) this.#senders.delete(senderOf(event))
      to(event)
    }
  }
}

/** As in the input queue: an event that code at the server pushes for a client is the server's. */
function senderOf({ sequence, client }: EventInput): string | undefined {
  return sequence === undefined ? undefined : client?.id
}

export interface WaitingLimits {
  /** Events that may wait. */
  readonly maxEvents: number
  /** Of these, events of one client. */
  readonly maxEventsPerClient: number
  /** No event waits for a tick that is further ahead. */
  readonly maxAheadTicks: number
}

/** Inputs that wait for a tick: for the next one in a queue, and events that are stamped with a later tick behind it. */
export class WaitingInputs {
  readonly #limits: WaitingLimits
  readonly #queue = new InputQueue()
  readonly #held = new HeldEvents()

  constructor(limits: WaitingLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#queue.size + this.#held.size
  }

  /** @returns why an event cannot wait, too; undefined if it can */
  problemOf({ client, sequence }: EventInput): { code: string; message: string } | undefined {
    const { maxEvents, maxEventsPerClient } = this.#limits
    if (this.size >= maxEvents) return { code: 'event_queue_full', message: 'too many events wait for a tick' }
    if (sequence === undefined || client === undefined) return undefined
    const waiting = this.#queue.eventsOf(client.id) + (this.#held.size > 0 ? this.#held.eventsOf(client.id) : 0)
    if (waiting < maxEventsPerClient) return undefined
    return { code: 'event_queue_full', message: 'too many events of this client wait for a tick' }
  }

  /** @param lastTick the last tick that was made */
  pushEvent(event: EventInput, lastTick: number): void {
    const own = event.sequence === undefined ? withOwnData(event) : event
    const mayWait = own.tick !== undefined || this.#held.size > 0
    const isHeld = mayWait && this.#held.hold(own, lastTick + 1, lastTick + this.#limits.maxAheadTicks)
    if (!isHeld) this.#queue.push(own)
  }

  /** Joins and leaves are for the next tick. The events of a client that leaves run before its leave. */
  push(input: Exclude<TickInput, EventInput>): void {
    if (input.kind === 'leave') this.#held.releaseOf(input.client.id, this.#toQueue)
    this.#queue.push(input)
  }

  /** No event waits for a later tick any more. */
  releaseAll(): void {
    this.#held.releaseAll(this.#toQueue)
  }

  /** Time was spent for inputs of a client after their rules: as `charge` of the machine. */
  charge(clientId: string, ms: number): void {
    this.#queue.charge(clientId, ms)
  }

  /** A tick is about to be made. @returns whether there are inputs for it */
  release(tick: number): boolean {
    if (this.#held.size > 0) this.#held.release(tick, this.#toQueue)
    return this.#queue.size > 0
  }

  /** Takes out the inputs of a tick and runs them. @param time undefined: all of them @returns those that ran, in order */
  take(run: (input: TickInput) => void, time: InputTime | undefined): readonly TickInput[] {
    return this.#queue.take(run, time)
  }

  /** The same for joins and leaves alone. */
  takeJoinsAndLeaves(run: (input: TickInput) => void): readonly TickInput[] {
    return this.#queue.takeJoinsAndLeaves(run)
  }

  /** Takes out the events: they do not run. Joins and leaves wait on. */
  takeEvents(): EventInput[] {
    const taken = this.#queue.takeEvents()
    // of one sender, those that are held came after those in the queue
    this.#held.releaseAll((event) => void taken.push(event))
    return taken
  }

  readonly #toQueue = (event: EventInput): void => this.#queue.push(event)
}

/** Server code may use its data again before the tick: the input gets a copy. Data that is not plain is taken as it is. */
function withOwnData(input: EventInput): EventInput {
  try {
    return typeof input.data === 'object' ? { ...input, data: copyValue(input.data) } : input
  } catch {
    return input
  }
}
