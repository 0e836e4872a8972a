import type { AnyGame, Clock, GameStateStore, Logger } from '@tygase/gamestate'
import { JoinedClock } from '@tygase/gamestate/internal'
import type { Counters } from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import type { RoomClients } from '../clients/client-table.js'
import type { Metering } from '../metering.js'
import type { JoinPace } from '../rooms/seats.js'
import type { StateSender } from './state-sender.js'

/**
 * Rooms that tick within this many ms tick together: waking a sleeping process costs more than the tick of a quiet room. The
 * last of them waits no longer than this, plus the ticks before it.
 */
const slotMs = 5

/**
 * So many rooms tick together before a further slot is used. A server of few rooms, as each process of many is, would else wake for
 * each of them. A room in a slot of its own waits for the ticks of the others as well, if they are long.
 */
const roomsTogether = 4

/**
 * The ticks of all rooms of a server: spread over the time from one tick to the next, so that no room waits for the ticks of
 * all others, and woken by one timer. Measured with 200 rooms: a timer for each room cost more than their ticks.
 */
export class TickSchedule {
  /** One timer of the clock below for all ticks. */
  readonly clock: Clock
  /** Number of rooms in each slot, by tick rate. */
  readonly #counts = new Map<number, number[]>()

  constructor(clock: Clock) {
    this.clock = new JoinedClock(clock)
  }

  /**
   * Gives a slot to a room that begins to tick: one in use that is not full, else one with the fewest rooms; the first of several.
   * `leave` gives it back.
   */
  enter(tickRate: number): number {
    const counts = this.#countsOf(tickRate)
    const open = counts.findIndex((count) => count > 0 && count < roomsTogether)
    const slot = open >= 0 ? open : counts.indexOf(Math.min(...counts))
    counts[slot]!++
    return slot
  }

  leave(tickRate: number, slot: number): void {
    this.#countsOf(tickRate)[slot]!--
  }

  /** Time of the next tick of a slot: after `nowMs`, by one interval at most. */
  nextTickMs(tickRate: number, slot: number, nowMs: number): number {
    const intervalMs = 1000 / tickRate
    const startMs = (slot * intervalMs) / this.#countsOf(tickRate).length
    const atMs = startMs + (Math.floor((nowMs - startMs) / intervalMs) + 1) * intervalMs
    return atMs > nowMs ? atMs : atMs + intervalMs
  }

  #countsOf(tickRate: number): number[] {
    let counts = this.#counts.get(tickRate)
    if (counts === undefined) {
      counts = new Array<number>(Math.max(1, Math.round(1000 / tickRate / slotMs))).fill(0)
      this.#counts.set(tickRate, counts)
    }
    return counts
  }
}

/** The slot of one room, which it has while its machine runs. */
export class RoomTicks {
  readonly #schedule: TickSchedule
  readonly #tickRate: number
  #slot: number | undefined

  constructor(schedule: TickSchedule, tickRate: number) {
    this.#schedule = schedule
    this.#tickRate = tickRate
  }

  /** The machine begins to run. @returns the time of its first tick */
  begin(nowMs: number): number {
    this.end()
    this.#slot = this.#schedule.enter(this.#tickRate)
    return this.#schedule.nextTickMs(this.#tickRate, this.#slot, nowMs)
  }

  /** The machine has stopped. Does nothing without a slot. */
  end(): void {
    if (this.#slot !== undefined) this.#schedule.leave(this.#tickRate, this.#slot)
    this.#slot = undefined
  }
}

/** Timers of sessions are checked at least this often, however slow the ticks are. */
const maxIntervalMs = 100
/** Clients that are written to at once without a tick: a message to thousands must not hold up all else. */
const mostEarly = 200
/** If a tick is later than this many intervals, the loop turns without it. */
const patience = 1.5

/** The room as its loop sees it. */
export interface LoopRoom {
  readonly clock: Clock
  /** For timers that are set anew on each tick. */
  readonly tickClock: Clock
  readonly logger: Logger
  readonly game: AnyGame
  readonly store: GameStateStore<object>
  readonly machine: { readonly running: boolean }
  readonly links: RoomClients
  readonly quiet: Quiet
  readonly counters: Counters
  readonly metering: Metering
  readonly sentAlone: { states: number; bytes: number }
  readonly sender: StateSender
  readonly pace: JoinPace
  readonly sendEveryTicks: number
  /** Sends news about the game and its members that are due. */
  readonly news: { readonly isDue: boolean; sendDue(): void; sendLists(): void }
  /** Questions about replicas; undefined for a room that asks none. */
  readonly checks: { readonly dueMs: number; turn(nowMs: number): void } | undefined
  /** Undefined for a room without one. */
  readonly journal: { readonly isBehind: boolean } | undefined
}

/**
 * Turns on every n-th tick: looks after the timers of all sessions, and writes once to each client. Without ticks a timer of
 * its own turns it, so that acks and keep-alives flow while the game is paused.
 */
export class TickLoop {
  readonly #room: LoopRoom
  readonly #intervalMs: number
  #isRunning = false
  #cancelTurn: (() => void) | undefined
  /** Clients that get an answer without waiting for the tick. */
  readonly #early = new Set<ClientLink>()
  #cancelEarly: (() => void) | undefined
  /** True if a turn has left the clients out, as the journal was behind. */
  #isHeld = false

  constructor(room: LoopRoom) {
    this.#room = room
    this.#intervalMs = Math.min((1000 / room.game.tickRate) * room.sendEveryTicks, maxIntervalMs)
  }

  /** Does nothing while it runs. */
  start(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#schedule(this.#intervalMs)
  }

  /** Nothing is written from now on but what `write` is called for. */
  stop(): void {
    this.#isRunning = false
    this.#cancelTurn?.()
    this.#cancelTurn = undefined
    this.#clearEarly()
  }

  onTick(tick: number): void {
    if (!this.#isRunning || tick % this.#room.sendEveryTicks !== 0) return
    this.#schedule(this.#intervalMs * patience)
    this.#turn(true)
  }

  /**
   * An event of the client has its outcome. The answer of a handler does not wait for the tick; the answer of a rule goes with
   * the state that the rule has made.
   */
  answered(link: ClientLink, byRule: boolean): void {
    this.#room.quiet.end()
    if (byRule) link.owesState = true
    else this.writeSoon(link)
  }

  /** Writes to the client soon: at the end of the read that comes from it, or once for all that happens within one turn of the event loop. */
  writeSoon(link: ClientLink): void {
    if (!this.#isRunning) return
    if (link.isReading) {
      link.owesAnswers = true
      return
    }
    this.#early.add(link)
    this.#cancelEarly ??= this.#room.clock.schedule(0, this.#writeEarly)
  }

  /** The read that has brought the events of the client has ended. */
  writeAnswers(link: ClientLink): void {
    link.owesAnswers = false
    if (!this.#isRunning) return
    if (this.#room.news.isDue) this.#room.news.sendLists()
    this.write(link, false)
  }

  /** A few clients at a time: between them ticks and sockets get their turn. */
  readonly #writeEarly = (): void => {
    this.#cancelEarly = undefined
    if (this.#room.news.isDue) this.#room.news.sendLists()
    const links: ClientLink[] = []
    for (const link of this.#early) {
      if (links.length === mostEarly) break
      links.push(link)
    }
    for (const link of links) this.#early.delete(link)
    if (this.#early.size > 0) this.#cancelEarly = this.#room.clock.schedule(0, this.#writeEarly)
    for (const link of links) this.write(link, false)
  }

  /** The journal is no longer behind: clients get what the last turns have left out. */
  writeHeld(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    if (this.#isRunning) this.#writeAll(true)
  }

  /** Writes to a client now. @returns the number of bytes */
  write(link: ClientLink, withState: boolean, nowMs: number = this.#room.clock.now()): number {
    const { meter } = this.#room.metering
    const before = meter?.enter('network')
    const bytes = this.#write(link, withState, nowMs)
    this.#count()
    if (before !== undefined) meter?.leave(before)
    return bytes
  }

  #write(link: ClientLink, withState: boolean, nowMs: number): number {
    try {
      return this.#room.sender.write(link, nowMs, withState)
    } catch (error) {
      this.#room.logger.error({ err: error }, 'a client could not be written to')
      return 0
    }
  }

  #turn(isTick: boolean): void {
    const { machine, pace } = this.#room
    // while the game runs, state goes out on its ticks alone; a paused game may still be changed by joins, leaves and tools
    this.#writeAll(isTick || !machine.running)
    // after all others, which must not wait for a rush of joins
    if (pace.isBusy) pace.turn()
    if (!isTick && this.#isIdle) this.stop()
  }

  #writeAll(withState: boolean): void {
    const { clock, store, quiet, links, news, checks, journal } = this.#room
    if (journal?.isBehind) return this.#holdBack(withState)
    if (!news.isDue && quiet.lasts(clock.now(), store.version)) return
    this.#clearEarly()
    const { meter } = this.#room.metering
    const before = meter?.enter('network')
    if (news.isDue) news.sendDue()
    if (withState && checks !== undefined && clock.now() >= checks.dueMs) checks.turn(clock.now())
    let bytes = 0
    for (const link of links.all.values()) {
      // anew for each client: the last of many must not get the time of the first
      const nowMs = clock.now()
      link.advance(nowMs)
      bytes += this.#write(link, withState, nowMs)
    }
    this.#count()
    if (bytes === 0) this.#beginQuiet()
    if (before !== undefined) meter?.leave(before)
  }

  /** More would wait behind what waits for the journal already: one state later is enough. */
  #holdBack(withState: boolean): void {
    this.#isHeld ||= withState
    const { clock, links } = this.#room
    for (const link of links.all.values()) link.advance(clock.now())
  }

  /** Nothing was sent in this turn: finds out when the first client needs work, so that turns until then can be skipped. */
  #beginQuiet(): void {
    const { store, quiet, links } = this.#room
    const { version } = store
    let untilMs = Number.POSITIVE_INFINITY
    for (const link of links.all.values()) {
      untilMs = Math.min(untilMs, link.quietUntilMs(version))
      if (untilMs === Number.NEGATIVE_INFINITY) return
    }
    quiet.begin(untilMs, version)
  }

  /** No client is here or on its way, and no rule runs: no timer is needed until that changes. */
  get #isIdle(): boolean {
    const { links, machine, pace } = this.#room
    return links.all.size === 0 && !machine.running && pace.size === 0
  }

  /** Counts the states that went out alone, once for all clients. */
  #count(): void {
    const { sentAlone, counters } = this.#room
    const { states, bytes } = sentAlone
    if (states === 0) return
    sentAlone.states = 0
    sentAlone.bytes = 0
    counters.add('packetsOut', states)
    counters.add('statesSent', states)
    counters.add('bytesOut', bytes)
    counters.add('stateBytes', bytes)
  }

  #clearEarly(): void {
    if (this.#early.size === 0) return
    this.#cancelEarly?.()
    this.#cancelEarly = undefined
    this.#early.clear()
  }

  #schedule(delayMs: number): void {
    this.#cancelTurn?.()
    this.#cancelTurn = this.#room.tickClock.schedule(delayMs, () => {
      this.#schedule(this.#intervalMs)
      this.#turn(false)
    })
  }
}

/** Idle window: until it ends no client of a room has work, so that a turn can return at once. All that may create work calls `end`. */
export class Quiet {
  #untilMs = Number.NEGATIVE_INFINITY
  #version = -1

  /**
   * All clients are at `version`, and none has anything to do or to send.
   * @param untilMs when the first timer of a client is due
   */
  begin(untilMs: number, version: number): void {
    this.#untilMs = untilMs
    this.#version = version
  }

  end(): void {
    this.#untilMs = Number.NEGATIVE_INFINITY
  }

  /** @param version the version that clients should be at now */
  lasts(nowMs: number, version: number): boolean {
    return nowMs < this.#untilMs && version === this.#version
  }
}
