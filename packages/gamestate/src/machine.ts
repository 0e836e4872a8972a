import { guard, Listeners, wakefulClock } from './callbacks.js'
import type { Clock } from './clock.js'
import { GameStateError } from './errors.js'
import { type InputTime, inputTimeOf, tickTimeOf } from './input-queue.js'
import { toLogger } from './limited-logger.js'
import type { Logger } from './logger.js'
import {
  type MachineOptions,
  machineOptionRanges,
  type RestoredTime,
  type StepOptions,
  usualAheadMs,
  usualCatchUpSteps,
  usualClientTimeShare,
  usualQueuedEvents,
  usualQueuedEventsPerClient,
} from './machine-options.js'
import { faultOfOptions } from './option-table.js'
import type { TickRecord } from './records/tick-record.js'
import type { Outcome } from './rules/context.js'
import { checkReplacement } from './rules/define-game.js'
import type { AnyGame, StateOf } from './rules/game.js'
import { type EventInput, eventProblem, type Tick, type TickInput, TickRun } from './rules/make-tick.js'
import { SeenStates } from './seen-states.js'
import type { GameStateStore } from './store.js'
import type { Immutable } from './values/immutable.js'
import { atOnce } from './values/plain.js'
import { WaitingInputs } from './waiting-inputs.js'

/** A tick that a machine has made, after its commit. */
export interface MadeTick<State> extends Tick<State> {
  /** The number of the tick, and of its version if the state has changed. */
  readonly tick: number
  /** The inputs that ran, in order; `outcomes` has one for each. */
  readonly inputs: readonly TickInput[]
  /**
   * Time that the inputs of each client took, in ms, on the clock of `run`. A client whose inputs took less than 0.02 ms is left
   * out; empty after a `step` by hand.
   */
  readonly inputTimes: ReadonlyMap<string, number>
  /** Events of the tick that ran later than in the tick that their clients have stamped them with. */
  readonly lateEvents: number
}

const nothing: readonly never[] = Object.freeze([])
const noTimes: ReadonlyMap<string, number> = new Map()

/**
 * Makes the ticks of a game on a clock, as `makeTick` does, and commits each to a store under its number, unless nothing has
 * changed. A rule that throws leaves no trace in the state, is logged, and stops nothing.
 */
export class GameStateMachine<G extends AnyGame = AnyGame> {
  /** Gets a version for each tick that changes the state. */
  readonly store: GameStateStore<StateOf<G>>
  #seed: number
  readonly #maxCatchUpSteps: number
  readonly #clientTimeShare: number
  readonly #logger: Logger
  readonly #firstStepAtMs: (nowMs: number) => number
  readonly #isHeldUp: (() => boolean) | undefined
  readonly #metering: MachineOptions['metering']
  readonly #onTick = new Listeners<[tick: MadeTick<StateOf<G>>]>()
  readonly #onRunning = new Listeners<[running: boolean]>()
  readonly #onDropped = new Listeners<[ticks: number]>()
  readonly #waiting: WaitingInputs
  readonly #sendEveryTicks: number
  #game: G
  /** The rules of the next tick; undefined if they are those of the last one. */
  #nextGame: G | undefined
  #seenStates: SeenStates<G>
  /** Made once: a function of its own for each tick made engines compile the rules anew, again and again. */
  readonly #seenAt: (place: number) => Immutable<StateOf<G>> | undefined
  #tick: number
  /** Ticks without `timeStep`: they do not count in game time. */
  #untimedTicks = 0
  #droppedSteps = 0
  /** Those of them that were held up, until listeners hear of them. */
  #heldUpSteps = 0
  #clock: Clock | undefined
  #nextStepAtMs = 0
  #cancelStep: (() => void) | undefined
  /** Counts the calls of `run`, so that a timer of an earlier run can be recognised. */
  #runs = 0
  #stepping = false
  #tickAtMs: number | undefined

  /** @throws GameStateError `invalid_argument` for unknown options and for options out of range */
  constructor(store: GameStateStore<StateOf<G>>, game: G, options: MachineOptions = {}) {
    const fault = faultOfOptions('GameStateMachine', machineOptionRanges, options)
    if (fault !== undefined) throw new GameStateError('invalid_argument', fault)
    const { seed = 0, maxCatchUpSteps = usualCatchUpSteps, maxAheadMs = usualAheadMs } = options
    this.#game = game
    this.store = store
    this.#seed = seed
    this.#maxCatchUpSteps = maxCatchUpSteps
    this.#waiting = new WaitingInputs({
      maxEvents: options.maxQueuedEvents ?? usualQueuedEvents,
      maxEventsPerClient: options.maxQueuedEventsPerClient ?? usualQueuedEventsPerClient,
      // a tick rate may be a fraction: 1,000 ms of 33.3 Hz are 33 ticks
      maxAheadTicks: Math.max(1, Math.floor((maxAheadMs * game.tickRate) / 1000 + 1e-9)),
    })
    this.#sendEveryTicks = options.sendEveryTicks ?? 1
    this.#seenStates = new SeenStates<G>(store, game, this.#sendEveryTicks)
    this.#seenAt = (place) => this.#seenStates.at(place)
    this.#clientTimeShare = options.clientTimeShare ?? usualClientTimeShare
    this.#logger = toLogger(options.logger)
    const { firstStepAtMs = (nowMs: number): number => nowMs + this.#stepMs } = options
    this.#firstStepAtMs = (nowMs) => atOnce('firstStepAtMs', firstStepAtMs(nowMs))
    this.#isHeldUp = options.isHeldUp
    this.#metering = options.metering
    this.#tick = store.version
  }

  /** Names the streams of `ctx.random()`, as given or drawn. */
  get seed(): number {
    return this.#seed
  }

  /** The rules. */
  get game(): G {
    return this.#game
  }

  /** The number of the last tick. The first tick follows the version that the store has. */
  get tick(): number {
    return this.#tick
  }

  /** Ticks a second, in Hz. */
  get tickRate(): number {
    return this.game.tickRate
  }

  /** Seconds of game time at the last tick: the ticks so far by the tick rate. Ticks without `timeStep` do not count. */
  get time(): number {
    return (this.#tick - this.#untimedTicks) / this.game.tickRate
  }

  /** Ticks so far that do not count in game time. A game that is saved has to keep their number. */
  get untimedTicks(): number {
    return this.#untimedTicks
  }

  /**
   * Ticks and game time go on from a saved game, to whose version the store was reset.
   * @param untimedTicks of the saved game: a whole number from 0 to its tick
   * @param options `tick`: its last tick, from the version of the store on, which is the default; `seed`: its seed. Default: that of
   * this machine
   * @throws GameStateError `invalid_argument`
   */
  restoreTime(untimedTicks: number, { tick = this.store.version, seed = this.#seed }: RestoredTime = {}): void {
    const { version } = this.store
    if (!(Number.isSafeInteger(tick) && tick >= version)) {
      throw new GameStateError('invalid_argument', `tick is a whole number from ${version}, not ${tick}`)
    }
    if (!(Number.isSafeInteger(untimedTicks) && untimedTicks >= 0 && untimedTicks <= tick)) {
      throw new GameStateError(
        'invalid_argument',
        `untimedTicks is a whole number from 0 to ${tick}, not ${untimedTicks}`,
      )
    }
    this.#tick = tick
    this.#untimedTicks = untimedTicks
    this.#seed = seed
    // the ticks that they wait for may never come
    this.#waiting.releaseAll()
  }

  /** True while a tick is being made: in rules, in listeners of the store, and in those of `onTick`. */
  get stepping(): boolean {
    return this.#stepping
  }

  /** When the last tick was due, on the clock of `run`; undefined before the first tick, and after a `step` without a time. */
  get tickAtMs(): number | undefined {
    return this.#tickAtMs
  }

  /** True from `run` to `shutdown`. */
  get running(): boolean {
    return this.#clock !== undefined
  }

  /** Ticks left out because the process had fallen too far behind, since the machine was made. */
  get droppedSteps(): number {
    return this.#droppedSteps
  }

  /** Inputs that wait for a tick. */
  get queuedInputs(): number {
    return this.#waiting.size
  }

  /**
   * Ticks from now until a tick is due, with a fraction; 0 while it is about to be made. Below 0: so long ago it was made. Whole
   * ticks while the machine does not run.
   */
  ticksUntil(tick: number): number {
    const ahead = tick - this.#lastTick
    const toNextMs = this.#clock === undefined ? this.#stepMs : this.#nextStepAtMs - this.#clock.now()
    const until = ahead - Math.max(0, 1 - toNextMs / this.#stepMs)
    // a timer may be late: a tick that was not made is not over, and one that was is
    return ahead > 0 ? Math.max(0, until) : Math.min(until, -Number.EPSILON)
  }

  /** Starts the ticks, the first one tick from now unless the options say otherwise. Does nothing if the machine runs. */
  run(clock: Clock): void {
    if (this.#clock !== undefined) return
    this.#clock = wakefulClock(clock, this.#logger)
    this.#runs++
    this.#nextStepAtMs = this.#firstStepAtMs(clock.now())
    this.#scheduleStep()
    this.#notify(this.#onRunning, 'onRunning', true)
  }

  /** Stops the ticks. Inputs wait for the next `run` or `step`. May be called from a rule: its tick is finished first. */
  stop(): void {
    if (this.#clock === undefined) return
    this.#clock = undefined
    this.#cancelStep?.()
    this.#cancelStep = undefined
    this.#notify(this.#onRunning, 'onRunning', false)
  }

  /**
   * Queues an input for the next tick. Joins and leaves are always taken. The inputs of one client run in the order of their
   * arrival, and so do the events of the server's own code. Inputs of two clients do as well, unless one of them takes too
   * long a part of a tick: then its inputs wait behind those of others, for a later tick if need be.
   *
   * An event that is stamped with a later `tick` waits for that tick, `maxAheadMs` at most, and the events of its sender that
   * come after it wait with it. If the client leaves, they run before the leave. One that comes after its tick runs at once.
   * @returns undefined if the input is queued; a refusal, `event_unknown` or `event_queue_full`, if it is not
   */
  push(input: TickInput): Outcome | undefined {
    if (input.kind !== 'event') {
      this.#waiting.push(input)
      return undefined
    }
    const isFromClient = input.sequence !== undefined
    const problem = eventProblem(this.game, input.name, isFromClient) ?? this.#waiting.problemOf(input)
    if (problem !== undefined) {
      const { code, message } = problem
      this.#logRefusal(input, code, message)
      return { kind: 'refused', code, message }
    }
    this.#waiting.pushEvent(input, this.#lastTick)
    return undefined
  }

  /**
   * Time was spent on inputs of a client after their rules, in ms: on their answers. It counts in the client's part of the next
   * ticks, in which fewer of its inputs are begun. Does nothing for a client of which nothing has come for long.
   */
  charge(clientId: string, ms: number): void {
    this.#waiting.charge(clientId, ms)
  }

  /** Calls `listener` after each tick and its commit. @returns a function that removes it */
  onTick(listener: (tick: MadeTick<StateOf<G>>) => unknown): () => void {
    return this.#onTick.add(listener)
  }

  /** Calls `listener` when the machine starts and stops. @returns a function that removes it */
  onRunning(listener: (running: boolean) => unknown): () => void {
    return this.#onRunning.add(listener)
  }

  /** Calls `listener` with the number of ticks that have been dropped at once. @returns a function that removes it */
  onDropped(listener: (ticks: number) => unknown): () => void {
    return this.#onDropped.add(listener)
  }

  /**
   * Goes on with other rules from the next tick on: state, game time and inputs that wait stay. That tick resets the store, also
   * if it changes nothing: precision and views may be others, so that no older version is a base any more. Events that wait have
   * been checked by the schemas of before; one that the new rules do not have is refused with `event_unknown`.
   * @throws GameStateError `invalid_argument` for a game with another `version` or `tickRate`, and if only one of both has
   * `presence`, or events with `rewind`
   */
  replaceGame(game: G): void {
    checkReplacement(this.#game, game)
    this.#nextGame = game
  }

  /**
   * Makes one tick now. For games that are stepped by hand (tests, turn-based play) and for joins and leaves while a game is
   * paused; `run` makes ticks by the clock.
   * @throws GameStateError `invalid_argument` if called from a rule or a listener, while a tick is being made
   */
  step({ timeMs, timeStep = true, inputMs, isLast = false }: StepOptions = {}): void {
    const clock = this.#clock
    if (isLast && !this.#stepping) this.#waiting.releaseAll()
    const inputTime = clock === undefined || inputMs === undefined ? undefined : inputTimeOf(clock, inputMs)
    this.#step(timeMs, inputTime, timeStep)
  }

  /**
   * Makes a tick again that was made by equal rules from an equal version: same state, outcomes and dispatches, and no listener of
   * `onTick` is called. Inputs that wait stay. While the machine runs, its next tick follows the one that was made again.
   * @param timeMs as for `step`
   * @throws GameStateError `invalid_argument` for a tick that does not follow the last one, and while a tick is being made
   */
  rerun({ tick, timeStep, inputs }: TickRecord, timeMs?: number): MadeTick<StateOf<G>> {
    if (this.#stepping) throw new GameStateError('invalid_argument', 'a tick is being made already')
    const last = this.#lastTick
    if (!Number.isSafeInteger(tick) || tick <= last) {
      throw new GameStateError('invalid_argument', `tick ${tick} does not follow tick ${last}`)
    }
    this.#stepping = true
    try {
      this.#tick = tick
      if (!timeStep) this.#untimedTicks++
      const made = this.#run(timeStep, noTimes, (apply) => {
        for (const input of inputs) apply(input)
        return inputs
      })
      this.#commit(made.state, timeMs, false)
      return made
    } finally {
      this.#stepping = false
    }
  }

  /** Takes out the events that wait: they do not run. Joins and leaves wait on. */
  takeEvents(): EventInput[] {
    return this.#waiting.takeEvents()
  }

  /** A store that was reset to a later version goes on from there. */
  get #lastTick(): number {
    return Math.max(this.#tick, this.store.version)
  }

  /** @param inputTime undefined: all inputs run */
  #step(timeMs: number | undefined, inputTime: InputTime | undefined, timeStep: boolean): void {
    if (this.#stepping) throw new GameStateError('invalid_argument', 'a tick is being made already')
    this.#stepping = true
    this.#tickAtMs = timeMs
    try {
      this.#tick = this.#lastTick + 1
      if (!timeStep) this.#untimedTicks++
      const isReplaced = this.#takeNextGame()
      const made = this.#make(inputTime, timeStep)
      this.#commit(made.state, timeMs, isReplaced)
      for (const { rule, error } of made.failures) {
        this.#logger.error({ err: error, rule, tick: this.#tick }, isOfFrozen(error) ? frozenHint : 'a rule failed')
      }
      for (let place = 0; place < made.outcomes.length; place++) {
        const outcome = made.outcomes[place]!
        if (outcome.kind === 'refused') this.#logRefusal(made.inputs[place]!, outcome.code, outcome.message)
      }
      this.#notify(this.#onTick, 'onTick', made)
    } finally {
      this.#stepping = false
    }
  }

  #commit(state: Immutable<StateOf<G>>, timeMs: number | undefined, isReplaced: boolean): void {
    if (!isReplaced && state === this.store.state) return
    const atMs = timeMs ?? this.time * 1000
    guard(this.#logger, 'a tick could not be committed', () => {
      if (isReplaced) this.store.reset(state, this.#tick, atMs)
      else this.store.commit(state, this.#tick, atMs)
    })
  }

  /** @returns true if the rules of this tick are other ones than those of the last tick */
  #takeNextGame(): boolean {
    const next = this.#nextGame
    if (next === undefined) return false
    this.#nextGame = undefined
    this.#game = next
    this.#seenStates = new SeenStates<G>(this.store, next, this.#sendEveryTicks)
    return true
  }

  #make(inputTime: InputTime | undefined, timeStep: boolean): MadeTick<StateOf<G>> {
    const { state } = this.store
    const hasInputs = this.#waiting.release(this.#tick)
    // a tick in which nothing can happen costs next to nothing: there may be hundreds of idle machines
    if (!hasInputs && (!timeStep || this.game.timeStep === undefined)) {
      return {
        state,
        outcomes: nothing,
        dispatches: nothing,
        failures: nothing,
        tick: this.#tick,
        inputs: nothing,
        inputTimes: noTimes,
        lateEvents: 0,
      }
    }
    const meter = this.#metering?.meter
    const before = meter?.enter('update')
    try {
      return this.#run(timeStep, inputTime?.times ?? noTimes, (apply) =>
        timeStep ? this.#waiting.take(apply, inputTime) : this.#waiting.takeJoinsAndLeaves(apply),
      )
    } finally {
      if (before !== undefined) meter?.leave(before)
    }
  }

  /** @param take runs inputs, and returns them */
  #run(
    timeStep: boolean,
    inputTimes: ReadonlyMap<string, number>,
    take: (apply: (input: TickInput) => void) => readonly TickInput[],
  ): MadeTick<StateOf<G>> {
    const options = { tick: this.#tick, seed: this.seed, time: this.time, seenAt: this.#seenAt }
    const run = new TickRun<G>(this.game, this.store.state, options)
    let lateEvents = 0
    const inputs = take((input) => {
      if (input.kind === 'event' && input.tick !== undefined && input.tick < this.#tick) lateEvents++
      run.apply(input)
    })
    // written out: a spread of the tick took longer than the rest of a small one
    const { state: next, outcomes, dispatches, failures } = run.finish(timeStep)
    return { state: next, outcomes, dispatches, failures, tick: this.#tick, inputs, inputTimes, lateEvents }
  }

  #logRefusal(input: TickInput, code: string, message: string): void {
    const details = { clientId: input.client?.id ?? '', code, reason: message, tick: this.#tick }
    if (input.kind === 'event') this.#logger.debug({ ...details, event: input.name }, 'an event was refused')
    else this.#logger.info(details, `a ${input.kind} was refused`)
  }

  /** @param dueMs when the tick was due */
  #inputTime(clock: Clock, dueMs: number): InputTime {
    const isRunning = (): boolean => this.running
    return tickTimeOf(clock, { dueMs, stepMs: this.#stepMs, clientTimeShare: this.#clientTimeShare, isRunning })
  }

  get #stepMs(): number {
    return 1000 / this.game.tickRate
  }

  #scheduleStep(): void {
    const clock = this.#clock
    if (clock === undefined) return
    const run = this.#runs
    this.#cancelStep = clock.schedule(Math.max(0, this.#nextStepAtMs - clock.now()), () => this.#wake(clock, run))
  }

  #wake(clock: Clock, run: number): void {
    if (this.#isHeldUp?.() === true) return this.#leaveOut(clock)
    if (this.#heldUpSteps > 0) {
      const steps = this.#heldUpSteps
      this.#heldUpSteps = 0
      this.#notify(this.#onDropped, 'onDropped', steps)
    }
    for (let steps = 0; steps < this.#maxCatchUpSteps; steps++) {
      // a timer may fire a fraction early; a rule may have stopped the machine
      const nowMs = clock.now()
      if (!this.#isRun(run) || nowMs < this.#nextStepAtMs) break
      const timeMs = this.#nextStepAtMs
      this.#metering?.meter?.ticked(nowMs - timeMs)
      this.#nextStepAtMs += this.#stepMs
      this.#step(timeMs, this.#inputTime(clock, timeMs), true)
    }
    if (!this.#isRun(run)) return
    // a single tick that is due is not dropped: it comes at once, after the other work of the process
    const behind = Math.floor((clock.now() - this.#nextStepAtMs) / this.#stepMs)
    if (behind > 0) {
      this.#droppedSteps += behind
      this.#nextStepAtMs += behind * this.#stepMs
      this.#logger.warn({ behind, tick: this.#tick }, 'ticks were dropped: the process cannot keep up')
      this.#notify(this.#onDropped, 'onDropped', behind)
    }
    this.#scheduleStep()
  }

  /** The ticks that are due are not made. Listeners hear of all of them when the next one is. */
  #leaveOut(clock: Clock): void {
    const due = Math.max(0, Math.floor((clock.now() - this.#nextStepAtMs) / this.#stepMs) + 1)
    this.#droppedSteps += due
    this.#heldUpSteps += due
    this.#nextStepAtMs += due * this.#stepMs
    this.#scheduleStep()
  }

  #isRun(run: number): boolean {
    return this.running && this.#runs === run
  }

  #notify<Args extends readonly unknown[]>(listeners: Listeners<Args>, name: string, ...args: Args): void {
    listeners.each((listener) =>
      guard(this.#logger, `a listener of ${name} failed`, () => listener(...args), { tick: this.#tick }),
    )
  }
}

const frozenHint = 'a rule failed: rows that are read cannot be changed, use edit or editEach'

/** Whether a rule has written to a part of a version. Each engine has its own words for it. */
function isOfFrozen(error: unknown): boolean {
  return error instanceof TypeError && /read-? ?only|not extensible/.test(error.message)
}
