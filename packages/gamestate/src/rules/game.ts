import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Precision } from '../codec/values/number.js'
import { GameStateError } from '../errors.js'
import type { Motion, MotionDefinition } from '../motion/motion.js'
import type { DispatchArguments } from '../option-table.js'
import type { Immutable } from '../values/immutable.js'
import type { View, ViewKey } from '../views.js'
import type { Recipients } from './dispatch.js'

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
  /** True for the host client of the room. */
  readonly isHost: boolean
  /** What the client gave when it joined, as the game's `joinData` returned it. Undefined if the game declares none. */
  readonly data: JoinData
}

/**
 * What a rule is given besides the state: all that it may know, and nothing that differs when it runs again.
 * @typeParam ServerEvents the game's `serverEvents`, for the types of `dispatch`
 * @typeParam JoinData what the schema `joinData` of the game returns
 * @typeParam State of the game, for the type of `seen`
 */
export interface RuleContext<
  ServerEvents extends AnyServerEvents = AnyServerEvents,
  JoinData = unknown,
  State = unknown,
> {
  /** The client that joins, leaves, or has sent the event. */
  readonly client: RuleClient<JoinData>
  /** The number of the tick that is being made. The first is 1. */
  readonly tick: number
  /** Seconds of game time at this tick. It stands still while the game is paused, also in the ticks of joins and leaves. */
  readonly time: number
  /**
   * The state as the sender's screen showed it when it sent the event, for an event with the option `rewind`: aim and hit are
   * judged by it. The sender's own row in it is as old as all others: the own place is in the state. In all other rules it
   * is the state as it was before this tick. It is the whole state, also at a game with a `view`: an answer made of it must
   * not reveal what the view hides.
   */
  readonly seen: Immutable<State>
  /**
   * The next number in [0, 1) of a stream that belongs to this run of the rule alone. The same inputs and seed give the same
   * numbers. A client cannot predict an event that draws one, unless it has the option `random: 'own'`.
   */
  random(): number
  /**
   * A new id for a row, of letters, digits, `-` and `_`. No other run of a rule gets it. A client that predicts the event gets
   * the same id as the server, so that a bullet that it shows at once is the one that the server confirms.
   */
  newId(): string
  /**
   * What follows is for the server alone, such as a draw of loot. At a client that predicts the event the rule ends here,
   * and what it has done so far is shown. At the server it does nothing.
   */
  serverOnly(): void
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
> = (state: State, data: Data, ctx: RuleContext<ServerEvents, JoinData, NoInfer<State>>) => Result

/** An event that the rules handle: its schema, its handler, and its options. Made by `on`. */
export interface EventRule<State, Input, Data, Result, From extends 'client' | 'server' = 'client'> {
  /** Checks and converts the data; undefined for an event without data. */
  readonly schema: StandardSchemaV1<Input, Data> | undefined
  /** The rule itself. */
  readonly handler: EventHandler<State, Data, Result>
  /** `'server'`: only code at the server may push the event; a client that sends it is refused with `event_unknown`. */
  readonly from: From
  /** True if a client that runs ahead of the server runs this rule too. */
  readonly predict: boolean
  /** The stream of `ctx.random()`, see `EventOptions`. */
  readonly random: 'secret' | 'own'
  /** True if the sender says what its screen showed, for `ctx.seen`. */
  readonly rewind: boolean
}

declare const payload: unique symbol

/** An event that the server sends to clients. Made by `event`. */
export interface ServerEvent<Data> {
  /** Never set. Types read the data from it. */
  readonly [payload]?: { data: Data }
  /** True: a client handles one that its own predicted event dispatches at once. */
  readonly predict: boolean
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
  /** Whether a client that runs ahead of the server runs the rule too. Default true. */
  predict?: boolean
  /**
   * The stream of `ctx.random()`. Default `'secret'`: named by the server's seed, which no client knows; a client that comes
   * to it does not predict the event. `'own'`: named by sender and event alone, so that the sender can predict the numbers,
   * and could plan by them: for the spread of shots, not for loot.
   */
  random?: 'secret' | 'own'
  /** True: the sender says what its screen showed of others, for `ctx.seen`. It costs a byte or two an event. Default false. */
  rewind?: boolean
}

/** Options of `event`. */
export interface ServerEventOptions {
  /** True: a client handles one that its own predicted event dispatches at once, and the server's is not handled again. Default false. */
  predict?: boolean
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
export interface GameDefinition<
  State,
  Events,
  ServerEvents extends AnyServerEvents,
  JoinInput,
  JoinData,
  PresenceInput = undefined,
  Presence = PresenceInput,
> {
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
  timeStep?: (state: State, dt: number, ctx: RuleContext<ServerEvents, undefined, State>) => NoPromise
  /**
   * The events that the rules handle. Names must not begin with `$`. A function, so that the types of the handlers follow
   * from `initialState`; or an object of rules made elsewhere with the `on` that this package exports.
   */
  events?: Events | ((on: BoundOn<State, ServerEvents, JoinData>) => Events)
  /** The events that the server sends to clients. Names must not begin with `$`. */
  serverEvents?: ServerEvents
  /** Runs when the client `ctx.client` joins. `ctx.reject`, or an error, keeps the client out. */
  onJoin?: (state: State, ctx: RuleContext<ServerEvents, JoinData, State>) => NoPromise
  /** Runs when the client `ctx.client` has left for good. */
  onLeave?: (state: State, ctx: RuleContext<ServerEvents, JoinData, State>) => NoPromise
  /** The quantum that the wire keeps of a number, by its place in the state: `{ players: { x: 0.01 } }`. Other numbers are sent exactly. */
  precision?: Precision<State>
  /**
   * What one client may see of a version, for secrets and for things far away; nothing else is ever sent to it. A pure
   * function that returns a state with parts left out: `EntityMap.filter`, an object without some keys. Default: all of it.
   */
  view?: View<State>
  /** Clients with the same key, such as a team or a place, share one view, which is made and encoded once. Default: each has its own. */
  viewKey?: ViewKey<State>
  /** What moves, by its key in the state: it is drawn between versions and rewound. All else is taken from the earlier version. */
  motion?: MotionDefinition<State>
  /**
   * What of a version a client runs ahead of the server: a pure function like `view`, that leaves parts out. For worlds of
   * thousands of rows: `pick` the rows near the client. Default: all that the client has.
   */
  predictPart?: View<State>
  /**
   * Schema of the presence of a client, such as its cursor; synchronous. Other clients get the result as soon as it changes. It is
   * no part of the state, and rules do not see it. Default: clients have no presence.
   */
  presence?: StandardSchemaV1<PresenceInput, Presence>
}

/** The rules of a game, as one value that server and client share. Made by `defineGame`. */
export interface Game<
  State,
  Events,
  ServerEvents,
  JoinInput = undefined,
  JoinData = JoinInput,
  PresenceInput = undefined,
  Presence = PresenceInput,
> {
  /** Of the rules. A client of another one is refused. Default 0. */
  readonly version: number
  /** Makes the state that a room begins with. */
  readonly initialState: () => State
  /** Ticks a second. Default 20. */
  readonly tickRate: number
  /** Checks what a client gives when it joins. */
  readonly joinData: StandardSchemaV1<JoinInput, JoinData> | undefined
  /** Runs in each tick, after the inputs; `dt` is the length of a tick in seconds. */
  readonly timeStep: ((state: State, dt: number, ctx: RuleContext) => void) | undefined
  /** The rules of events, by name. */
  readonly events: Events
  /** The events that rules and server send to clients, by name. */
  readonly serverEvents: ServerEvents
  /** Runs when a client has joined. */
  readonly onJoin: ((state: State, ctx: RuleContext) => void) | undefined
  /** Runs when the session of a client has ended. */
  readonly onLeave: ((state: State, ctx: RuleContext) => void) | undefined
  /** How exact numbers travel. */
  readonly precision: Precision<State> | undefined
  /** The part of a version that one client may see. */
  readonly view: View<State> | undefined
  /** Clients with the same key have the same view. */
  readonly viewKey: ViewKey<State> | undefined
  /** What moves between two versions, and how. */
  readonly motion: Motion<State> | undefined
  /** The part of a version that a client runs ahead with. */
  readonly predictPart: View<State> | undefined
  /** Checks what a client shows of itself. */
  readonly presence: StandardSchemaV1<PresenceInput, Presence> | undefined
}

/** Any game, whatever its types. */
// reason: stands for every game, with any types
// biome-ignore lint/suspicious/noExplicitAny: reason: as above
export type AnyGame = Game<any, any, any, any, any, any, any>

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
  G extends Game<infer _State, infer _Events, infer _ServerEvents, infer JoinInput, infer JoinData, infer _PI, infer _P>
    ? { input: JoinInput; data: JoinData }
    : never

/** The presence of a client: `input` as the client gives it, `data` as all clients get it. Both undefined without `presence`. */
export type PresenceOf<G extends AnyGame> = G extends {
  readonly presence: StandardSchemaV1<infer Input, infer Data> | undefined
}
  ? { input: Input; data: Data }
  : never

/**
 * An event that the rules handle, for rules in a file of their own. Within `defineGame` use the `on` that `events` is given.
 *
 * A schema before the handler is any Standard Schema (zod, valibot, arktype), synchronous: it checks what came over the wire, and
 * gives the type.
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
    ...readEventOptions(hasSchema ? third : second),
  }
}

function isOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !('~standard' in value)
}

/** The options of `on`: the values that each may have, the default first. */
const eventChoices = {
  from: ['client', 'server'],
  predict: [true, false],
  random: ['secret', 'own'],
  rewind: [false, true],
} as const

/** The options of `event`. */
const serverEventChoices = { predict: [false, true] } as const

type Chosen<Choices extends Record<string, readonly unknown[]>> = { [Name in keyof Choices]: Choices[Name][number] }

function readEventOptions(options: unknown): Chosen<typeof eventChoices> {
  return readChoices('on', eventChoices, options)
}

/** @throws GameStateError `invalid_game` for unknown options and for values that an option does not have */
function readChoices<Choices extends Record<string, readonly unknown[]>>(
  call: string,
  choices: Choices,
  options: unknown = {},
): Chosen<Choices> {
  if (!isOptions(options)) throw invalidGame(`the options of ${call} are an object`)
  const given = options as Readonly<Record<string, unknown>>
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(choices, name)) continue
    const names = Object.keys(choices).join("', '")
    throw invalidGame(`${call} has no option '${name}': there is '${names}'`)
  }
  const chosen: Record<string, unknown> = {}
  for (const [name, values] of Object.entries(choices)) {
    const { [name]: value = values[0] } = given
    if (!values.includes(value)) {
      const texts = values.map((each) => (typeof each === 'string' ? `'${each}'` : String(each)))
      throw invalidGame(`the option ${name} of ${call} is ${texts.join(' or ')}`)
    }
    chosen[name] = value
  }
  return chosen as Chosen<Choices>
}

/** An event that the server sends, without data. A form of its own, as `Data` would be inferred from where it stands. */
export function event(options?: ServerEventOptions): ServerEvent<undefined>
/**
 * An event that the server sends: its type, and whether clients predict it.
 * @throws GameStateError `invalid_game` for unknown options and values
 */
export function event<Data>(options?: ServerEventOptions): ServerEvent<Data>
export function event(options?: ServerEventOptions): ServerEvent<unknown> {
  return readChoices('event', serverEventChoices, options)
}

/** The error for a game that is defined wrongly. */
export function invalidGame(message: string): GameStateError {
  return new GameStateError('invalid_game', message)
}
