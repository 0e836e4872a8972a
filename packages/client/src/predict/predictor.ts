import type { AnyGame, Immutable, RuleClient } from '@tygase/gamestate'
import {
  atOnce,
  type ChangedRows,
  changedRows,
  type Dispatch,
  decodeValue,
  type EventInput,
  sealState,
  TickRun,
} from '@tygase/gamestate/internal'
import type { Chain } from '../prediction.js'

/** An own event from its dispatch until its outcome is known. */
export interface PendingEvent<State> {
  readonly sequence: number
  readonly name: string
  /** As the wire carries it. It is decoded anew for each run, since a rule may change its data or keep it. */
  readonly payload: Uint8Array
  /** The tick that it is meant for. */
  tick: number
  /** The place that the screen showed of others, for events with `rewind`. */
  readonly seen?: number | undefined
  /** The state that the screen showed there. */
  readonly drawn?: Immutable<State> | undefined
  /** When it was dispatched, in ms. */
  readonly atMs: number
  /** Set once its tick is over and the server has not run it: the tick in which it is expected to run. */
  expected?: number | undefined
  /** The predictor's own notes: what is counted once. */
  isLate?: boolean
  isRefused?: boolean
  /** It is known when it has come to the server. */
  hasArrived?: boolean
  /** It was sent again, to run later than it was meant to at first. */
  isRestamped?: boolean
}

export interface PredictorOptions {
  readonly game: AnyGame
  /** How many ticks may be computed over the base, from 1. */
  readonly maxAheadTicks: number
  /** This client, as rules get it. */
  client(): RuleClient
  /** Seconds of game time at a tick. */
  timeOf(tick: number): number
  /** An own event has dispatched an event in a predicted tick. The same one comes again with each run. */
  onDispatch(dispatch: Dispatch): void
  /** A rule could not be predicted. */
  onRefused(rule: string, reason: unknown): void
}

/** What own events did in one tick. */
interface Mark {
  readonly tick: number
  readonly rows: () => ChangedRows
}

/** What own events did that are in a confirmed version now. */
interface Settled extends Mark {
  /** The first version that has them. */
  readonly version: number
}

/**
 * Own pending events beyond so many are sent but not predicted. They pile up while the connection is suspended, and each
 * rebase would run them all.
 */
const mostPending = 256
/** Marks of events that are in a confirmed version are kept for so many versions: longer than others are drawn in the past. */
const keptVersions = 64

/**
 * Computes versions ahead of the server: own pending events and `timeStep` over the newest confirmed version. It has no clock
 * and no network. Nothing is computed before it is read.
 *
 * Invariants:
 * - `#chain[i]` is the state after tick `#base + i`, and there is at least one.
 * - A pending event whose tick is beyond the bound runs in the last tick that may be computed: it is always seen.
 * - `#base` is the confirmed version, or a later tick if no tick between the two changes anything.
 * - What is read depends only on the confirmed version, the pending events and the tick, not on the history.
 * - No state that was read ever changes.
 */
export class Predictor<State> implements Chain<State> {
  readonly #options: PredictorOptions
  /** The newest confirmed version. Only this class sets it, and the counts below. */
  version: number
  #confirmed: Immutable<State>
  /** True if the chain does not begin with the confirmed version yet. */
  #isStale = true
  #base: number
  #chain: Immutable<State>[]
  /** In the order of the sequences. */
  #pending: PendingEvent<State>[] = []
  #marks: Mark[] = []
  #settled: Settled[] = []
  revision = 0
  /** Versions from which the chain began anew. */
  rebases = 0
  /** Ticks that were computed. */
  ticks = 0
  /** Own events that the server ran after the tick in which they were shown. */
  lateEvents = 0
  /** Own events that ran here in vain: their rule cannot be predicted. */
  notPredicted = 0

  constructor(version: number, state: Immutable<State>, options: PredictorOptions) {
    this.#options = options
    this.version = version
    this.#confirmed = state
    this.#base = version
    this.#chain = [state]
  }

  get base(): number {
    this.#refresh()
    return this.#base
  }

  /**
   * There is another newest version; it may be an older one, if the server's versions begin anew.
   * @param isPending false for the own events that are in it, or never will be in any
   * @param expect called for each own event that it does not have although its tick is over: in which tick that will run, if not in
   *   the next one
   */
  confirm(
    version: number,
    state: Immutable<State>,
    isPending: (sequence: number) => boolean,
    expect: (event: PendingEvent<State>) => number | undefined = () => undefined,
  ): void {
    const settled = this.#pending.filter(({ sequence }) => !isPending(sequence))
    if (settled.length > 0) this.#settle(settled, version)
    if (version === this.version && state === this.#confirmed) return
    this.version = version
    this.#confirmed = state
    this.#isStale = true
    this.revision++
    for (const event of this.#pending) if (event.tick <= version) event.expected = expect(event)
    this.#settled = this.#settled.filter((mark) => mark.version > version - keptVersions && mark.version <= version)
  }

  /** An own event waits for its outcome from now on. One with the sequence of a pending event takes the place of that. */
  add(event: PendingEvent<State>): void {
    const place = this.#pending.findIndex(({ sequence }) => sequence === event.sequence)
    if (place < 0 && this.#pending.length >= mostPending) return
    this.#change(() => {
      if (place < 0) this.#pending.push(event)
      else this.#pending[place] = event
    })
  }

  /** @returns the pending event with this sequence */
  pending(sequence: number): PendingEvent<State> | undefined {
    return this.#pending.find((event) => event.sequence === sequence)
  }

  /** @returns the tick in which this event runs, if it is pending; no earlier than one that was dispatched before it */
  runOf(sequence: number): number | undefined {
    return this.#runs().find(({ event }) => event.sequence === sequence)?.tick
  }

  /** A pending event is sent again, to run in a later tick. @returns false if it is not pending, or meant for a tick as late */
  restamp(sequence: number, tick: number): boolean {
    const event = this.pending(sequence)
    if (event === undefined || event.tick >= tick) return false
    // whichever copy comes first
    this.#noteLate(event)
    event.isRestamped = true
    this.#change(() => {
      event.tick = tick
      event.expected = undefined
    })
    return true
  }

  /**
   * An own event has come to the server.
   * @returns the event, once, if it is pending and has one stamp
   */
  arrived(sequence: number, isLate: boolean): PendingEvent<State> | undefined {
    const event = this.pending(sequence)
    if (event === undefined || event.hasArrived) return undefined
    event.hasArrived = true
    // it runs no earlier than one before it that was sent again
    const waits = this.#pending.some((other) => other.sequence < sequence && other.tick > event.tick)
    if (isLate || waits) this.#noteLate(event)
    return event.isRestamped ? undefined : event
  }

  /** The outcome of an own event is known. @returns false if it is not pending */
  settle(sequence: number): boolean {
    const event = this.pending(sequence)
    if (event !== undefined) this.#settle([event], this.version)
    return event !== undefined
  }

  /** Whether a pending event is later than it was shown, or has been. */
  get isLate(): boolean {
    return this.#pending.some(({ tick, isLate }) => isLate || tick <= this.version)
  }

  /** The tick in which the last pending event runs, before the bound is applied; the version if there is none. */
  get lastRun(): number {
    return this.#runs().at(-1)?.tick ?? this.version
  }

  at(tick: number): Immutable<State> {
    const wanted = this.reach(tick)
    this.#computeTo(wanted)
    return this.#chain[Math.max(0, wanted - this.#base)]!
  }

  /** @returns the furthest tick that may be read, up to `tick` */
  reach(tick: number): number {
    this.#refresh()
    const { maxAheadTicks } = this.#options
    if (tick <= this.#last) return tick
    const last = this.#last
    this.#computeTo(last)
    // The game is at rest: the server sends no version while nothing changes, however long that lasts.
    if (this.#base === last) this.#base = Math.max(last, Math.min(tick, this.#nextTick()) - 1)
    return Math.min(tick, this.#base + maxAheadTicks)
  }

  touched(place = Number.POSITIVE_INFINITY): readonly ChangedRows[] {
    this.#refresh()
    return [...this.#marks, ...this.#settled.filter(({ version }) => version > place)].map(({ rows }) => rows())
  }

  #refresh(): void {
    if (!this.#isStale) return
    this.#isStale = false
    this.rebases++
    this.#base = this.version
    this.#chain = [this.#partOf(this.#confirmed)]
    this.#marks = []
  }

  #partOf(state: Immutable<State>): Immutable<State> {
    const { game, client } = this.#options
    if (game.predictPart === undefined) return state
    try {
      return sealState(undefined, atOnce('predictPart', game.predictPart(state, client().id)))
    } catch (error) {
      this.#options.onRefused('predictPart', error)
      return state
    }
  }

  /** The last tick that may be computed. */
  get #last(): number {
    return this.#base + this.#options.maxAheadTicks
  }

  /** Forgets all that was computed from a tick on. */
  #cut(from: number): void {
    this.revision++
    if (this.#isStale) return
    const tick = Math.min(from, this.#last)
    if (tick <= this.#base) {
      // all ticks up to the base have the same state, so that the base may go back
      this.#base = tick - 1
      this.#chain.length = 1
    } else this.#chain.length = Math.min(this.#chain.length, tick - this.#base)
    this.#marks = this.#marks.filter((mark) => mark.tick < tick)
  }

  #settle(settled: readonly PendingEvent<State>[], version: number): void {
    for (const { event, tick } of this.#runs()) {
      const mark = settled.includes(event) && this.#marks.find((each) => each.tick === Math.min(tick, this.#last))
      if (mark) this.#settled.push({ ...mark, version })
    }
    this.#change(() => {
      this.#pending = this.#pending.filter((event) => !settled.includes(event))
    })
  }

  /**
   * Changes the pending events, and forgets all that was computed from the first tick on in which other events run now. An event
   * may hold those behind it back to its own tick: they run earlier once it is gone.
   */
  #change(work: () => void): void {
    const before = new Map(this.#runs().map(({ event, tick }) => [event, tick]))
    work()
    let first = Number.POSITIVE_INFINITY
    for (const { event, tick } of this.#runs()) {
      const was = before.get(event)
      if (was !== tick) first = Math.min(first, tick, was ?? tick)
      before.delete(event)
    }
    // those that are gone
    for (const tick of before.values()) first = Math.min(first, tick)
    if (first < Number.POSITIVE_INFINITY) this.#cut(first)
  }

  #noteLate(event: PendingEvent<State>): void {
    if (!event.isLate) this.lateEvents++
    event.isLate = true
  }

  /** The pending events with the ticks in which they run: as at the server, none before that of an event that was dispatched earlier. */
  #runs(): { event: PendingEvent<State>; tick: number }[] {
    let last = this.version + 1
    return this.#pending.map((event) => {
      last = Math.max(last, event.expected ?? event.tick)
      return { event, tick: last }
    })
  }

  /** The first tick after the base in which a pending event runs. */
  #nextTick(): number {
    return this.#runs().find(({ tick }) => tick > this.#base)?.tick ?? Number.POSITIVE_INFINITY
  }

  #eventsOf(tick: number): readonly PendingEvent<State>[] {
    // at rest the bound moves on
    const isLast = tick === this.#last && this.#chain.length > 1
    const { events } = this.#options.game
    return this.#runs()
      .filter((run) => (run.tick === tick || (isLast && run.tick > tick)) && events[run.event.name]?.predict !== false)
      .map(({ event }) => event)
  }

  #computeTo(tick: number): void {
    while (this.#base + this.#chain.length - 1 < tick) {
      const state = this.#chain[this.#chain.length - 1]!
      const made = this.#base + this.#chain.length
      const next = this.#compute(state, made)
      if (next !== state || this.#chain.length > 1 || this.#nextTick() <= made) this.#chain.push(next)
      // nothing has happened: the server has sent no version for this tick
      else this.#base = made
    }
  }

  #compute(state: Immutable<State>, tick: number): Immutable<State> {
    this.ticks++
    const { game, timeOf } = this.#options
    // no secret of the server is in the seed: what `timeStep` draws is a guess
    const place = { tick, seed: 0, time: timeOf(tick), predicting: true }
    const events = this.#eventsOf(tick)
    const after = events.length === 0 ? state : this.#runEvents(state, events, place)
    const run = new TickRun(game, after, place)
    const made = run.finish(true)
    for (const { rule, error } of made.failures) this.#options.onRefused(rule, error)
    return made.state as Immutable<State>
  }

  #runEvents(
    state: Immutable<State>,
    events: readonly PendingEvent<State>[],
    place: { readonly tick: number; readonly seed: number; readonly time: number; readonly predicting: boolean },
  ): Immutable<State> {
    const { game, client, onDispatch, onRefused } = this.#options
    const seenAt = (seen: number): Immutable<State> | undefined => events.find((event) => event.seen === seen)?.drawn
    const run = new TickRun(game, state, { ...place, seenAt })
    for (const event of events) {
      const { name, payload, sequence, seen } = event
      const input: EventInput = {
        kind: 'event',
        name,
        data: decodeValue(payload),
        client: client(),
        sequence,
        seen,
      }
      const outcome = run.apply(input)
      if (outcome.kind !== 'refused') continue
      // it runs again with each rebase
      if (!event.isRefused) this.notPredicted++
      event.isRefused = true
      onRefused(name, outcome.message)
    }
    // `timeStep` follows in a run of its own: what the events have changed is seen between the two
    const made = run.finish(false)
    for (const dispatch of made.dispatches) onDispatch(dispatch)
    const after = made.state as Immutable<State>
    if (after !== state) this.#marks.push(markOf(place.tick, state as object, after as object))
    return after
  }
}

/** What own events did in one tick. It is found out when it is first asked for. */
function markOf(tick: number, before: object, after: object): Mark {
  let rows: ChangedRows | undefined
  return {
    tick,
    rows: () => {
      rows ??= changedRows(before, after)
      return rows
    },
  }
}
