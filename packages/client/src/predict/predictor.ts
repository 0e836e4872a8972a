import type { AnyGame, Immutable, RuleClient } from '@tygase/gamestate'
import {
  type ChangedRows,
  changedRows,
  type Dispatch,
  decodeValue,
  type EventInput,
  TickRun,
  Views,
} from '@tygase/gamestate/internal'
import type { Chain } from '../prediction.js'

/** An own event from its dispatch until its outcome is known. */
export interface PendingEvent<State> {
  readonly sequence: number
  readonly name: string
  /** As the wire carries it. It is decoded anew for each run, since a rule may change its data or keep it. */
  readonly payload: Uint8Array
  /** The tick that it is meant for. */
  readonly tick: number
  /** The place that the screen showed of others, for events with `rewind`. */
  readonly seen?: number | undefined
  /** The state that the screen showed there. */
  readonly drawn?: Immutable<State> | undefined
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
 * - `#base` is the confirmed version, or a later tick if no tick between the two changes anything.
 * - What is read depends only on the confirmed version, the pending events and the tick, not on the history.
 * - No state that was read ever changes.
 */
export class Predictor<State> implements Chain<State> {
  readonly #options: PredictorOptions
  readonly #parts: Views<State> | undefined
  #version: number
  #confirmed: Immutable<State>
  /** True if the chain does not begin with the confirmed version yet. */
  #isStale = true
  #base: number
  #chain: Immutable<State>[]
  /** In the order of the sequences. */
  #pending: PendingEvent<State>[] = []
  #marks: Mark[] = []
  #settled: Settled[] = []
  #revision = 0
  /** Versions from which the chain began anew. */
  rebases = 0
  /** Ticks that were computed. */
  ticks = 0
  /** Own events that a version at or after their tick did not have yet. */
  lateEvents = 0
  #late = new Set<number>()
  /** Own events that ran here in vain: their rule cannot be predicted. */
  notPredicted = 0
  #refused = new Set<number>()

  constructor(version: number, state: Immutable<State>, options: PredictorOptions) {
    this.#options = options
    const { predictPart } = options.game
    this.#parts = predictPart === undefined ? undefined : new Views<State>(predictPart)
    this.#version = version
    this.#confirmed = state
    this.#base = version
    this.#chain = [state]
  }

  /** The newest confirmed version. */
  get version(): number {
    return this.#version
  }

  get base(): number {
    this.#refresh()
    return this.#base
  }

  get revision(): number {
    return this.#revision
  }

  /** How many own events wait for their outcome. */
  get pendingEvents(): number {
    return this.#pending.length
  }

  /**
   * There is another newest version; it may be an older one, if the server's versions begin anew.
   * @param isPending false for the own events that are in it, or never will be in any
   */
  confirm(version: number, state: Immutable<State>, isPending: (sequence: number) => boolean): void {
    const settled = this.#pending.filter(({ sequence }) => !isPending(sequence))
    if (settled.length > 0) this.#settle(settled, version)
    if (version === this.#version && state === this.#confirmed) return
    this.#version = version
    this.#confirmed = state
    this.#isStale = true
    this.#revision++
    for (const { sequence, tick } of this.#pending) if (tick <= version) this.#noteLate(sequence)
    this.#settled = this.#settled.filter((mark) => mark.version > version - keptVersions && mark.version <= version)
  }

  /** An own event waits for its outcome from now on. One with the sequence of a pending event takes the place of that. */
  add(event: PendingEvent<State>): void {
    const place = this.#pending.findIndex(({ sequence }) => sequence === event.sequence)
    if (place < 0 && this.#pending.length >= mostPending) return
    if (place < 0) this.#pending.push(event)
    else this.#pending[place] = event
    this.#cut(this.#tickOf(event))
  }

  /** @returns the tick that a pending event is stamped with; undefined for another event */
  stampOf(sequence: number): number | undefined {
    return this.#pending.find((event) => event.sequence === sequence)?.tick
  }

  /** The outcome of an own event is known. @returns false if it is not pending */
  settle(sequence: number): boolean {
    const settled = this.#pending.filter((event) => event.sequence === sequence)
    this.#settle(settled, this.#version)
    return settled.length > 0
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
    if (tick <= this.#base + maxAheadTicks) return tick
    const before = this.#base
    this.#computeTo(before + maxAheadTicks)
    // The game is at rest: the server sends no version while nothing changes, however long that lasts.
    if (this.#base === before + maxAheadTicks) this.#base = Math.max(this.#base, Math.min(tick, this.#nextTick()) - 1)
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
    this.#base = this.#version
    this.#chain = [this.#partOf(this.#confirmed)]
    this.#marks = []
  }

  #partOf(state: Immutable<State>): Immutable<State> {
    if (this.#parts === undefined) return state
    const { id } = this.#options.client()
    try {
      return this.#parts.of(state, id, id)
    } catch (error) {
      this.#options.onRefused('predictPart', error)
      return state
    }
  }

  /** Forgets all that was computed from a tick on. */
  #cut(tick: number): void {
    this.#revision++
    if (this.#isStale) return
    if (tick <= this.#base) {
      // all ticks up to the base have the same state, so that the base may go back
      this.#base = tick - 1
      this.#chain.length = 1
    } else this.#chain.length = Math.min(this.#chain.length, tick - this.#base)
    this.#marks = this.#marks.filter((mark) => mark.tick < tick)
  }

  #settle(settled: readonly PendingEvent<State>[], version: number): void {
    if (settled.length === 0) return
    let first = Number.POSITIVE_INFINITY
    for (const event of settled) {
      const tick = this.#tickOf(event)
      first = Math.min(first, tick)
      this.#late.delete(event.sequence)
      this.#refused.delete(event.sequence)
      const mark = this.#marks.find((each) => each.tick === tick)
      if (mark !== undefined) this.#settled.push({ ...mark, version })
    }
    this.#cut(first)
    this.#pending = this.#pending.filter((event) => !settled.includes(event))
  }

  #noteLate(sequence: number): void {
    if (this.#late.has(sequence)) return
    this.#late.add(sequence)
    this.lateEvents++
  }

  /** The tick in which a pending event runs: as at the server, not before that of an event that was dispatched earlier. */
  #tickOf(event: PendingEvent<State>): number {
    let tick = this.#version + 1
    for (const each of this.#pending) {
      tick = Math.max(tick, each.tick)
      if (each === event) return tick
    }
    return tick
  }

  /** The first tick after the base in which a pending event runs. */
  #nextTick(): number {
    let tick = this.#version + 1
    for (const event of this.#pending) {
      tick = Math.max(tick, event.tick)
      if (tick > this.#base) return tick
    }
    return Number.POSITIVE_INFINITY
  }

  #eventsOf(tick: number): readonly PendingEvent<State>[] {
    let last = this.#version + 1
    return this.#pending.filter((event) => {
      last = Math.max(last, event.tick)
      return last === tick && this.#options.game.events[event.name]?.predict !== false
    })
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
    for (const { name, payload, sequence, seen } of events) {
      const input: EventInput = {
        kind: 'event',
        name,
        data: decodeValue(payload),
        client: client(),
        sequence,
        ...(seen !== undefined && { seen }),
      }
      const outcome = run.apply(input)
      if (outcome.kind !== 'refused') continue
      // it runs again with each rebase
      if (!this.#refused.has(sequence)) this.notPredicted++
      this.#refused.add(sequence)
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
