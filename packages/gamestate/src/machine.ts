import { atOnce, guard, Listeners, wakefulClock } from './callbacks.js'
import type { Clock } from './clock.js'
import { GameStateError } from './errors.js'
import { HeldEvents } from './held-events.js'
import { InputQueue, type InputTime } from './input-queue.js'
import { toLogger } from './limited-logger.js'
import type { Logger, LoggerOption } from './logger.js'
import { faultOfOptions, type OptionRange } from './option-table.js'
import type { Outcome } from './rules/context.js'
import type { AnyGame, StateOf } from './rules/game.js'
import { type EventInput, eventProblem, type Tick, type TickInput, TickRun } from './rules/make-tick.js'
import { SeenStates } from './seen-states.js'
import type { GameStateStore } from './store.js'
import type { Immutable } from './values/immutable.js'
import { copyValue } from './values/kinds.js'

/** Options of a machine; `machineOptionRanges` has their defaults and ranges. */
export interface MachineOptions {
  /** Names the streams of `ctx.random()`: the same seed and inputs give the same game. */
  seed?: number
  /** Ticks made in one go when the process is late; whole ticks beyond are dropped and counted. */
  maxCatchUpSteps?: number
  /** Inputs that wait for a tick; an event beyond is refused with `event_queue_full`. */
  maxQueuedEvents?: number
  /** Events of one client that wait for a tick; one beyond is refused with `event_queue_full`. */
  maxQueuedEventsPerClient?: number
  /** An event that is stamped with a later tick than this, in ms from the last one, waits no longer than this. */
  maxAheadMs?: number
  /** Clients get the newest version of every n-th tick: for `ctx.seen`, which shows what they have seen. */
  sendEveryTicks?: number
  /** Share of the time between two ticks in which inputs of one client are begun, above 0, at most 1; one input at least. */
  clientTimeShare?: number
  /** Gets rules that fail, refusals and dropped ticks. Default: warnings and errors go to the console. */
  logger?: LoggerOption
  /** When the first tick after a `run` is due, on its clock: spreads the machines of one process. Default: one tick later. */
  firstStepAtMs?: (nowMs: number) => number
}

const usualCatchUpSteps = 5
const usualQueuedEvents = 100_000
/** As many as a client has under way by the limits of its session. */
const usualQueuedEventsPerClient = 4096
const usualAheadMs = 1000
const usualClientTimeShare = 0.08

/** Defaults and ranges of the options of a machine. */
export const machineOptionRanges = [
  {
    name: 'seed',
    default: 0,
    unit: 'integer',
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    whole: true,
  },
  { name: 'maxCatchUpSteps', default: usualCatchUpSteps, unit: 'ticks', min: 1 },
  { name: 'maxQueuedEvents', default: usualQueuedEvents, unit: 'inputs', min: 1, code: 'event_queue_full' },
  {
    name: 'maxQueuedEventsPerClient',
    default: usualQueuedEventsPerClient,
    unit: 'events',
    min: 1,
    code: 'event_queue_full',
  },
  { name: 'maxAheadMs', default: usualAheadMs, unit: 'ms', min: 0, max: 60_000 },
  { name: 'sendEveryTicks', default: 1, unit: 'ticks', min: 1, whole: true },
  { name: 'clientTimeShare', default: usualClientTimeShare, unit: 'share', min: Number.MIN_VALUE, max: 1 },
  { name: 'firstStepAtMs', default: 'one tick later', unit: '', min: 0 },
  { name: 'logger', default: 'the console', unit: '', min: 0 },
] as const satisfies readonly OptionRange[]

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

export interface StepOptions {
  /** The time that the store keeps with the version. Default: game time in ms. */
  timeMs?: number
  /**
   * False: only joins and leaves run, and no `timeStep`; events wait, and those of clients that leave are dropped. For a paused
   * game. The tick has a number and a version, but game time stands still. Default true.
   */
  timeStep?: boolean
  /**
   * Inputs are begun for so long, in ms from 0 on the clock of `run`, one at least; the rest waits. Clients take turns.
   * Default: all inputs run, as they do while the machine does not run.
   */
  inputMs?: number
  /** True: events that wait for a later tick run in this one, as no tick follows soon. Default false. */
  isLast?: boolean
}

/**
 * Share of the time from one tick to the next in which inputs are begun, so that a flood of events does not slow the
 * ticks: the rest waits. Counted from when the tick was due: a late tick takes fewer, but always one.
 */
const inputTimeShare = 0.95

const nothing: readonly never[] = Object.freeze([])
const noTimes: ReadonlyMap<string, number> = new Map()

/**
 * Makes the ticks of a game on a clock, as `makeTick` does, and commits each to a store under its number, unless nothing has
 * changed. A rule that throws leaves no trace in the state, is logged, and stops nothing.
 */
export class GameStateMachine<G extends AnyGame = AnyGame> {
  readonly game: G
  readonly store: GameStateStore<StateOf<G>>
  readonly seed: number
  readonly #maxCatchUpSteps: number
  readonly #maxQueuedEvents: number
  readonly #maxQueuedEventsPerClient: number
  readonly #clientTimeShare: number
  readonly #logger: Logger
  readonly #firstStepAtMs: (nowMs: number) => number
  readonly #onTick = new Listeners<[tick: MadeTick<StateOf<G>>]>()
  readonly #onRunning = new Listeners<[running: boolean]>()
  readonly #onDropped = new Listeners<[ticks: number]>()
  readonly #queue = new InputQueue()
  /** Events that wait for a tick after the next one. */
  readonly #held = new HeldEvents()
  readonly #maxAheadTicks: number
  /** Made once: a function of its own for each tick made engines compile the rules anew, again and again. */
  readonly #seenAt: (place: number) => Immutable<StateOf<G>> | undefined
  #tick: number
  /** Ticks without `timeStep`: they do not count in game time. */
  #untimedTicks = 0
  #droppedSteps = 0
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
    const { seed = 0, maxCatchUpSteps = usualCatchUpSteps, maxQueuedEvents = usualQueuedEvents } = options
    this.game = game
    this.store = store
    this.seed = seed
    this.#maxCatchUpSteps = maxCatchUpSteps
    this.#maxQueuedEvents = maxQueuedEvents
    this.#maxQueuedEventsPerClient = options.maxQueuedEventsPerClient ?? usualQueuedEventsPerClient
    const { maxAheadMs = usualAheadMs } = options
    // a tick rate may be a fraction: 1,000 ms of 33.3 Hz are 33 ticks
    this.#maxAheadTicks = Math.max(1, Math.floor((maxAheadMs * game.tickRate) / 1000 + 1e-9))
    const seenStates = new SeenStates<G>(store, game, options.sendEveryTicks ?? 1)
    this.#seenAt = (place) => seenStates.at(place)
    this.#clientTimeShare = options.clientTimeShare ?? usualClientTimeShare
    this.#logger = toLogger(options.logger)
    const { firstStepAtMs = (nowMs: number): number => nowMs + this.#stepMs } = options
    this.#firstStepAtMs = (nowMs) => atOnce('firstStepAtMs', firstStepAtMs(nowMs))
    this.#tick = store.version
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
   * Ticks and game time go on from the version of the store, which was reset to a saved game.
   * @param untimedTicks of the saved game: a whole number from 0 to that version
   * @throws GameStateError `invalid_argument`
   */
  restoreTime(untimedTicks: number): void {
    const { version } = this.store
    if (!(Number.isSafeInteger(untimedTicks) && untimedTicks >= 0 && untimedTicks <= version)) {
      throw new GameStateError(
        'invalid_argument',
        `untimedTicks is a whole number from 0 to ${version}, not ${untimedTicks}`,
      )
    }
    this.#tick = version
    this.#untimedTicks = untimedTicks
    // the ticks that they wait for may never come
    this.#held.releaseAll((event) => this.#queue.push(event))
  }

  /** True while a tick is being made: in rules, in listeners of the store, and in those of `onTick`. */
  get stepping(): boolean {
    return this.#stepping
  }

  /** When the last tick was due, on the clock of `run`; undefined before the first tick, and after a `step` without a time. */
  get tickAtMs(): number | undefined {
    return this.#tickAtMs
  }

  get running(): boolean {
    return this.#clock !== undefined
  }

  /** Ticks left out because the process had fallen too far behind, since the machine was made. */
  get droppedSteps(): number {
    return this.#droppedSteps
  }

  /** Inputs that wait for a tick. */
  get queuedInputs(): number {
    return this.#queue.size + this.#held.size
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
      if (input.kind === 'leave') this.#held.releaseOf(input.client.id, (event) => this.#queue.push(event))
      this.#queue.push(input)
      return undefined
    }
    const isFromClient = input.sequence !== undefined
    const problem = eventProblem(this.game, input.name, isFromClient) ?? this.#queueProblem(input)
    if (problem !== undefined) {
      const { code, message } = problem
      this.#logRefusal(input, code, message)
      return { kind: 'refused', code, message }
    }
    const own = isFromClient ? input : withOwnData(input)
    const isHeld = (own.tick !== undefined || this.#held.size > 0) && this.#hold(own)
    if (!isHeld) this.#queue.push(own)
    return undefined
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
   * Makes one tick now. For games that are stepped by hand (tests, turn-based play) and for joins and leaves while a game is
   * paused; `run` makes ticks by the clock.
   * @throws GameStateError `invalid_argument` if called from a rule or a listener, while a tick is being made
   */
  step({ timeMs, timeStep = true, inputMs, isLast = false }: StepOptions = {}): void {
    const clock = this.#clock
    if (isLast && !this.#stepping) this.#held.releaseAll((event) => this.#queue.push(event))
    const inputTime = clock === undefined || inputMs === undefined ? undefined : inputTimeOf(clock, inputMs)
    this.#step(timeMs, inputTime, timeStep)
  }

  /** Takes out the events that wait: they do not run. Joins and leaves wait on. */
  takeEvents(): EventInput[] {
    const taken = this.#queue.takeEvents()
    // of one sender, those that are held came after those in the queue
    this.#held.releaseAll((event) => void taken.push(event))
    return taken
  }

  /** @param inputTime undefined: all inputs run */
  #step(timeMs: number | undefined, inputTime: InputTime | undefined, timeStep: boolean): void {
    if (this.#stepping) throw new GameStateError('invalid_argument', 'a tick is being made already')
    this.#stepping = true
    this.#tickAtMs = timeMs
    try {
      // a store that was reset to a later version goes on from there
      this.#tick = Math.max(this.#tick, this.store.version) + 1
      if (!timeStep) this.#untimedTicks++
      const made = this.#make(inputTime, timeStep)
      if (made.state !== this.store.state) {
        const atMs = timeMs ?? this.time * 1000
        guard(this.#logger, 'a tick could not be committed', () => this.store.commit(made.state, this.#tick, atMs))
      }
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

  #make(inputTime: InputTime | undefined, timeStep: boolean): MadeTick<StateOf<G>> {
    const { state } = this.store
    if (this.#held.size > 0) this.#held.release(this.#tick, (event) => this.#queue.push(event))
    // a tick in which nothing can happen costs next to nothing: there may be hundreds of idle machines
    if (this.#queue.size === 0 && (!timeStep || this.game.timeStep === undefined)) {
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
    const options = { tick: this.#tick, seed: this.seed, time: this.time, seenAt: this.#seenAt }
    const run = new TickRun<G>(this.game, state, options)
    let lateEvents = 0
    const apply = (input: TickInput): void => {
      if (input.kind === 'event' && input.tick !== undefined && input.tick < this.#tick) lateEvents++
      run.apply(input)
    }
    const inputs = timeStep ? this.#queue.take(apply, inputTime) : this.#queue.takeJoinsAndLeaves(apply)
    const inputTimes = inputTime?.times ?? noTimes
    // written out: a spread of the tick took longer than the rest of a small one
    const { state: next, outcomes, dispatches, failures } = run.finish(timeStep)
    return { state: next, outcomes, dispatches, failures, tick: this.#tick, inputs, inputTimes, lateEvents }
  }

  #hold(event: EventInput): boolean {
    // a store that was reset to a later version goes on from there
    const last = Math.max(this.#tick, this.store.version)
    return this.#held.hold(event, last + 1, last + this.#maxAheadTicks)
  }

  #queueProblem({ client, sequence }: EventInput): { code: string; message: string } | undefined {
    if (this.queuedInputs >= this.#maxQueuedEvents) {
      return { code: 'event_queue_full', message: 'too many events wait for a tick' }
    }
    if (sequence === undefined || client === undefined) return undefined
    const waiting = this.#queue.eventsOf(client.id) + (this.#held.size > 0 ? this.#held.eventsOf(client.id) : 0)
    if (waiting < this.#maxQueuedEventsPerClient) return undefined
    return { code: 'event_queue_full', message: 'too many events of this client wait for a tick' }
  }

  #logRefusal(input: TickInput, code: string, message: string): void {
    const details = { clientId: input.client?.id ?? '', code, reason: message, tick: this.#tick }
    if (input.kind === 'event') this.#logger.debug({ ...details, event: input.name }, 'an event was refused')
    else this.#logger.info(details, `a ${input.kind} was refused`)
  }

  /** @param dueMs when the tick was due */
  #inputTime(clock: Clock, dueMs: number): InputTime {
    const windowMs = this.#stepMs * inputTimeShare
    const untilMs = dueMs + windowMs
    return {
      now: () => clock.now(),
      // if a rule stops the machine, no tick follows soon: this one takes all inputs
      isOver: (nowMs) => nowMs >= untilMs && this.#clock !== undefined,
      windowMs,
      clientMs: this.#stepMs * this.#clientTimeShare,
      times: new Map(),
    }
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
    for (let steps = 0; steps < this.#maxCatchUpSteps; steps++) {
      // a timer may fire a fraction early; a rule may have stopped the machine
      if (!this.#isRun(run) || clock.now() < this.#nextStepAtMs) break
      const timeMs = this.#nextStepAtMs
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

  #isRun(run: number): boolean {
    return this.running && this.#runs === run
  }

  #notify<Args extends readonly unknown[]>(listeners: Listeners<Args>, name: string, ...args: Args): void {
    listeners.each((listener) =>
      guard(this.#logger, `a listener of ${name} failed`, () => listener(...args), { tick: this.#tick }),
    )
  }
}

/** All inputs of a tick share this time. */
function inputTimeOf(clock: Clock, inputMs: number): InputTime {
  const untilMs = clock.now() + inputMs
  const isOver = (nowMs: number): boolean => nowMs >= untilMs
  return { now: () => clock.now(), isOver, windowMs: inputMs, clientMs: inputMs, times: new Map() }
}

const frozenHint = 'a rule failed: rows that are read cannot be changed, use edit or editEach'

/** Whether a rule has written to a part of a version. Each engine has its own words for it. */
function isOfFrozen(error: unknown): boolean {
  return error instanceof TypeError && /read-? ?only|not extensible/.test(error.message)
}

/** Server code may use its data again before the tick: the input gets a copy. Data that is not plain is taken as it is. */
function withOwnData(input: EventInput): EventInput {
  try {
    return typeof input.data === 'object' ? { ...input, data: copyValue(input.data) } : input
  } catch {
    return input
  }
}
