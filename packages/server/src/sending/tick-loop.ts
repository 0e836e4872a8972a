import type { AnyGame, Clock, GameStateStore, Logger } from '@tygase/gamestate'
import type { ClientLink, Quiet } from '../clients/client-link.js'
import type { RoomClients } from '../clients/room-clients.js'
import type { JoinPace } from '../rooms/seats.js'
import type { StateSender } from './state-sender.js'

/** Timers of sessions are checked at least this often, however slow the ticks are. */
const maxIntervalMs = 100
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
  readonly sender: StateSender
  readonly pace: JoinPace
  readonly sendEveryTicks: number
  /** Sends news about the game that is due. */
  readonly news: { readonly isDue: boolean; sendDue(): void }
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

  /** Writes to the client soon: once for all that happens within one turn of the event loop. */
  writeSoon(link: ClientLink): void {
    if (!this.#isRunning) return
    this.#early.add(link)
    this.#cancelEarly ??= this.#room.clock.schedule(0, () => {
      const links = [...this.#early]
      this.#clearEarly()
      for (const each of links) this.write(each, false)
    })
  }

  /** Writes to a client now. @returns the number of bytes */
  write(link: ClientLink, withState: boolean, nowMs: number = this.#room.clock.now()): number {
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
    const { clock, store, quiet, links, news } = this.#room
    if (!news.isDue && quiet.lasts(clock.now(), store.version)) return
    this.#clearEarly()
    if (news.isDue) news.sendDue()
    let bytes = 0
    for (const link of links.all.values()) {
      // anew for each client: the last of many must not get the time of the first
      const nowMs = clock.now()
      link.advance(nowMs)
      bytes += this.write(link, withState, nowMs)
    }
    if (bytes === 0) this.#beginQuiet()
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
