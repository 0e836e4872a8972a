import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Precision } from '../codec/values/number.js'
import { GameStateError } from '../errors.js'
import { copyValue } from '../values/kinds.js'
import type { Path } from '../values/plain.js'
import type { View, ViewKey } from '../views.js'

/**
 * A client as the rules of a game know it.
 * @typeParam JoinData what the schema `joinData` of the game returns
 */
export interface RuleClient<JoinData = unknown> {
  /** The id of the session. The empty string if no client has caused the rule to run: in `timeStep` and in the server's own events. */
  readonly id: string
  /** The user that the server's `auth` has found. Undefined without `auth`. */
  readonly userId: string | undefined
  /** The name that the server's `auth` has found. Undefined without `auth`. */
  readonly name: string | undefined
  readonly isHost: boolean
  /** What the client gave when it joined, as the game's `joinData` returned it. Undefined if the game declares none. */
  readonly data: JoinData
}

/**
 * What a rule is given besides the state: all that it may know, and nothing that differs when it runs again.
 * @typeParam ServerEvents the game's `serverEvents`, for the types of `dispatch`
 * @typeParam JoinData what the schema `joinData` of the game returns
 */
export interface RuleContext<ServerEvents extends AnyServerEvents = AnyServerEvents, JoinData = unknown> {
  /** The client that joins, leaves, or has sent the event. */
  readonly client: RuleClient<JoinData>
  /** The number of the tick that is being made. The first is 1. */
  readonly tick: number
  /** Seconds of game time at this tick. It stands still while the game is paused, also in the ticks of joins and leaves. */
  readonly time: number
  /** The next number in [0, 1) of a stream that belongs to this run of the rule alone. The same inputs and seed give the same numbers. */
  random(): number
  /**
   * Sends an event to clients after the commit of the tick; does not send it if the rule throws.
   * The event's data is copied. The option `to` says which clients get it: all (default), one or several by id, or all but some.
   * @throws GameStateError `invalid_value` for data that is not plain; `invalid_argument` for an event that `serverEvents` does not
   *   declare, for unknown options, and for recipients of another form
   */
  dispatch<Name extends ServerEventName<ServerEvents>>(
    name: Name,
    ...data: DispatchArguments<DataOf<ServerEvents[Name]>, { to?: Recipients }>
  ): void
  /**
   * Ends the rule without a trace. The sender of the event gets code and message; a client that joins is refused with them.
   * Write `return ctx.reject(…)`, so that TypeScript knows that the rule ends here.
   * @param code for the sender's program: lower-case letters, digits and underscores
   * @param message for people; default: the code
   */
  reject(code: string, message?: string): never
}

/** The names that `ctx.dispatch` takes; a sentence for the compiler's error if the game declares no server events. */
type ServerEventName<ServerEvents> = [keyof ServerEvents] extends [never]
  ? 'declare the event in serverEvents of defineGame first'
  : keyof ServerEvents & string

/** The rule of an event: changes the draft in place. What it returns is the answer to a client that asked by `request`. */
export type EventHandler<
  State,
  Data,
  Result,
  ServerEvents extends AnyServerEvents = AnyServerEvents,
  JoinData = unknown,
> = (state: State, data: Data, ctx: RuleContext<ServerEvents, JoinData>) => Result

/** An event that the rules handle: its schema, its handler, and the end that may send it. Made by `on`. */
export interface EventRule<State, Input, Data, Result, From extends 'client' | 'server' = 'client'> {
  readonly schema: StandardSchemaV1<Input, Data> | undefined
  readonly handler: EventHandler<State, Data, Result>
  /** `'server'`: only code at the server may push the event; a client that sends it is refused with `event_unknown`. */
  readonly from: From
}

declare const payload: unique symbol

/** An event that the server sends to clients. Made by `event`; it has a type and nothing else. */
export interface ServerEvent<Data> {
  readonly [payload]?: { data: Data }
}

// reason: rules of all kinds of data are kept in one table; `any` is what lets each keep its own
// biome-ignore lint/suspicious/noExplicitAny: reason: as above
export type AnyEvents<State> = Record<string, EventRule<State, any, any, unknown, 'client' | 'server'>>
export type AnyServerEvents = Record<string, ServerEvent<unknown>>

/** The type of a server event's data. */
export type DataOf<E> = E extends ServerEvent<infer Data> ? Data : never

/** Options of `on`. */
export interface EventOptions {
  /** The end that may send the event. Default `'client'`: clients, and code at the server too. */
  from?: 'client' | 'server'
}

/** From options, not inferred by itself: TypeScript would infer both ends from the table that the rule stands in. */
type SourceOf<Options> = Options extends { from: 'server' } ? 'server' : 'client'

/** The `on` that the function `events` is given. It knows the types of the game's state, server events and join data. */
export interface BoundOn<State, ServerEvents extends AnyServerEvents, JoinData> {
  // in this order, as the compiler explains why the last form does not fit
  <Result, Options extends EventOptions = EventOptions>(
    handler: EventHandler<State, undefined, SyncResult<Result>, ServerEvents, JoinData> & NoSchema,
    options?: Options,
  ): EventRule<State, undefined, undefined, Result, SourceOf<Options>>
  <Input, Data, Result, Options extends EventOptions = EventOptions>(
    schema: StandardSchemaV1<Input, Data>,
    handler: EventHandler<State, Data, SyncResult<Result>, ServerEvents, JoinData>,
    options?: Options,
  ): EventRule<State, Input, Data, Result, SourceOf<Options>>
}

/** A schema may be a function too, as those of arktype are. */
interface NoSchema {
  '~standard'?: never
}

/** What an event's rule may return; a sentence for the compiler's error if it returns something else. */
type SyncResult<Result> =
  Result extends PromiseLike<unknown>
    ? 'a rule ends within its tick: it cannot be async or return a promise'
    : Result extends { editEach: unknown } | { pick: unknown }
      ? 'an answer is plain data: a rule cannot return an EntityMap'
      : Result

/** What the other rules may return: anything but a promise. It is ignored. */
// biome-ignore lint/suspicious/noConfusingVoidType: reason: `void` lets a function without a return statement in
type NoPromise = void | undefined | null | boolean | number | string | (object & NoThen)

/** A sentence for the compiler's error in place of the method `then`. */
interface NoThen {
  then?: 'a rule ends within its tick: it cannot be async or return a promise'
}

/** The rules of a game as the user writes them. */
export interface GameDefinition<State, Events, ServerEvents extends AnyServerEvents, JoinInput, JoinData> {
  /**
   * Version of the rules, a whole number from 0; default 0. A client with another version of the game is refused with
   * `game_outdated` or `server_outdated`.
   */
  version?: number
  /** Makes the state that a game begins with. */
  initialState: () => State
  /** Ticks a second, in Hz, 1 to 1000. Default 20. */
  tickRate?: number
  /** Schema of the data that a client gives when it joins; synchronous. The result is `ctx.client.data`. Default: clients give none. */
  joinData?: StandardSchemaV1<JoinInput, JoinData>
  /** Runs once a tick, after the inputs of the tick. @param dt seconds of one tick */
  timeStep?: (state: State, dt: number, ctx: RuleContext<ServerEvents, undefined>) => NoPromise
  /**
   * The events that the rules handle. Names must not begin with `$`. A function, so that the types of the handlers follow
   * from `initialState`; or an object of rules made elsewhere with the `on` that this package exports.
   */
  events?: Events | ((on: BoundOn<State, ServerEvents, JoinData>) => Events)
  /** The events that the server sends to clients. Names must not begin with `$`. */
  serverEvents?: ServerEvents
  /** Runs when the client `ctx.client` joins. `ctx.reject`, or an error, keeps the client out. */
  onJoin?: (state: State, ctx: RuleContext<ServerEvents, JoinData>) => NoPromise
  /** Runs when the client `ctx.client` has left for good. */
  onLeave?: (state: State, ctx: RuleContext<ServerEvents, JoinData>) => NoPromise
  /** The quantum that the wire keeps of a number, by its place in the state: `{ players: { x: 0.01 } }`. Other numbers are sent exactly. */
  precision?: Precision<State>
  /**
   * What one client may see of a version, for secrets and for things far away; nothing else is ever sent to it. A pure
   * function that returns a state with parts left out: `EntityMap.filter`, an object without some keys. Default: all of it.
   */
  view?: View<State>
  /** Clients with the same key, such as a team or a place, share one view, which is made and encoded once. Default: each has its own. */
  viewKey?: ViewKey<State>
}

/** The rules of a game, as one value that server and client share. Made by `defineGame`. */
export interface Game<State, Events, ServerEvents, JoinInput = undefined, JoinData = JoinInput> {
  readonly version: number
  readonly initialState: () => State
  readonly tickRate: number
  readonly joinData: StandardSchemaV1<JoinInput, JoinData> | undefined
  readonly timeStep: ((state: State, dt: number, ctx: RuleContext) => void) | undefined
  readonly events: Events
  readonly serverEvents: ServerEvents
  readonly onJoin: ((state: State, ctx: RuleContext) => void) | undefined
  readonly onLeave: ((state: State, ctx: RuleContext) => void) | undefined
  readonly precision: Precision<State> | undefined
  readonly view: View<State> | undefined
  readonly viewKey: ViewKey<State> | undefined
}

// reason: stands for every game, with any types
// biome-ignore lint/suspicious/noExplicitAny: reason: as above
export type AnyGame = Game<any, any, any, any, any>

/** The state of a game. */
export type StateOf<G extends AnyGame> = G extends { readonly initialState: () => infer State } ? State : never

/** The events that clients may send to a game: name to `{ data, result }`. */
export type EventsOf<G extends AnyGame> = {
  [Name in keyof AllEventsOf<G> as G['events'][Name]['from'] extends 'server' ? never : Name]: AllEventsOf<G>[Name]
}

/** All events that the rules of a game handle, also those that only the server may send: name to `{ data, result }`. */
export type AllEventsOf<G extends AnyGame> = {
  [Name in keyof G['events'] & string]: G['events'][Name] extends EventRule<
    infer _State,
    infer Input,
    infer _Data,
    infer Result,
    'client' | 'server'
  >
    ? { data: Input; result: Result }
    : never
}

/** The events that the server sends to clients: name to data. */
export type ServerEventsOf<G extends AnyGame> = {
  [Name in keyof G['serverEvents'] & string]: DataOf<G['serverEvents'][Name]>
}

/** The data of a client that joins: `input` as the client gives it, `data` as the rules get it. Both undefined without `joinData`. */
export type JoinDataOf<G extends AnyGame> =
  G extends Game<infer _State, infer _Events, infer _ServerEvents, infer JoinInput, infer JoinData>
    ? { input: JoinInput; data: JoinData }
    : never

/**
 * An event that the rules handle, for rules in a file of their own. Within `defineGame` use the `on` that `events` is given.
 * @param schema any Standard Schema (zod, valibot, arktype), synchronous: checks what came over the wire, and gives the type
 * @param handler changes the draft in place; what it returns goes back to a sender that asked by `request`
 * @throws GameStateError `invalid_game` for arguments of another kind
 */
export function on<State, Result, Options extends EventOptions = EventOptions>(
  handler: EventHandler<State, undefined, SyncResult<Result>> & NoSchema,
  options?: Options,
): EventRule<State, undefined, undefined, Result, SourceOf<Options>>
export function on<State, Input, Data, Result, Options extends EventOptions = EventOptions>(
  schema: StandardSchemaV1<Input, Data>,
  handler: EventHandler<State, Data, SyncResult<Result>>,
  options?: Options,
): EventRule<State, Input, Data, Result, SourceOf<Options>>
export function on(first: unknown, second?: unknown, third?: unknown): AnyEvents<unknown>[string] {
  // a schema may be a function too, as those of arktype are: a handler in second place makes the first a schema
  const hasSchema = typeof second === 'function' || third !== undefined || (second !== undefined && !isOptions(second))
  const handler = hasSchema ? second : first
  if (typeof handler !== 'function') throw invalidGame('on(schema, handler) takes a function as its handler')
  const schema = hasSchema ? (first as StandardSchemaV1 | undefined) : undefined
  if (hasSchema && typeof schema?.['~standard']?.validate !== 'function') {
    throw invalidGame('on(schema, handler) takes a Standard Schema, as zod, valibot and arktype make them')
  }
  return {
    schema,
    handler: handler as EventHandler<unknown, unknown, unknown>,
    from: readFrom(hasSchema ? third : second),
  }
}

function isOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !('~standard' in value)
}

function readFrom(options: unknown = {}): 'client' | 'server' {
  const { from = 'client', ...others } = isOptions(options) ? (options as { from?: unknown }) : { from: options }
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw invalidGame(`on has no option '${unknown}': there is 'from'`)
  if (from !== 'client' && from !== 'server') throw invalidGame("the option from of on is 'client' or 'server'")
  return from
}

/** An event that the server sends, without data. A form of its own, as `Data` would be inferred from where it stands. */
export function event(): ServerEvent<undefined>
/** An event that the server sends: only its type matters. */
export function event<Data>(): ServerEvent<Data>
export function event(): ServerEvent<unknown> {
  return {}
}

/** The error for a game that is defined wrongly. */
export function invalidGame(message: string): GameStateError {
  return new GameStateError('invalid_game', message)
}

/** The clients that an event goes to: all, one or several by id, or all but some. */
export type Recipients = 'all' | string | readonly string[] | { readonly except: string | readonly string[] }

/** An event that a rule sends to clients. It leaves after the commit of its tick. */
export interface Dispatch {
  readonly name: string
  readonly data: unknown
  readonly to: Recipients
}

/**
 * The arguments after the name of an event: its data, then options. The options come second if the event has no data.
 * If each key of the data is also a key of the options, both must be given: the data could be mistaken for options.
 */
export type DispatchArguments<Data, Options> = [Data] extends [undefined]
  ? [options?: Options] | [data: undefined, options?: Options]
  : undefined extends Data
    ? [data?: Data, options?: Options]
    : [Data] extends [object]
      ? keyof Data extends keyof Options
        ? [data: Data, options: Options | undefined]
        : [data: Data, options?: Options]
      : [data: Data, options?: Options]

/**
 * Separates the data and the options of a call, see {@link DispatchArguments}. A single argument counts as options if it
 * is a plain object with at least one key and all its keys are names of options.
 * @param args what follows the name of the event
 */
export function dispatchArguments<Options extends object>(
  args: readonly unknown[],
  names: readonly string[],
): { data: unknown; options: Options | undefined } {
  const [first, second] = args
  if (args.length >= 2 || typeof first !== 'object' || first === null) {
    return { data: first, options: second as Options | undefined }
  }
  const keys = Object.keys(first)
  const isOptions = keys.length > 0 && keys.every((key) => names.includes(key))
  return isOptions ? { data: undefined, options: first as Options } : { data: first, options: undefined }
}

const optionNames = ['to']

/** The root of the data of a dispatch, for messages. */
const dispatchRoot: Path = { parent: undefined, key: 'data', holder: 'a dispatched event' }

/**
 * Reads the arguments of `ctx.dispatch`. Data and recipients are copied, so that a rule may use one object several times.
 * @throws GameStateError `invalid_argument` for unknown options and recipients of another form; `invalid_value` for data that is not plain
 */
export function readDispatch(name: string, args: readonly unknown[]): Dispatch {
  const { data, options } = dispatchArguments<{ to?: unknown }>(args, optionNames)
  checkOptions(args, options)
  return { name, data: data === undefined ? undefined : copyValue(data, dispatchRoot), to: readRecipients(options?.to) }
}

/** Options that are mistaken must not send to all clients what is meant for one. */
function checkOptions(args: readonly unknown[], options: unknown): void {
  if (args.length > 2) throw new GameStateError('invalid_argument', 'ctx.dispatch takes a name, data, and options')
  if (options === undefined) return
  const fault =
    typeof options !== 'object' || options === null || Array.isArray(options)
      ? 'the options of ctx.dispatch are an object'
      : unknownOption(options)
  if (fault !== undefined) throw new GameStateError('invalid_argument', fault)
}

function unknownOption(options: object): string | undefined {
  const unknown = Object.keys(options).find((key) => !optionNames.includes(key))
  return unknown === undefined ? undefined : `ctx.dispatch has no option '${unknown}': there is 'to'`
}

function readRecipients(to: unknown = 'all'): Recipients {
  if (typeof to === 'string') return to
  if (Array.isArray(to)) return readIds(to)
  if (typeof to === 'object' && to !== null && 'except' in to) {
    const { except } = to
    return { except: typeof except === 'string' ? except : readIds(except) }
  }
  throw notRecipients()
}

function readIds(ids: unknown): readonly string[] {
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) throw notRecipients()
  return [...ids]
}

function notRecipients(): GameStateError {
  return new GameStateError('invalid_argument', "to is 'all', an id, a list of ids, or { except } with one of the two")
}
