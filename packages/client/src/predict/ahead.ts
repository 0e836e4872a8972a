import type { Immutable, RuleClient } from '@tygase/gamestate'
import { checkJoinData, guard } from '@tygase/gamestate/internal'
import { gameTimeOf, type IncomingEvent, type ProtocolError } from '@tygase/protocol/internal'
import type { Chain, FeelStats, PredictionHost, Restamp, RunningPrediction, Stamp } from '../prediction.js'
import type { ReplicaStore } from '../replica.js'
import { MovingPlace } from '../scene/moving-place.js'
import { Subscriptions } from '../subscriptions.js'
import { AheadScene } from './ahead-scene.js'
import { Lead } from './lead.js'
import { OwnEffects, repeatMs } from './own-effects.js'
import type { Frame } from './past-states.js'
import { type PendingEvent, Predictor } from './predictor.js'

export interface AheadSettings {
  readonly maxAheadMs: number
  readonly smoothMs: number
  readonly maxExtrapolateMs: number
  /** False: nothing runs ahead for now. */
  readonly isEnabled: () => boolean
}

/** A version that has come before is news of what has arrived at the server. */
const freshMs = 100
/** A network from which no version has come for so long has stood still, or the game was at rest. */
const silentMs = 250
/** How long an acked event waits for the version that it is in. */
const awaitedMs = 2000
/** Ticks from the newest version to the own place, at least. */
const leastAhead = 0.1
/** An own place that is further behind than this leaps: events would come too late until it has caught up. */
const mostBehindMs = 150
/** A prediction that costs more than this per frame makes a page slow. */
const mostCostMs = 8
/** It has to last so long before the log has it. */
const costlyMs = 1000
/** Share of the newest measurement in the smoothed cost of a tick. */
const costShare = 1 / 16
/** Others disturb the prediction if more of the last versions than this share correct own rows. */
const disturbingShare = 0.01
/** So many versions count about; before there are as many, those before the first count as good. */
const mostCorrected = 1024
const fewCorrected = 128

/**
 * A prediction at work: keeps the predictor at the newest version, stamps own events with the tick that this client lives in,
 * and runs handlers ahead of the server.
 */
export class Ahead<State> implements RunningPrediction<State> {
  readonly subscriptions: Subscriptions<[Immutable<State>]>
  readonly #host: PredictionHost
  readonly #settings: AheadSettings
  readonly #effects: OwnEffects
  readonly #scene: AheadScene<State>
  readonly #lead = new Lead()
  #predictor: Predictor<State> | undefined
  #moving: MovingPlace | undefined
  #place = 0
  #placedAtMs = 0
  #confirmedAtMs = 0
  /** When versions have come again after a silence. */
  #heardAgainMs = Number.NEGATIVE_INFINITY
  /** The newest version that has come and could not be read: the events of its packet are in none that is here. */
  #missed = 0
  /** Acked events that are in no version here, with the version that has them. */
  readonly #awaited = new Map<number, number>()
  /** Rules whose failure the log has. */
  readonly #refused = new Set<string>()
  #joinData: ReturnType<typeof checkJoinData> | undefined
  #rewindsCut = 0
  /** Share of versions that correct own rows, smoothed, of how many, and corrections so far. */
  #corrected = 0
  #versions = fewCorrected
  #corrections = 0
  #tickCostMs = 0
  #cheapAtMs: number | undefined
  #hasWarned = false

  constructor(host: PredictionHost, settings: AheadSettings) {
    this.#host = host
    this.#settings = settings
    this.#effects = new OwnEffects(host, (sequence) => this.#predictor?.pending(sequence) !== undefined)
    this.subscriptions = new Subscriptions(host.logger, 'the predicted state')
    this.#scene = new AheadScene(host, settings)
  }

  /** Undefined before the first version, and while the prediction is switched off. */
  get chain(): Chain<State> | undefined {
    return this.#settings.isEnabled() ? this.#predictor : undefined
  }

  get predicted(): Immutable<State> {
    const state = this.#predicted()
    this.#effects.deliver()
    return state
  }

  scene(): Immutable<State> | undefined {
    if (this.chain === undefined) return undefined
    this.#predicted()
    const state = this.#scene.at(this.#frame())
    this.#effects.deliver()
    return state
  }

  get feel(): FeelStats | undefined {
    if (!this.#settings.isEnabled()) return undefined
    const { lateEvents = 0, notPredicted = 0, rebases = 0 }: Partial<Predictor<State>> = this.#predictor ?? {}
    const { delayMs, corrections, lastCorrection } = this.#scene
    return {
      aheadTicks: this.chain !== undefined && this.#host.connection.gameRunning ? this.#aheadTicks() : 0,
      ...{ delayMs, lateEvents, notPredicted, corrections, rebases, lastCorrection },
      rewindsCut: this.#rewindsCut,
      tickCostMs: this.#tickCostMs,
    }
  }

  /** The place on the axis of ticks in which this client lives: what it does now reaches the server in that tick. */
  ownPlace(): number {
    const { clock, connection, line } = this.#host
    const [predictor, moving, arrivals] = [this.#predictor, this.#moving, line()]
    if (predictor === undefined || moving === undefined || arrivals === undefined) return 0
    const nowMs = clock.now()
    const newest = arrivals.placeAt(nowMs)
    if (!connection.gameRunning) this.#place = moving.at(nowMs, this.#place, this.#place)
    else {
      const { stepMs } = arrivals
      const { maxAheadMs } = this.#settings
      const isDisturbed = this.#corrected > disturbingShare
      const leadMs = this.#lead.at(nowMs, arrivals, this.#host, maxAheadMs, isDisturbed)
      // no version may have come since a pause: the place goes on from where it was
      const expected = newest === undefined ? this.#place : newest + leadMs / stepMs
      // Late events run in the tick after the newest version, pending ones in the tick of their stamp, also if the link turns out
      // to be slower since. All of them have to be seen.
      const least = Math.max(predictor.version, predictor.lastRun - 1) + leastAhead
      const wanted = Math.max(least, expected)
      // it waits at the bound while no version comes, but not because a newer estimate is behind it
      const passed = Math.max(0, nowMs - this.#placedAtMs) / stepMs
      const most = predictor.reach(Math.ceil(Math.max(wanted, this.#place + passed)))
      this.#place = moving.at(nowMs, wanted, most)
      const behind = Math.min(wanted, most) - this.#place
      if (behind * stepMs > mostBehindMs || this.#place < Math.min(least, most)) {
        moving.restart()
        this.#place = moving.at(nowMs, wanted, most)
      }
      // a last bit too much would be one tick more
      this.#place = Math.min(this.#place, most)
    }
    this.#placedAtMs = nowMs
    return this.#place
  }

  stamp(name: string): Stamp | undefined {
    if (this.chain === undefined || !Object.hasOwn(this.#host.game.events, name)) return undefined
    const place = this.ownPlace()
    const tick = Math.ceil(place)
    const { stepMs } = this.#host.line()!
    const withinMs = (tick - place) * stepMs
    const shown = this.#host.game.events[name].rewind ? this.#scene.place : undefined
    const seen = shown === undefined ? undefined : tick - this.#rewindOf(tick - shown, stepMs)
    const repeatUntilMs = this.#host.clock.now() + withinMs + repeatMs
    return { tick, seen, withinMs, repeatUntilMs, again: this.#again }
  }

  /**
   * An event that seems to be lost is meant for the tick that is lived now, so that it is drawn as it runs at the server. Only a
   * version of the tick in which it is expected, or a later one, shows that it did not come: until then the ack is lost more often
   * than all copies of the event. After a silence that is known at once of an event whose copies were all sent in it.
   */
  readonly #again = (sequence: number, silentMs: number): Restamp | undefined => {
    const nowMs = this.#host.clock.now()
    const predictor = this.#predictor
    const event = predictor?.pending(sequence)
    if (predictor === undefined || event === undefined) return undefined
    // a copy may have been under way at the end of the silence
    const isLost = nowMs - silentMs < this.#heardAgainMs - (this.#lead.usualMs ?? awaitedMs) / 2
    if (!isLost && predictor.runOf(sequence)! > predictor.version) return undefined
    // while nothing comes it may have arrived
    if (nowMs > this.#confirmedAtMs + freshMs) return undefined
    const tick = Math.ceil(this.ownPlace())
    return predictor.restamp(sequence, tick) ? { tick, repeatUntilMs: nowMs + repeatMs } : undefined
  }

  /** The server reads eighths of a tick. Further back than it goes a rule would predict hits that do not count. */
  #rewindOf(ticks: number, stepMs: number): number {
    const { maxRewindMs = Number.POSITIVE_INFINITY } = this.#host.info()!
    const most = Math.floor((maxRewindMs / stepMs) * 8)
    const eighths = Math.round(ticks * 8)
    if (eighths > most) this.#rewindsCut++
    return Math.min(eighths, most) / 8
  }

  dispatched(sequence: number, name: string, payload: Uint8Array, { tick, seen }: Stamp): void {
    const predictor = this.#predictor
    if (predictor === undefined) return
    // an event that is replaced has no effects
    this.#effects.retract(sequence)
    const frame = this.#frame()
    let drawn: Immutable<State> | undefined
    // the event has been sent: a `cut` that fails is no failure of the caller's
    const draw = (work: () => void): void => guard(this.#host.logger, 'the motion of the game failed', work)
    draw(() => {
      this.#scene.rebase(frame, true)
      if (seen !== undefined) drawn = this.#scene.stateAt(frame, seen)
    })
    predictor.add({ sequence, name, payload, tick, seen, drawn, atMs: frame.nowMs })
    draw(() => this.#scene.rebase(frame, false))
    // effects are handled at once
    if (this.#host.game.events[name].predict) this.#predicted()
    this.#effects.deliver()
    this.notify()
  }

  settled(sequence: number, error: ProtocolError | undefined): void {
    // the sequence belongs to the event that has taken its place
    if (error?.code === 'event_replaced') return
    const isSettled = !this.#await(sequence, error) && this.#predictor?.settle(sequence) === true
    this.#effects.settled(sequence, error)
    if (isSettled) this.notify()
  }

  /**
   * An acked event that is still pending has come without the version that it is in: a lossy transport has lost that one, or it
   * could not be read. The event stays pending until a later version is here.
   * @returns whether it has to wait
   */
  #await(sequence: number, error: ProtocolError | undefined): boolean {
    const { clock, link } = this.#host
    const tick = this.#predictor?.pending(sequence)?.tick
    if (error !== undefined || tick === undefined || (link.isReliable && this.#missed <= this.#predictor!.version))
      return false
    this.#awaited.set(sequence, Math.max(this.#missed, this.#predictor!.version + 1, tick))
    // an event that changes nothing makes no version; while nothing comes, that is not known
    const { connection } = this.#host
    const wait = (packetsIn: number): void =>
      void clock.schedule(awaitedMs, () => {
        const { packetsIn: since } = connection.stats
        if (since === packetsIn && connection.status !== 'closed') wait(since)
        else if (this.#awaited.delete(sequence) && this.#predictor?.settle(sequence) === true) this.notify()
      })
    wait(connection.stats.packetsIn)
    return true
  }

  arrived(sequence: number, eighths: number): void {
    const event = this.#predictor?.arrived(sequence, eighths < 0)
    if (event === undefined) return
    const { originMs, stepMs } = this.#host.line()!
    if (originMs === undefined) return
    const possible = (event.atMs - originMs) / stepMs
    this.#lead.arrived((event.tick - eighths / 8 - possible) * stepMs, eighths < 0, this.#host.clock.now())
  }

  confirmed(): void {
    const { connection, isPending } = this.#host
    const { store } = connection
    const { state, version } = store as { state: Immutable<State>; version: number }
    if (this.#predictor === undefined) this.#begin(version, state)
    if (version < this.#predictor!.version) {
      // the server's versions begin anew
      this.#moving!.restart()
      this.#place = version
      this.#missed = version
      this.#awaited.clear()
    }
    const nowMs = this.#host.clock.now()
    if (nowMs > this.#confirmedAtMs + silentMs) this.#heardAgainMs = nowMs
    this.#confirmedAtMs = nowMs
    for (const [sequence, awaited] of this.#awaited) if (awaited <= version) this.#awaited.delete(sequence)
    this.#noteCorrections()
    this.#predictor!.confirm(
      version,
      state,
      (sequence) => isPending(sequence) || this.#awaited.has(sequence),
      (event) => this.#expected(event),
    )
  }

  /** A correction by an own event that comes late says nothing of others. */
  #noteCorrections(): void {
    const { corrections } = this.#scene
    const isByOthers = corrections > this.#corrections && !this.#predictor!.isLate
    this.#corrections = corrections
    this.#versions = Math.min(this.#versions + 1, mostCorrected)
    this.#corrected += ((isByOthers ? 1 : 0) - this.#corrected) / this.#versions
  }

  /**
   * An event whose tick is over comes as late as others do. What the network has held up in a silence comes to the server when its
   * versions come here again: in the tick that it makes then. The newest version has been on its way for a while.
   */
  #expected({ atMs }: PendingEvent<State>): number | undefined {
    const { connection, line, link } = this.#host
    const { originMs, stepMs } = line()!
    const rttMs = link.session.fastest?.rttMs ?? connection.rttMs
    if (originMs === undefined || rttMs === undefined) return undefined
    const usualMs = atMs + (this.#lead.usualMs ?? rttMs)
    const wayMs = link.isReliable ? rttMs / 2 : rttMs
    const againMs = atMs < this.#heardAgainMs ? this.#heardAgainMs + wayMs : usualMs
    return Math.ceil((Math.max(usualMs, againMs) - originMs) / stepMs)
  }

  missed(version: number): void {
    this.#missed = version
  }

  notify(): void {
    if (this.subscriptions.size > 0 && this.#predictor !== undefined) this.subscriptions.notify(this.predicted)
  }

  isHandled(event: IncomingEvent): boolean {
    // ticks may have been computed since the last look: what they have brought is handled before the server's event counts as handled
    this.#effects.deliver()
    return this.#effects.isHandled(event)
  }

  end(): void {
    this.#effects.end()
  }

  #begin(version: number, state: Immutable<State>): void {
    const host = this.#host
    const { info, line } = host
    const { stepMs } = line()!
    this.#moving = new MovingPlace(stepMs)
    this.#place = version
    this.#predictor = new Predictor<State>(version, state, {
      get game() {
        return host.game
      },
      maxAheadTicks: Math.max(1, Math.ceil(this.#settings.maxAheadMs / stepMs)),
      client: () => this.#ownClient(),
      timeOf: (tick) => {
        const news = info()!
        return gameTimeOf(news) + (tick - news.tick) / news.tickRate
      },
      onDispatch: (dispatch) => this.#effects.take(dispatch),
      onRefused: (rule, reason) => this.#logRefusal(rule, reason),
    })
  }

  /** While nothing changes no version comes, and the newest one that could have come counts. */
  #aheadTicks(): number {
    const { clock, connection, line } = this.#host
    const ownPlace = this.ownPlace()
    const { version } = connection.store
    const possible = line()?.placeAt(clock.now()) ?? version
    return Math.max(0, ownPlace - Math.max(version, Math.min(possible, this.#predictor!.base)))
  }

  #frame(): Frame<State> {
    const { connection, clock, line } = this.#host
    const chain = connection.gameRunning ? this.#predictor : undefined
    const ownPlace = this.ownPlace()
    return { nowMs: clock.now(), store: connection.store as ReplicaStore<State>, line: line()!, chain, ownPlace }
  }

  #predicted(): Immutable<State> {
    const predictor = this.#predictor
    const { connection, clock } = this.#host
    const isAhead = this.#settings.isEnabled() && connection.gameRunning
    if (predictor === undefined || !isAhead) return connection.store.state as Immutable<State>
    const tick = Math.ceil(this.ownPlace())
    const ticks = predictor.ticks
    const startMs = clock.now()
    const state = predictor.at(tick)
    const made = predictor.ticks - ticks
    if (made > 0) this.#noteCost(startMs, clock.now(), made, tick - predictor.base)
    return state
  }

  #noteCost(startMs: number, endMs: number, made: number, depth: number): void {
    this.#cheapAtMs ??= startMs
    this.#tickCostMs += ((endMs - startMs) / made - this.#tickCostMs) * costShare
    if (this.#tickCostMs * depth <= mostCostMs) this.#cheapAtMs = endMs
    if (this.#hasWarned || endMs - this.#cheapAtMs < costlyMs) return
    this.#hasWarned = true
    const details = { tickCostMs: this.#tickCostMs, ticks: depth }
    this.#host.logger.warn(details, 'prediction is slow: let predictPart leave out what need not run ahead')
  }

  /** This client, as rules get it. */
  #ownClient(): RuleClient {
    const { connection, game, joinData } = this.#host
    const { clientId: id, isHost, members } = connection
    const { userId, name } = members.get(id) ?? {}
    this.#joinData ??= checkJoinData(game, joinData)
    const data = 'code' in this.#joinData ? undefined : this.#joinData.value
    return Object.freeze({ id, userId, name, isHost, data })
  }

  #logRefusal(rule: string, reason: unknown): void {
    if (this.#refused.has(rule)) return
    this.#refused.add(rule)
    // `predictPart` runs at clients alone: no server says that it fails. Loggers hold back equal messages
    const level = rule === 'predictPart' ? 'error' : 'debug'
    this.#host.logger[level]({ err: reason }, `the rule ${rule} cannot be predicted`)
  }
}
