import type { Clock } from './clock.js'
import { GameStateError } from './errors.js'
import type { EventWire, WireEvent, WireListener } from './event-wire.js'
import type { AnyGame, RuleContext, StateOf } from './game.js'
import { Listeners } from './listeners.js'
import { type Logger, silentLogger } from './logger.js'
import { MachineQueue, type QueuedRule } from './machine-queue.js'
import { type Dispatch, isThenable, runRule } from './rule-run.js'
import type { GameStateStore } from './store.js'

export interface MachineOptions {
  /** Names the streams of `ctx.random()`: the same seed and events give the same game. An integer, default 0. */
  seed?: number
  /** Steps run in one go when the process has fallen behind; whole steps beyond are dropped and counted. From 1, default 5. */
  maxCatchUpSteps?: number
  /** Events that wait for a tick; one more is refused with `event_queue_full`. From 1, default 100,000. */
  maxQueuedEvents?: number
  /** Told of rules that failed. Default: silent. */
  logger?: Logger
  /** When the first step after a `run` is due, on its clock: for machines in one process that are not to step all at once. Default: one step later. */
  firstStepAtMs?: (nowMs: number) => number
}

/**
 * Share of the time from one tick to the next in which events are begun, so that a flood of them does not slow the ticks:
 * the rest waits. It counts from when the tick was due, so that a late one takes fewer, but it takes one at least.
 */
const eventTimeShare = 0.95

/**
 * Applies events and time to a store's state on a fixed step. Per tick: the queued events in the order of their arrival,
 * each in a transaction that sees what the ones before have done; then `timeStep`; then one commit under the tick's number,
 * unless nothing has changed. A rule that throws leaves no trace in the state, is logged, and stops nothing.
 */
export class GameStateMachine<G extends AnyGame = AnyGame> implements EventWire {
  readonly game: G
  readonly store: GameStateStore<StateOf<G>>
  readonly eventNames: readonly string[]
  readonly #seed: number
  readonly #maxCatchUpSteps: number
  readonly #maxQueuedEvents: number
  readonly #logger: Logger
  readonly #firstStepAtMs: (nowMs: number) => number
  readonly #queue = new MachineQueue()
  readonly #listeners = new Listeners<[(listener: WireListener) => void]>()
  #tick: number
  #droppedSteps = 0
  #clock: Clock | undefined
  #nextStepAtMs = 0
  #cancelStep: (() => void) | undefined
  /** Counts the calls of `run`: tells a step of this run from one of a run that a rule has ended. */
  #runs = 0
  #stepping = false

  /** @throws GameStateError `invalid_argument` for options out of range */
  constructor(store: GameStateStore<StateOf<G>>, game: G, options: MachineOptions = {}) {
    const { seed = 0, maxCatchUpSteps = 5, maxQueuedEvents = 100_000, logger = silentLogger } = options
    if (!Number.isInteger(seed)) throw new GameStateError('invalid_argument', `seed is an integer, not ${seed}`)
    for (const [name, value] of Object.entries({ maxCatchUpSteps, maxQueuedEvents })) {
      if (!(value >= 1)) throw new GameStateError('invalid_argument', `${name} is a number from 1, not ${value}`)
    }
    this.game = game
    this.store = store
    this.eventNames = Object.keys(game.events)
    this.#seed = seed
    this.#maxCatchUpSteps = maxCatchUpSteps
    this.#maxQueuedEvents = maxQueuedEvents
    this.#logger = logger
    this.#firstStepAtMs = options.firstStepAtMs ?? ((nowMs) => nowMs + this.#stepMs)
    this.#tick = store.version
  }

  /** The number of the last tick; ticks go on counting where the store's versions stood. */
  get tick(): number {
    return this.#tick
  }

  get tickRate(): number {
    return this.game.tickRate
  }

  get running(): boolean {
    return this.#clock !== undefined
  }

  /** Steps that were left out because the process had fallen too far behind, since the machine was made. */
  get droppedSteps(): number {
    return this.#droppedSteps
  }

  /** Events that wait for the next tick. */
  get queuedEvents(): number {
    return this.#queue.length
  }

  /** Starts the ticks, the first one step from now unless the options say otherwise; goes on where it was stopped. Does nothing when it runs. */
  run(clock: Clock): void {
    if (this.#clock !== undefined) return
    this.#clock = clock
    this.#runs++
    this.#nextStepAtMs = this.#firstStepAtMs(clock.now())
    this.#scheduleStep()
    this.#tell('onRunning', true)
  }

  /** Stops the ticks. Queued events wait for the next `run`. May be called from a rule: its tick is finished first. */
  stop(): void {
    if (this.#clock === undefined) return
    this.#clock = undefined
    this.#cancelStep?.()
    this.#cancelStep = undefined
    this.#tell('onRunning', false)
  }

  /** Queues an event for the next tick; checks its data at once. */
  pushEvent(event: WireEvent): void {
    const { name, clientId } = event
    const refuse = (code: string, message: string): void => event.settle?.({ kind: 'refused', code, message })
    const rule = Object.hasOwn(this.game.events, name) ? this.game.events[name] : undefined
    if (rule === undefined) return refuse('event_unknown', `the game has no event '${name}'`)
    if (this.#queue.length >= this.#maxQueuedEvents)
      return refuse('event_queue_full', 'too many events wait for a tick')
    let data = event.data
    if (rule.schema !== undefined) {
      const checked = this.#validate(rule.schema, data)
      if ('problem' in checked) return refuse('event_invalid', `${name}: ${checked.problem}`)
      data = checked.value
    }
    this.#queue.push({
      name,
      clientId,
      run: (state, ctx) => rule.handler(state, data, ctx),
      settle: event.settle?.bind(event),
    })
  }

  /** Queues the game's `onJoin` for a client. */
  pushJoin(clientId: string): void {
    this.#pushHook('onJoin', clientId)
  }

  /** Queues the game's `onLeave` for a client. */
  pushLeave(clientId: string): void {
    this.#pushHook('onLeave', clientId)
  }

  /** Tells `listener` of ticks, dispatches, and of running and stopping. @returns a function that ends it */
  subscribe(listener: WireListener): () => void {
    return this.#listeners.add((tell) => tell(listener))
  }

  /**
   * Makes one tick now. For games that are stepped by hand (tests, turn-based play, replays); `run` does it by the clock.
   * @param timeMs stands beside the version in the store; default: game time
   * @throws GameStateError `invalid_argument` when called by a rule or a listener, while a tick is being made
   */
  step(timeMs?: number): void {
    this.#step(timeMs, Number.POSITIVE_INFINITY)
  }

  /** @param eventsUntilMs when events are left to the next tick, on the clock of `run` */
  #step(timeMs: number | undefined, eventsUntilMs: number): void {
    if (this.#stepping) throw new GameStateError('invalid_argument', 'a tick is being made already')
    this.#stepping = true
    try {
      // a store that was reset to a later version goes on from there
      this.#tick = Math.max(this.#tick, this.store.version) + 1
      // where nothing happens a tick is a number and no more: there may be hundreds of such machines
      if (this.#queue.length > 0 || this.game.timeStep !== undefined) {
        this.#applyRules(timeMs ?? (this.#tick / this.game.tickRate) * 1000, eventsUntilMs)
      }
      this.#tell('onTick', this.#tick)
    } finally {
      this.#stepping = false
    }
  }

  #applyRules(timeMs: number, eventsUntilMs: number): void {
    const settlements: (() => void)[] = []
    const dispatches: Dispatch[] = []
    let state = this.store.state
    let order = 0
    const apply = (rule: (draft: StateOf<G>, ctx: RuleContext) => unknown, name: string, queued?: QueuedRule): void => {
      const place = {
        clientId: queued?.clientId ?? '',
        tick: this.#tick,
        time: this.#tick / this.game.tickRate,
        seed: this.#seed,
        order,
      }
      order++
      const result = runRule<StateOf<G>>(state, rule, place)
      state = result.state
      for (const dispatch of result.dispatches) dispatches.push(dispatch)
      if (result.error !== undefined)
        this.#logger.error({ err: result.error, rule: name, tick: this.#tick }, 'a rule failed')
      if (queued?.settle !== undefined) settlements.push(() => queued.settle?.(result.outcome))
    }
    for (let left = this.#queue.length; left > 0; left--) {
      const queued = this.#queue.shift()!
      apply((draft, ctx) => queued.run(draft, ctx), queued.name, queued)
      if (this.#clock !== undefined && this.#clock.now() >= eventsUntilMs) break
    }
    const { timeStep } = this.game
    if (timeStep !== undefined) apply((draft, ctx) => timeStep(draft, 1 / this.game.tickRate, ctx), 'timeStep')
    if (state !== this.store.state)
      this.#guard('a subscriber failed', () => this.store.commit(state, this.#tick, timeMs))
    for (const settle of settlements) this.#guard('a settlement failed', settle)
    for (const { name, data, to } of dispatches) this.#tell('onDispatch', name, data, to)
  }

  get #stepMs(): number {
    return 1000 / this.game.tickRate
  }

  #scheduleStep(): void {
    const clock = this.#clock
    if (clock === undefined) return
    this.#cancelStep = clock.schedule(Math.max(0, this.#nextStepAtMs - clock.now()), () =>
      this.#wake(clock, this.#runs),
    )
  }

  #wake(clock: Clock, run: number): void {
    for (let steps = 0; steps < this.#maxCatchUpSteps; steps++) {
      // a timer may fire a fraction early; a rule may have stopped the machine
      if (!this.#isRun(run) || clock.now() < this.#nextStepAtMs) break
      const timeMs = this.#nextStepAtMs
      this.#nextStepAtMs += this.#stepMs
      this.#step(timeMs, timeMs + this.#stepMs * eventTimeShare)
    }
    if (!this.#isRun(run)) return
    // a step that is due and no more is not dropped: it comes at once, after whatever else the process has to do
    const behind = Math.floor((clock.now() - this.#nextStepAtMs) / this.#stepMs)
    if (behind > 0) {
      this.#droppedSteps += behind
      this.#nextStepAtMs += behind * this.#stepMs
      this.#logger.warn({ behind, tick: this.#tick }, 'ticks were dropped: the process cannot keep up')
    }
    this.#scheduleStep()
  }

  #isRun(run: number): boolean {
    return this.running && this.#runs === run
  }

  #pushHook(hook: 'onJoin' | 'onLeave', clientId: string): void {
    const rule = this.game[hook]
    if (rule === undefined) return
    this.#queue.push({ name: hook, clientId, run: (state, ctx) => rule(state, ctx), settle: undefined })
  }

  #validate(
    schema: NonNullable<G['events'][string]['schema']>,
    data: unknown,
  ): { value: unknown } | { problem: string } {
    try {
      const result = schema['~standard'].validate(data)
      if (isThenable(result)) {
        Promise.resolve(result).catch(() => {})
        return { problem: 'its schema is asynchronous, which events cannot wait for' }
      }
      if (result.issues === undefined) return { value: result.value }
      return { problem: result.issues.map((issue: { message: string }) => issue.message).join('; ') }
    } catch (error) {
      this.#logger.error({ err: error }, 'a schema failed')
      return { problem: 'its data could not be checked' }
    }
  }

  #tell<Hook extends keyof WireListener>(hook: Hook, ...args: Parameters<NonNullable<WireListener[Hook]>>): void {
    const tell = (listener: WireListener): void => {
      try {
        const told = listener[hook] as ((...args: unknown[]) => void) | undefined
        told?.apply(listener, args)
      } catch (error) {
        this.#logger.error({ err: error, tick: this.#tick }, `${hook} failed`)
      }
    }
    this.#listeners.each((each) => each(tell))
  }

  #guard(message: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#logger.error({ err: error, tick: this.#tick }, message)
    }
  }
}
