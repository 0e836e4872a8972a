import { GameStateError } from '../errors.js'
import { faultOfOptions, type OptionRange } from '../option-table.js'
import { Transaction } from '../transaction.js'
import type { Immutable } from '../values/immutable.js'
import { copyValue } from '../values/kinds.js'
import { isThenable } from '../values/plain.js'
import { isScalar, sealState } from '../values/sealing.js'
import { type Outcome, type Rule, type RuleResult, runRule, serverClient } from './context.js'
import type { Dispatch } from './dispatch.js'
import type { AnyGame, RuleClient, StateOf } from './game.js'
/** The result of a schema that has run already: the rule gets `value`, and the schema does not run again. */
export interface Checked {
  readonly value: unknown
}

/** A client joins. `client.data` is what the client gave, before the game's `joinData` has checked it. */
export interface JoinInput {
  readonly kind: 'join'
  readonly client: RuleClient
  readonly checked?: Checked
}

/** A client has left for good. */
interface LeaveInput {
  readonly kind: 'leave'
  readonly client: RuleClient
}

/** An event, with its data as it came, before its schema has checked it. */
export interface EventInput {
  readonly kind: 'event'
  readonly name: string
  readonly data: unknown
  /** The sender. Undefined for an event of the server's own that concerns no client. */
  readonly client?: RuleClient
  /** The number that the client gave the event. Undefined for an event that code at the server has pushed. */
  readonly sequence?: number
  readonly checked?: Checked
  /** The tick that the sender lived in when it sent the event. The event waits in the queue until that tick. */
  readonly tick?: number
  /** The place on the axis of ticks, with a fraction, that the sender's screen showed of others. For `ctx.seen`. */
  readonly seen?: number | undefined
}

/** What reaches the rules in a tick. Plain data: it can be written down and played again. */
export type TickInput = JoinInput | LeaveInput | EventInput

/** A rule that threw, returned a promise, or rejected where no sender can be refused. */
export interface RuleFailure {
  /** The name of the event, or `onJoin`, `onLeave`, `timeStep`. */
  readonly rule: string
  /** Undefined for `timeStep`. */
  readonly input: TickInput | undefined
  readonly error: unknown
}

/** All that a tick brings about. */
export interface Tick<State> {
  /** The next version; the very state that the tick began with if nothing has changed. */
  readonly state: Immutable<State>
  /** One for each input, in the same order. */
  readonly outcomes: readonly Outcome[]
  /** The events that rules have sent to clients, in the order of the calls. */
  readonly dispatches: readonly Dispatch[]
  /** What rules have thrown, each with its input. */
  readonly failures: readonly RuleFailure[]
}

/** @typeParam State of the game */
export interface TickOptions<State = unknown> {
  /** The number of the tick, a whole number from 1. */
  tick: number
  /** Names the streams of `ctx.random()`. An integer. */
  seed: number
  /** Seconds of game time at this tick, as rules get it in `ctx.time`. Default: the number of the tick by the tick rate. */
  time?: number
  /** False: `timeStep` does not run, as for joins and leaves while a game is paused. Default true. */
  timeStep?: boolean
  /**
   * True at a client that makes the tick ahead of the server. An event that fails, rejects, or draws secret randomness is then
   * refused with `not_predicted`, leaves no trace, and is no failure. Default false.
   */
  predicting?: boolean
  /**
   * Gives the state as it was drawn at a place on the axis of ticks, for `ctx.seen`. Called at most once for an event, when
   * its rule asks. Undefined: the state before the tick.
   */
  seenAt?: (place: number) => Immutable<State> | undefined
}

/**
 * Makes a tick: runs the inputs in the order given, each of which sees what the ones before have done, then `timeStep`. A pure
 * function: the same arguments give the same result wherever it runs, and nothing that is passed is changed. A server, a client
 * that predicts, a replay and a test make their ticks with it.
 *
 * A rule that throws leaves no trace in the state, is reported in `failures`, and stops nothing.
 *
 * @param state a version: the state of a store, of a `Tick`, or of a replica. A state that is no version yet, such as
 *   `game.initialState()`, is taken over and frozen.
 * @param inputs joins, leaves and events
 * @throws GameStateError `invalid_argument` for options out of range and inputs of another form; `invalid_value` for a state
 *   that no version can be
 */
export function makeTick<G extends AnyGame>(
  game: G,
  state: StateOf<G> | Immutable<StateOf<G>>,
  inputs: readonly TickInput[],
  options: TickOptions<StateOf<G>>,
): Tick<StateOf<G>> {
  const fault = faultOfArguments(game, inputs, options)
  if (fault !== undefined) throw new GameStateError('invalid_argument', fault)
  const run = new TickRun<G>(game, sealState<StateOf<G>>(undefined, state), options)
  for (const input of inputs) run.apply(input)
  return run.finish(options.timeStep)
}

/** Made by a function, so that a page that runs rules leaves it out with `makeTick`. */
const tickRanges: readonly OptionRange[] = /* @__PURE__ */ (() => [
  { name: 'tick', default: undefined, unit: 'ticks', min: 1, max: Number.MAX_SAFE_INTEGER, whole: true },
  {
    name: 'seed',
    default: undefined,
    unit: 'seeds',
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    whole: true,
  },
  { name: 'time', default: undefined, unit: 's', min: -Number.MAX_VALUE, max: Number.MAX_VALUE },
  { name: 'timeStep', default: true, unit: '', min: 0 },
  { name: 'predicting', default: false, unit: '', min: 0 },
  { name: 'seenAt', default: undefined, unit: '', min: 0 },
])()

const inputKinds: readonly unknown[] = ['join', 'leave', 'event']

function faultOfArguments(game: AnyGame, inputs: readonly TickInput[], options: TickOptions): string | undefined {
  if (typeof game?.events !== 'object' || game.events === null) return 'makeTick takes a game, as defineGame makes them'
  if (!Array.isArray(inputs)) return 'the inputs of makeTick are a list'
  const isInput = (input: TickInput | null | undefined): boolean => inputKinds.includes(input?.kind)
  if (!inputs.every(isInput)) return "an input of makeTick has the kind 'join', 'leave' or 'event'"
  if (!inputs.every(hasPlaces)) return 'tick and seen of an input of makeTick are finite numbers'
  const fault = faultOfOptions('makeTick', tickRanges, options)
  if (fault !== undefined) return fault
  if (options.seenAt !== undefined && typeof options.seenAt !== 'function') return 'seenAt of makeTick is a function'
  return options.tick === undefined || options.seed === undefined ? 'makeTick needs a tick and a seed' : undefined
}

function hasPlaces(input: TickInput): boolean {
  if (input.kind !== 'event') return true
  const { tick = 0, seen = 0 } = input
  return Number.isFinite(tick) && Number.isFinite(seen)
}

/** A tick in the making, for a loop that decides after each input whether there is time for another one. */
export class TickRun<G extends AnyGame> {
  readonly #game: G
  readonly #options: Omit<TickOptions<StateOf<G>>, 'timeStep'>
  readonly #base: Immutable<StateOf<G>>
  readonly #transaction: Transaction<StateOf<G>>
  readonly #outcomes: Outcome[] = []
  readonly #dispatches: Dispatch[] = []
  readonly #failures: RuleFailure[] = []

  constructor(game: G, state: Immutable<StateOf<G>>, options: Omit<TickOptions<StateOf<G>>, 'timeStep'>) {
    this.#game = game
    this.#base = state
    this.#transaction = new Transaction(state)
    this.#options = options
  }

  /** Runs the rule of one input. */
  apply(input: TickInput): Outcome {
    const made = this.#outcomeOf(input)
    // whatever refuses an event at a client, the server may run it
    const isUnsure = this.#options.predicting === true && input.kind === 'event' && made.kind === 'refused'
    const outcome: Outcome = isUnsure ? { ...made, code: 'not_predicted' } : made
    this.#outcomes.push(outcome)
    return outcome
  }

  /** Ends the tick. @param timeStep whether `timeStep` runs first */
  finish(timeStep = true): Tick<StateOf<G>> {
    const step = this.#game.timeStep
    if (timeStep && step !== undefined) {
      const dt = 1 / this.#game.tickRate
      const result = this.#run((state, _, ctx) => ignored(step(state, dt, ctx)), undefined, serverClient, 0)
      this.#report('timeStep', undefined, result, true)
    }
    return {
      state: this.#transaction.finish(),
      outcomes: this.#outcomes,
      dispatches: this.#dispatches,
      failures: this.#failures,
    }
  }

  #outcomeOf(input: TickInput): Outcome {
    switch (input.kind) {
      case 'join':
        return this.#join(input)
      case 'leave': {
        const { onLeave } = this.#game
        if (onLeave === undefined) return done
        const client = this.#clientOf(input.client)
        const result = this.#run((state, _, ctx) => ignored(onLeave(state, ctx)), undefined, client, this.#place)
        // a client that has left cannot be refused
        return this.#report('onLeave', input, result, true)
      }
      case 'event':
        return this.#event(input)
    }
  }

  #join(input: JoinInput): Outcome {
    const checked = input.checked ?? checkJoinData(this.#game, input.client.data)
    if ('code' in checked) return this.#refuse('onJoin', input, checked)
    const { onJoin } = this.#game
    if (onJoin === undefined) return done
    const client = this.#clientOf(input.client, checked.value)
    const result = this.#run((state, _, ctx) => ignored(onJoin(state, ctx)), undefined, client, this.#place)
    return this.#report('onJoin', input, result)
  }

  #event(input: EventInput): Outcome {
    const { name, sequence } = input
    const isFromClient = sequence !== undefined
    const problem = eventProblem(this.#game, name, isFromClient)
    if (problem !== undefined) return problem
    const checked = input.checked ?? validateEvent(this.#game, name, input.data)
    if ('code' in checked) return this.#refuse(name, input, checked)
    const data = checked === input.checked ? ownCopy(checked.value) : checked.value
    const rule = this.#game.events[name]
    const client = input.client === undefined ? serverClient : this.#clientOf(input.client)
    const result = this.#run(rule.handler, data, client, this.#place, input, rule)
    return this.#report(name, input, result)
  }

  /** The place of the input that runs now, from 1. */
  get #place(): number {
    return this.#outcomes.length + 1
  }

  /** The client as a rule gets it: it cannot be changed, and has no data if the game declares no `joinData`. */
  #clientOf(client: RuleClient, checkedData = client.data): RuleClient {
    const data = this.#game.joinData === undefined ? undefined : checkedData
    // a server passes the same frozen client with each of its events
    if (data === client.data && Object.isFrozen(client) && isFrozen(data)) return client
    const { id, userId, name, isHost } = client
    return Object.freeze({ id, userId, name, isHost, data: isFrozen(data) ? data : freezeDeep(ownCopy(data)) })
  }

  /** @param input undefined for a step, a join and a leave, which have no `event` either */
  #run(
    rule: Rule<StateOf<G>>,
    data: unknown,
    client: RuleClient,
    place: number,
    input?: EventInput,
    event?: G['events'][string],
  ): RuleResult {
    const { tick, time = tick / this.#game.tickRate, seed, predicting = false, seenAt } = this.#options
    return runRule<StateOf<G>>(this.#transaction, rule, data, {
      client,
      tick,
      time,
      seed,
      place,
      predicting,
      serverEvents: this.#game.serverEvents,
      sequence: input?.sequence,
      random: event?.random ?? 'secret',
      isEvent: input !== undefined,
      base: this.#base,
      seen: event?.rewind ? input?.seen : undefined,
      seenAt,
    })
  }

  /** @param mayNotReject whether there is nothing that `ctx.reject` could refuse, so that it counts as a failure */
  #report(rule: string, input: TickInput | undefined, result: RuleResult, mayNotReject = false): Outcome {
    for (const dispatch of result.dispatches) this.#dispatches.push(dispatch)
    const error = mayNotReject ? (result.error ?? result.rejection) : result.error
    if (error !== undefined) this.#failures.push({ rule, input, error })
    return result.outcome
  }

  #refuse(rule: string, input: TickInput, refused: Refused): Outcome {
    const mayFail = this.#options.predicting === true && input.kind === 'event'
    if (refused.error !== undefined && !mayFail) this.#failures.push({ rule, input, error: refused.error })
    return { kind: 'refused', code: refused.code, message: refused.message }
  }
}

/** Drops what a rule returned that answers no client. A promise is kept: it is an error. */
function ignored(result: unknown): unknown {
  return isThenable(result) ? result : undefined
}

const done: Outcome = Object.freeze({ kind: 'done', value: undefined })

/** A refusal before any rule has run. */
export interface Refused {
  readonly kind: 'refused'
  readonly code: string
  readonly message: string
  /** The error of a schema that threw. */
  readonly error?: unknown
}

/**
 * The refusal of an event that the game does not have, or that a client may not send; undefined if the event may run.
 * @param isFromClient false for events that code at the server pushes
 */
export function eventProblem(game: AnyGame, name: string, isFromClient: boolean): Refused | undefined {
  const rule = Object.hasOwn(game.events, name) ? game.events[name] : undefined
  if (rule !== undefined && !(isFromClient && rule.from === 'server')) return undefined
  return refused('event_unknown', `the game has no event '${name.slice(0, maxNameInMessage)}'`)
}

/** A client may choose the name of an event freely: no more of it is repeated than says which one. */
const maxNameInMessage = 64

/**
 * Checks the data of an event by its schema. The schema gets a copy, so that nothing it returns is shared with `data`.
 * @param name of an event that the game has
 * @returns the value for the rule, undefined without a schema; or a refusal with the code `event_invalid`
 */
export function validateEvent(game: AnyGame, name: string, data: unknown): Checked | Refused {
  return check(game.events[name].schema, data, 'event_invalid', name)
}

/** The same for the data of a client that joins. The code is `join_invalid`, and the value is frozen. */
export function checkJoinData(game: AnyGame, data: unknown): Checked | Refused {
  const checked = check(game.joinData, data, 'join_invalid', 'the data of the join')
  if ('value' in checked) freezeDeep(checked.value)
  return checked
}

/** The same for the presence of a client. The code is `presence_invalid`, and the value is not yet known to be plain. */
export function checkPresence(game: AnyGame, data: unknown): Checked | Refused {
  return check(game.presence, data, 'presence_invalid', 'the presence')
}

function check(schema: AnyGame['joinData'], data: unknown, code: string, subject: string): Checked | Refused {
  if (schema === undefined) return nothing
  try {
    const result = schema['~standard'].validate(ownCopy(data))
    if (isThenable(result)) {
      Promise.resolve(result).then(undefined, () => {})
      const error = new TypeError('the schema is asynchronous, and a tick cannot wait for it')
      return { ...refused(code, `${subject}: its schema is asynchronous, and a tick cannot wait for it`), error }
    }
    if (result.issues === undefined) return { value: result.value }
    // the first of what may be thousands: a client chooses how many there are
    const [issue] = result.issues
    return refused(code, issue === undefined ? `${subject}: not valid` : `${subject}: ${issueText(issue)}`)
  } catch (error) {
    return { ...refused(code, `${subject}: the data could not be checked`), error }
  }
}

const nothing: Checked = Object.freeze({ value: undefined })

interface Issue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Of a problem that a schema has found, no more than says which one is sent back and kept until the client has it. */
const maxIssueKeys = 10
const maxIssueLength = 300

function issueText({ message, path = [] }: Issue): string {
  const keys = path.slice(0, maxIssueKeys).map((part) => String(typeof part === 'object' ? part.key : part))
  return (keys.length === 0 ? message : `${keys.join('.')}: ${message}`).slice(0, maxIssueLength)
}

function refused(code: string, message: string): Refused {
  return { kind: 'refused', code, message }
}

/**
 * A copy, since a rule may change its data or put it into the state. A value that is not plain, such as a Date that a schema
 * has made, is passed on.
 */
function ownCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (holdsScalars(value)) return { ...value }
  try {
    return copyValue(value)
  } catch {
    return value
  }
}

/** True for most data: an object of numbers, texts and the like, which needs no walk to be copied. */
function holdsScalars(value: object): boolean {
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const key in value) if (!isScalar((value as Record<string, unknown>)[key])) return false
  return true
}

function isFrozen(value: unknown): boolean {
  return !isObject(value) || Object.isFrozen(value)
}

function freezeDeep(value: unknown): unknown {
  if (!isObject(value) || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  for (const part of Object.values(Object.freeze(value))) freezeDeep(part)
  return value
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
