import type { Immutable, RuleClient } from '@tygase/gamestate'
import { checkJoinData, guard } from '@tygase/gamestate/internal'
import { gameTimeOf, type IncomingEvent, type ProtocolError } from '@tygase/protocol/internal'
import type { Chain, FeelStats, PredictionHost, RunningPrediction, Stamp } from '../prediction.js'
import type { ReplicaStore } from '../replica.js'
import { leadMsOf } from '../scene/arrival-line.js'
import { MovingPlace } from '../scene/moving-place.js'
import { Subscriptions } from '../subscriptions.js'
import { AheadScene } from './ahead-scene.js'
import { OwnEffects } from './own-effects.js'
import type { Frame } from './past-states.js'
import { Predictor } from './predictor.js'

export interface AheadSettings {
  readonly maxAheadMs: number
  readonly smoothMs: number
  readonly maxExtrapolateMs: number
  /** False: nothing runs ahead for now. */
  readonly isEnabled: () => boolean
}

/** Until the round-trip time is measured, the handshake counts, up to this: a server may take long to let a client in. */
const maxHandshakeMs = 400
/** Until the jitter is measured it is half of that, and at least this: one handshake says little, and an early event is no harm. */
const leastFirstJitterMs = 20
/**
 * Over a network that loses packets an event goes into each one for so long: three or four copies. It may come late by that,
 * but one that comes not at all is a step of the player that never was.
 */
const repeatMs = 70
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
  #predictor: Predictor<State> | undefined
  #moving: MovingPlace | undefined
  #place = 0
  #placedAtMs = 0
  #newest = 0
  /** The newest version that has come and could not be read: the events of its packet are in none that is here. */
  #missed = 0
  /** Acked events that are in no version here, with the version that has them. */
  readonly #awaited = new Map<number, number>()
  /** Rules whose failure the log has. */
  readonly #refused = new Set<string>()
  #client: RuleClient | undefined
  #joinData: { readonly value: unknown } | undefined
  #rewindsCut = 0
  #tickCostMs = 0
  #costlySinceMs: number | undefined
  #hasWarned = false

  constructor(host: PredictionHost, settings: AheadSettings) {
    this.#host = host
    this.#settings = settings
    this.#effects = new OwnEffects(host)
    this.subscriptions = new Subscriptions(host.logger, 'the predicted state')
    const { smoothMs, maxExtrapolateMs } = settings
    const clientId = (): string => host.connection.clientId
    this.#scene = new AheadScene({ game: host.game, clientId, smoothMs, maxExtrapolateMs })
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
    const predictor = this.#predictor
    const isAhead = this.chain !== undefined && this.#host.connection.gameRunning
    return {
      aheadTicks: isAhead ? this.#aheadTicks() : 0,
      delayMs: this.#scene.delayMs,
      lateEvents: predictor?.lateEvents ?? 0,
      notPredicted: predictor?.notPredicted ?? 0,
      rewindsCut: this.#rewindsCut,
      corrections: this.#scene.corrections,
      rebases: predictor?.rebases ?? 0,
      lastCorrection: this.#scene.lastCorrection,
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
      const guessMs = Math.min(this.#host.link.handshakeMs!, maxHandshakeMs)
      const { rttMs = guessMs, jitterMs = Math.max(leastFirstJitterMs, guessMs / 2) } = connection
      const { stepMs } = arrivals
      // no version may have come since a pause: the place goes on from where it was
      const expected = newest === undefined ? this.#place : newest + leadMsOf(rttMs, jitterMs, stepMs) / stepMs
      // late events run in the tick after the newest version: that has to be seen
      const wanted = Math.max(predictor.version + leastAhead, expected)
      // it waits at the bound while no version comes, but not because a newer estimate is behind it
      const passed = Math.max(0, nowMs - this.#placedAtMs) / stepMs
      const most = predictor.reach(Math.ceil(Math.max(wanted, this.#place + passed)))
      this.#place = moving.at(nowMs, wanted, most)
      const behind = Math.min(wanted, most) - this.#place
      if (behind * stepMs > mostBehindMs || this.#place <= predictor.version) {
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
    const stamp = { tick, withinMs, repeatUntilMs: this.#host.clock.now() + withinMs + repeatMs }
    return seen === undefined ? stamp : { ...stamp, seen }
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
    predictor.add({ sequence, name, payload, tick, seen, drawn })
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
    const tick = this.#predictor?.stampOf(sequence)
    if (error !== undefined || tick === undefined || (link.isReliable && this.#missed <= this.#newest)) return false
    this.#awaited.set(sequence, Math.max(this.#missed, this.#newest + 1, tick))
    // an event that changes nothing makes no version
    clock.schedule(awaitedMs, () => {
      if (this.#awaited.delete(sequence) && this.#predictor?.settle(sequence) === true) this.notify()
    })
    return true
  }

  confirmed(): void {
    const { connection, isPending } = this.#host
    const { store } = connection
    const { state, version } = store as { state: Immutable<State>; version: number }
    if (this.#predictor === undefined) this.#begin(version, state)
    if (version < this.#newest) {
      // the server's versions begin anew
      this.#moving!.restart()
      this.#place = version
      this.#missed = version
      this.#awaited.clear()
    }
    this.#newest = version
    for (const [sequence, awaited] of this.#awaited) if (awaited <= version) this.#awaited.delete(sequence)
    this.#predictor!.confirm(version, state, (sequence) => isPending(sequence) || this.#awaited.has(sequence))
  }

  missed(version: number): void {
    this.#missed = version
  }

  notify(): void {
    if (this.subscriptions.size > 0 && this.#predictor !== undefined) this.subscriptions.notify(this.predicted)
  }

  isHandled(event: IncomingEvent): boolean {
    return this.#effects.isHandled(event)
  }

  end(): void {
    this.#effects.end()
  }

  #begin(version: number, state: Immutable<State>): void {
    const { game, info, line } = this.#host
    const { stepMs } = line()!
    this.#moving = new MovingPlace(stepMs)
    this.#place = version
    this.#predictor = new Predictor<State>(version, state, {
      game,
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
    this.#tickCostMs += ((endMs - startMs) / made - this.#tickCostMs) * costShare
    if (this.#tickCostMs * depth <= mostCostMs) this.#costlySinceMs = undefined
    else this.#costlySinceMs ??= startMs
    if (this.#hasWarned || this.#costlySinceMs === undefined || endMs - this.#costlySinceMs < costlyMs) return
    this.#hasWarned = true
    const details = { tickCostMs: this.#tickCostMs, ticks: depth }
    this.#host.logger.warn(details, 'prediction is slow: let predictPart of the game leave out what need not run ahead')
  }

  /** This client, as rules get it. The same object as long as nothing of it changes. */
  #ownClient(): RuleClient {
    const { connection, game, joinData } = this.#host
    const { clientId: id, isHost } = connection
    const { userId, name } = connection.members.get(id) ?? {}
    const known = this.#client
    if (known?.id === id && known.isHost === isHost && known.userId === userId && known.name === name) return known
    if (this.#joinData === undefined) {
      const checked = checkJoinData(game, joinData)
      this.#joinData = { value: 'code' in checked ? undefined : checked.value }
    }
    this.#client = Object.freeze({ id, userId, name, isHost, data: this.#joinData.value })
    return this.#client
  }

  #logRefusal(rule: string, reason: unknown): void {
    if (this.#refused.has(rule)) return
    this.#refused.add(rule)
    // a function of the game that runs at clients alone
    if (rule === 'predictPart') this.#host.logger.error({ err: reason }, 'predictPart of the game failed')
    // loggers hold back equal messages
    else this.#host.logger.debug({ reason }, `the rule ${rule} cannot be predicted`)
  }
}
