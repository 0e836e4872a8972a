import type { StandardSchemaV1 } from '@standard-schema/spec'
import { checkPrecision } from './check-precision.js'
import type { Precision } from './codec/precision.js'
import { GameStateError } from './errors.js'
import { isPlainObject } from './values/plain.js'
import type { View, ViewKey } from './views.js'

/**
 * What a rule is given besides the state: all that it may know, and nothing that differs when it runs again.
 * @typeParam ServerEvents the game's `serverEvents`, for the types of `dispatch`
 */
export interface RuleContext<ServerEvents extends AnyServerEvents = AnyServerEvents> {
  /** Whose event it is: the sender's id; in `timeStep` the empty string. */
  readonly clientId: string
  /** The number of the tick that is being made. The first is 1. */
  readonly tick: number
  /** Seconds of game time at this tick, not counting pauses. */
  readonly time: number
  /** The next number in [0, 1) of a stream that depends on the machine's seed, the tick and the event's place in it alone. */
  random(): number
  /**
   * Sends an event to clients once the tick has been committed; not at all when the rule throws.
   * @param to all clients (default), one or several by id, or all but some
   */
  dispatch<Name extends keyof ServerEvents & string>(
    name: Name,
    ...data: DispatchArguments<DataOf<ServerEvents[Name]>, { to?: Recipients }>
  ): void
  /**
   * Ends the rule without a trace and tells the sender why.
   * @param code for the sender's program: lower-case letters, digits and underscores
   * @param message for people
   */
  reject(code: string, message?: string): never
}

/** Who gets an event. */
export type Recipients = 'all' | string | readonly string[] | { readonly except: string | readonly string[] }

export type EventHandler<State, Data, Result, ServerEvents extends AnyServerEvents = AnyServerEvents> = (
  state: State,
  data: Data,
  ctx: RuleContext<ServerEvents>,
) => Result

/** The arguments that follow an event's name: no data where the event has none, options last. */
export type DispatchArguments<Data, Options> = undefined extends Data
  ? [data?: Data, options?: Options]
  : [data: Data, options?: Options]

/** An event that clients send: how its data is checked, and what it does. Made by `on`. */
export interface EventRule<State, Input, Data, Result> {
  readonly schema: StandardSchemaV1<Input, Data> | undefined
  readonly handler: EventHandler<State, Data, Result>
}

declare const payload: unique symbol

/** An event that the server sends. Made by `event`; it has a type and nothing else. */
export interface ServerEvent<Data> {
  readonly [payload]?: { data: Data }
}

// reason: rules of all kinds of data are kept in one table; `any` is what lets each keep its own
// biome-ignore lint/suspicious/noExplicitAny: reason: as above
export type AnyEvents<State> = Record<string, EventRule<State, any, any, unknown>>
export type AnyServerEvents = Record<string, ServerEvent<unknown>>

/** What a server event carries. */
export type DataOf<E> = E extends ServerEvent<infer Data> ? Data : never

/** The `on` that `events` is given: it knows the game's state and what the server may send. */
export interface BoundOn<State, ServerEvents extends AnyServerEvents> {
  <Input, Data, Result>(
    schema: StandardSchemaV1<Input, Data>,
    handler: EventHandler<State, Data, Result, ServerEvents>,
  ): EventRule<State, Input, Data, Result>
  <Result>(
    handler: EventHandler<State, undefined, Result, ServerEvents>,
  ): EventRule<State, undefined, undefined, Result>
}

/** The rules of a game as the user writes them. */
export interface GameDefinition<State, Events, ServerEvents extends AnyServerEvents> {
  /** Makes the state that a game begins with. */
  initialState: () => State
  /** Ticks a second, in Hz, 1 to 1000. Default 20. */
  tickRate?: number
  /** Runs once a tick, after the tick's events. @param dt seconds of one tick */
  timeStep?: (state: State, dt: number, ctx: RuleContext<ServerEvents>) => void
  /**
   * What clients may do. Names must not begin with `$`. A function, so that the handlers' types follow from
   * `initialState`; or an object, of rules made elsewhere with the `on` that this package exports.
   */
  events?: Events | ((on: BoundOn<State, ServerEvents>) => Events)
  /** What the server tells clients. Names must not begin with `$`. */
  serverEvents?: ServerEvents
  /** Runs when a client has joined; `ctx.clientId` says who. */
  onJoin?: (state: State, ctx: RuleContext<ServerEvents>) => void
  /** Runs when a client has left for good. */
  onLeave?: (state: State, ctx: RuleContext<ServerEvents>) => void
  /** What the wire keeps of numbers, by their place in the state: `{ players: { x: 0.01 } }`. Elsewhere nothing is rounded. */
  precision?: Precision<State>
  /**
   * What one client may see of a version, for secrets and for what is far away: nothing else is ever sent to it. A pure function
   * that gives a state again, with parts left out: `EntityMap.filter`, an object without some keys. Default: all of it.
   */
  view?: View<State>
  /** Clients with the same key, a team or a place, share one view, which is then made and encoded once. Default: each has its own. */
  viewKey?: ViewKey<State>
}

/** The rules of a game, as one value that server and client share. Made by `defineGame`. */
export interface Game<State, Events, ServerEvents> {
  readonly initialState: () => State
  readonly tickRate: number
  readonly timeStep: ((state: State, dt: number, ctx: RuleContext) => void) | undefined
  readonly events: Events
  readonly serverEvents: ServerEvents
  readonly onJoin: ((state: State, ctx: RuleContext) => void) | undefined
  readonly onLeave: ((state: State, ctx: RuleContext) => void) | undefined
  readonly precision: Precision<State> | undefined
  readonly view: View<State> | undefined
  readonly viewKey: ViewKey<State> | undefined
}

// reason: stands for every game, whatever its types
// biome-ignore lint/suspicious/noExplicitAny: reason: as above
export type AnyGame = Game<any, any, any>

/** The state of a game. */
export type StateOf<G extends AnyGame> = G extends Game<infer State, infer _Events, infer _ServerEvents> ? State : never

/** The events of a game that clients send: name to `{ data, result }`. */
export type EventsOf<G extends AnyGame> =
  G extends Game<infer _State, infer Events, infer _ServerEvents>
    ? {
        [Name in keyof Events & string]: Events[Name] extends EventRule<
          infer _S,
          infer Input,
          infer _Data,
          infer Result
        >
          ? { data: Input; result: Result }
          : never
      }
    : never

/** The events of a game that the server sends: name to data. */
export type ServerEventsOf<G extends AnyGame> =
  G extends Game<infer _State, infer _Events, infer ServerEvents>
    ? { [Name in keyof ServerEvents & string]: DataOf<ServerEvents[Name]> }
    : never

/**
 * Makes the rules of a game. Server and client import the same value (or, in the client, only its type).
 * @throws GameStateError `invalid_game` where a part is missing or of the wrong kind, naming it
 */
export function defineGame<
  State extends object,
  Events extends AnyEvents<State> = Record<never, never>,
  ServerEvents extends AnyServerEvents = Record<never, never>,
>(definition: GameDefinition<State, Events, ServerEvents>): Game<State, Events, ServerEvents> {
  const { initialState, tickRate = 20, timeStep, onJoin, onLeave, precision, view, viewKey } = definition
  const { events: given } = definition
  const events = typeof given === 'function' ? given(on as BoundOn<State, ServerEvents>) : (given ?? ({} as Events))
  const serverEvents = definition.serverEvents ?? ({} as ServerEvents)
  for (const [name, table] of Object.entries({ events, serverEvents })) {
    if (!isPlainObject(table)) throw invalidGame(`${name} is an object, from name to event`)
  }
  if (typeof initialState !== 'function') throw invalidGame('initialState is a function that makes the first state')
  if (!(tickRate >= 1 && tickRate <= 1000)) throw invalidGame(`tickRate is from 1 to 1000 Hz, not ${tickRate}`)
  for (const [name, hook] of Object.entries({ timeStep, onJoin, onLeave, view, viewKey })) {
    if (hook !== undefined && typeof hook !== 'function') throw invalidGame(`${name} is a function`)
  }
  for (const [name, rule] of Object.entries(events)) {
    checkEventName(name)
    if (typeof rule?.handler !== 'function') throw invalidGame(`the event '${name}' is made with on(schema, handler)`)
  }
  for (const name of Object.keys(serverEvents)) checkEventName(name)
  checkPrecision(precision, undefined)
  // reason: which events may be dispatched matters where rules are written, not where they are run
  const rules = { initialState, tickRate, timeStep, events, serverEvents, onJoin, onLeave, precision, view, viewKey }
  return Object.freeze(rules) as Game<State, Events, ServerEvents>
}

/**
 * An event that clients send, for rules in a file of their own; within `defineGame` use the one that `events` is given.
 * @param schema any Standard Schema (zod, valibot, arktype), synchronous: checks what came over the wire, and gives the type
 * @param handler changes the draft in place; what it returns goes back to a sender who asked by `request`
 */
export function on<State, Input, Data, Result>(
  schema: StandardSchemaV1<Input, Data>,
  handler: EventHandler<State, Data, Result>,
): EventRule<State, Input, Data, Result>
/** An event without data. */
export function on<State, Result>(
  handler: EventHandler<State, undefined, Result>,
): EventRule<State, undefined, undefined, Result>
// reason: stands for all that the two forms above take and give
// biome-ignore lint/suspicious/noExplicitAny: reason: as above
export function on(first: unknown, second?: unknown): EventRule<any, any, any, any> {
  // a schema may be a function too, as those of arktype are: one argument is a handler, two are schema and handler
  const handler = second === undefined ? first : second
  if (typeof handler !== 'function') throw invalidGame('on(schema, handler) takes a function as its handler')
  const schema = second === undefined ? undefined : (first as StandardSchemaV1 | undefined)
  if (second !== undefined && typeof schema?.['~standard']?.validate !== 'function') {
    throw invalidGame('on(schema, handler) takes a Standard Schema, as zod, valibot and arktype make them')
  }
  return { schema, handler: handler as EventHandler<unknown, unknown, unknown> }
}

/** An event that the server sends, without data. A form of its own, as `Data` would be inferred from where it stands. */
export function event(): ServerEvent<undefined>
/** An event that the server sends: only its type matters. */
export function event<Data>(): ServerEvent<Data>
export function event(): ServerEvent<unknown> {
  return {}
}

function checkEventName(name: string): void {
  if (name === '' || name.startsWith('$')) throw invalidGame(`'${name}' cannot be the name of an event`)
}

function invalidGame(message: string): GameStateError {
  return new GameStateError('invalid_game', message)
}
