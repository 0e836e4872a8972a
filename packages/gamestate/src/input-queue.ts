import type { Clock } from './clock.js'
import type { EventInput, TickInput } from './rules/make-tick.js'

/**
 * Share of the time from one tick to the next in which inputs are begun, so that a flood of events does not slow the
 * ticks: the rest waits. Counted from when the tick was due: a late tick takes fewer, but always one.
 */
const inputTimeShare = 0.95

/**
 * Share of the time between two ticks in which clients begin inputs beyond their parts of it, all together, unless one alone
 * has more. The same as the share that a server gives all connections for what they send: a tick must not spend at once what
 * is counted only after it.
 */
const clientsTimeShare = 0.35
/** A client below this share waits for no other client. The same as a server guarantees each connection. */
const guaranteedTimeShare = 0.02

/** Time that a tick may spend on inputs, on the clock of its machine. */
export interface InputTime {
  now(): number
  /** True if no further input is begun at this time. One is begun in any case. */
  isOver(nowMs: number): boolean
  /** Length of the time for all inputs of a tick, in ms. */
  readonly windowMs: number
  /** A client whose inputs take less than this in a tick waits for no other client's, unless the time for all is over, in ms. */
  readonly guaranteedMs: number
  /** Once the inputs of a tick have taken this long together, no client begins more than its part of it, in ms. */
  readonly sharedMs: number
  /** No input of a client is begun once its inputs have taken this long in a tick, in ms. */
  readonly clientMs: number
  /** Gets the time of each client whose inputs took some, in ms. */
  readonly times: Map<string, number>
}

/** A time that all inputs of a tick share: so many ms from now on. */
export function inputTimeOf(clock: Clock, inputMs: number): InputTime {
  const untilMs = clock.now() + inputMs
  return {
    now: () => clock.now(),
    isOver: (nowMs) => nowMs >= untilMs,
    windowMs: inputMs,
    guaranteedMs: inputMs,
    sharedMs: inputMs,
    clientMs: inputMs,
    times: new Map(),
  }
}

export interface TickTimeOptions {
  /** When the tick was due, on the clock. */
  readonly dueMs: number
  /** Time from one tick to the next. */
  readonly stepMs: number
  /** Share of that which the inputs of one client may take. */
  readonly clientTimeShare: number
  /** False once no tick follows soon: then this one takes all inputs. */
  isRunning(): boolean
}

/** The time of a tick that is made by the clock. */
export function tickTimeOf(clock: Clock, { dueMs, stepMs, clientTimeShare, isRunning }: TickTimeOptions): InputTime {
  const windowMs = stepMs * inputTimeShare
  const untilMs = dueMs + windowMs
  return {
    now: () => clock.now(),
    isOver: (nowMs) => nowMs >= untilMs && isRunning(),
    windowMs,
    guaranteedMs: stepMs * guaranteedTimeShare,
    sharedMs: stepMs * Math.max(clientsTimeShare, clientTimeShare),
    clientMs: stepMs * clientTimeShare,
    times: new Map(),
  }
}

/** What a sender may take of a tick before its inputs wait behind those of others, in ms. @param active senders with inputs */
function quantumOf({ clientMs, windowMs, guaranteedMs, sharedMs }: InputTime, active: number): number {
  return Math.min(clientMs, windowMs / (2 * active), Math.max(guaranteedMs, sharedMs / (2 * active)))
}

/** A tick takes no notice of times below this: they are noise. */
const leastCountedMs = 0.02
/**
 * What an input costs after its rule: its answer is encoded, kept and sent. It counts in its sender's part of a tick, so that
 * thousands of events with rules that take no time are spread over ticks. Measured: 0.002 to 0.004.
 */
const answerMs = 0.003
/** What a client owes counts up to this: it must not wait for long because the machine has run something else meanwhile. */
const mostOwedMs = 20
/** Shorter lists are not worth a copy. */
const leastCompacted = 64
/** So many senders without inputs are kept beside as many as have some: most of them send in each tick. */
const mostIdle = 64

/** The inputs of one client, or of the server's own code. */
class Sender {
  readonly key: string | undefined
  /** Events that wait, those of `backlog` included. */
  events = 0
  /** Joins and leaves that wait. */
  others = 0
  /** Time that its inputs have taken in the tick under way. */
  usedMs = 0
  /** Its inputs that have run in the tick under way. */
  ran = 0
  /** Time that was spent for it after earlier ticks, in ms. It counts in the tick under way, up to all of its part. */
  owedMs = 0
  /** Number of the last tick in which one of its inputs has run. */
  servedIn = 0
  /** Inputs that an earlier tick had no time for, oldest first; those before `taken` have run. */
  backlog: TickInput[] = []
  taken = 0
  /** True if its last join or leave was a leave. */
  hasLeft = false
  /** True once its events are dropped, because the client has left while the game was paused. */
  isGone = false

  constructor(key: string | undefined) {
    this.key = key
  }

  get isIdle(): boolean {
    return this.events === 0 && this.others === 0
  }

  get hasBacklog(): boolean {
    return this.taken < this.backlog.length
  }

  /** The oldest input of the backlog, which has one. */
  shift(): TickInput {
    const input = this.backlog[this.taken++]!
    if (this.taken === this.backlog.length) {
      this.backlog = []
      this.taken = 0
    }
    return input
  }
}

/**
 * The inputs that wait for a tick, and the order in which ticks take them.
 *
 * A sender is a client, or the server's own code. Invariants: the inputs of one sender run in the order of their arrival, each
 * once; an input that is pushed while a tick takes inputs waits for the next tick.
 *
 * - Time that the answers of a client took after earlier ticks counts in its part, so that rules and answers together stay in it.
 * - Inputs run in the order of their arrival as long as their sender stays below its part of the tick.
 * - Inputs of a sender above it wait behind those of all others. Then the senders take turns, one input each, until the time
 *   of the tick is over, the time that clients share is used up, or each client has had its share. So ten clients that each
 *   use up their share do not take the tick from those that draw a state from it.
 * - What is left waits for the next tick, and begins it: one input of each such sender, first of the senders that had no turn.
 * - Without a time, as in a step by hand, everything runs.
 */
export class InputQueue {
  #arrivals: (TickInput | undefined)[] = []
  /** The sender of each of the arrivals. */
  #senders: Sender[] = []
  /** Arrivals before this place are events: joins and leaves were taken out in a pause. */
  #seen = 0
  /** Senders with an input that waits, and some that had one. */
  readonly #byKey = new Map<string | undefined, Sender>()
  /** The sender of the last input. Mostly several inputs of one come in a row. */
  #last: Sender | undefined
  /** Senders with an input that waits. */
  #active = 0
  /** Senders with a backlog, in the order of their turns. */
  readonly #turns = new Set<Sender>()
  #size = 0
  /** Ticks so far. */
  #ticks = 0
  /** True if a sender may owe time. */
  #hasOwing = false

  /** Inputs that wait. */
  get size(): number {
    return this.#size
  }

  /** Events of a client that wait. */
  eventsOf(clientId: string): number {
    return this.#byKey.get(clientId)?.events ?? 0
  }

  /** Time was spent for inputs of a client after their rules. It counts in the client's part of the next ticks. */
  charge(clientId: string, ms: number): void {
    const sender = this.#byKey.get(clientId)
    if (sender !== undefined) sender.owedMs = Math.min(sender.owedMs + ms, mostOwedMs)
    this.#hasOwing = true
  }

  push(input: TickInput): void {
    const sender = this.#senderOf(input)
    if (sender.isIdle) this.#active++
    if (input.kind === 'event') sender.events++
    else sender.others++
    this.#size++
    this.#arrivals.push(input)
    this.#senders.push(sender)
  }

  /**
   * Takes inputs out and runs them.
   * @param time undefined: all of them
   * @returns those that ran, in order
   */
  take(run: (input: TickInput) => void, time: InputTime | undefined): TickInput[] {
    const taken: TickInput[] = []
    const used: Sender[] = []
    const active = this.#active
    this.#ticks++
    let beforeMs = time?.now() ?? 0
    let hasTime = true
    let clientsMs = 0
    const runOne = (sender: Sender, input: TickInput): void => {
      this.#uncount(sender, input)
      run(input)
      taken.push(input)
      if (time === undefined) return
      const afterMs = time.now()
      if (sender.servedIn !== this.#ticks) used.push(sender)
      sender.servedIn = this.#ticks
      sender.usedMs += afterMs - beforeMs
      if (sender.key !== undefined) clientsMs += afterMs - beforeMs + answerMs
      sender.ran++
      beforeMs = afterMs
      hasTime = !time.isOver(afterMs)
    }
    const runNext = (sender: Sender): void => {
      const input = sender.shift()
      // to the end of the turns
      this.#turns.delete(sender)
      if (sender.hasBacklog) this.#turns.add(sender)
      runOne(sender, input)
    }
    const isBelow = (sender: Sender, ms: number): boolean =>
      time === undefined || sender.owedMs + sender.usedMs + sender.ran * answerMs < ms
    const clientMs = time?.clientMs ?? 0
    const quantumMs = time === undefined ? 0 : quantumOf(time, active)

    if (this.#turns.size > 0) for (const sender of [...this.#turns]) if (hasTime) runNext(sender)
    const arrivals = this.#arrivals
    const senders = this.#senders
    this.#clearArrivals()
    for (let place = 0; place < arrivals.length; place++) {
      const input = arrivals[place]
      const sender = senders[place]!
      if (input === undefined || (sender.isGone && input.kind === 'event')) continue
      if (hasTime && !sender.hasBacklog && isBelow(sender, quantumMs)) runOne(sender, input)
      else {
        sender.backlog.push(input)
        this.#turns.add(sender)
      }
    }
    const mayGoOn = (sender: Sender): boolean =>
      sender.key === undefined || (isBelow(sender, clientMs) && (time === undefined || clientsMs < time.sharedMs))
    while (hasTime && this.#turns.size > 0) {
      const mayRun = [...this.#turns].filter(mayGoOn)
      if (mayRun.length === 0) break
      for (const sender of mayRun) if (hasTime && mayGoOn(sender)) runNext(sender)
    }
    if (time !== undefined && this.#hasOwing) this.#payOwed(time.clientMs)
    for (const sender of used) {
      if (sender.key !== undefined && sender.usedMs >= leastCountedMs) time?.times.set(sender.key, sender.usedMs)
      sender.usedMs = 0
      sender.ran = 0
    }
    if (!hasTime) this.#putUnservedFirst()
    this.#forgetIdle(active)
    return taken
  }

  /**
   * Takes the joins and leaves out and runs them. Events wait on; those of a client that leaves are dropped.
   * @returns those that ran, in order
   */
  takeJoinsAndLeaves(run: (input: TickInput) => void): TickInput[] {
    const taken: TickInput[] = []
    const runOne = (sender: Sender, input: TickInput): void => {
      this.#uncount(sender, input)
      run(input)
      taken.push(input)
      if (input.kind === 'leave') this.#dropEvents(sender)
    }
    for (const sender of [...this.#turns]) {
      if (sender.others === 0) continue
      const others = sender.backlog.slice(sender.taken).filter(({ kind }) => kind !== 'event')
      sender.backlog = sender.backlog.slice(sender.taken).filter(({ kind }) => kind === 'event')
      sender.taken = 0
      if (!sender.hasBacklog) this.#turns.delete(sender)
      for (const input of others) runOne(sender, input)
    }
    // rules may push inputs while they run: these wait
    const end = this.#arrivals.length
    for (let place = this.#seen; place < end; place++) {
      const input = this.#arrivals[place]
      if (input === undefined || input.kind === 'event') continue
      this.#arrivals[place] = undefined
      runOne(this.#senders[place]!, input)
    }
    this.#seen = end
    this.#compact()
    return taken
  }

  /** Takes the events out, and runs none. Joins and leaves wait on. */
  takeEvents(): EventInput[] {
    const taken: EventInput[] = []
    const takeOne = (sender: Sender, input: EventInput): void => {
      this.#uncount(sender, input)
      taken.push(input)
    }
    for (const sender of [...this.#turns]) {
      const left = sender.backlog.slice(sender.taken)
      sender.backlog = left.filter(({ kind }) => kind !== 'event')
      sender.taken = 0
      if (!sender.hasBacklog) this.#turns.delete(sender)
      for (const input of left) if (input.kind === 'event') takeOne(sender, input)
    }
    for (const [place, input] of this.#arrivals.entries()) {
      if (input?.kind !== 'event') continue
      this.#arrivals[place] = undefined
      const sender = this.#senders[place]!
      if (!sender.isGone) takeOne(sender, input)
    }
    this.#compact()
    return taken
  }

  #senderOf(input: TickInput): Sender {
    // an event that the server's code pushes for a client is the server's: its events keep their order
    const key = input.kind === 'event' && input.sequence === undefined ? undefined : input.client?.id
    if (this.#last !== undefined && this.#last.key === key) return this.#last
    let sender = this.#byKey.get(key)
    if (sender === undefined) {
      sender = new Sender(key)
      this.#byKey.set(key, sender)
    }
    this.#last = sender
    return sender
  }

  #uncount(sender: Sender, input: TickInput): void {
    this.#size--
    if (input.kind === 'event') sender.events--
    else {
      sender.others--
      sender.hasLeft = input.kind === 'leave'
    }
    if (!sender.isIdle) return
    this.#active--
    if (sender.hasLeft) this.#forget(sender)
  }

  /** A tick is over: each client has paid its part of it. */
  #payOwed(clientMs: number): void {
    this.#hasOwing = false
    for (const sender of this.#byKey.values()) {
      if (sender.owedMs === 0) continue
      sender.owedMs = Math.max(0, sender.owedMs - clientMs)
      this.#hasOwing ||= sender.owedMs > 0
    }
  }

  #forget(sender: Sender): void {
    // a client that came again under its id is another sender
    if (this.#byKey.get(sender.key) === sender) this.#byKey.delete(sender.key)
    if (this.#last === sender) this.#last = undefined
  }

  #dropEvents(sender: Sender): void {
    this.#size -= sender.events
    if (sender.events > 0 && sender.others === 0) this.#active--
    sender.events = 0
    sender.backlog = []
    sender.taken = 0
    sender.isGone = true
    this.#turns.delete(sender)
    this.#forget(sender)
  }

  /** Clients come and go: those that send no more must not add up. @param active senders that had an input in this tick */
  #forgetIdle(active: number): void {
    if (this.#byKey.size <= 2 * active + mostIdle) return
    this.#last = undefined
    for (const [key, sender] of this.#byKey) if (sender.isIdle) this.#byKey.delete(key)
  }

  /** The next tick begins with the senders for which this one had no time. */
  #putUnservedFirst(): void {
    for (const sender of [...this.#turns]) {
      if (sender.servedIn !== this.#ticks) continue
      this.#turns.delete(sender)
      this.#turns.add(sender)
    }
  }

  #clearArrivals(): void {
    this.#arrivals = []
    this.#senders = []
    this.#seen = 0
  }

  /** In a long pause places of joins and leaves that have run must not add up. */
  #compact(): void {
    if (this.#arrivals.length <= 2 * this.#size + leastCompacted) return
    const arrivals = this.#arrivals
    const senders = this.#senders
    const end = this.#seen
    this.#clearArrivals()
    for (let place = 0; place < arrivals.length; place++) {
      const input = arrivals[place]
      if (place === end) this.#seen = this.#arrivals.length
      if (input === undefined || (senders[place]!.isGone && input.kind === 'event')) continue
      this.#arrivals.push(input)
      this.#senders.push(senders[place]!)
    }
    if (end === arrivals.length) this.#seen = this.#arrivals.length
  }
}
