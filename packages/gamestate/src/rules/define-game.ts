import { GameStateError } from '../errors.js'
import { compileMotion } from '../motion/motion.js'
import type { EntityMap } from '../rows/entity-map.js'
import type { ReadonlyEntityMap } from '../values/immutable.js'
import { atOnce, isPlainObject, maxDepth, type Path, pathText } from '../values/plain.js'
import {
  type AnyEvents,
  type AnyGame,
  type AnyServerEvents,
  type BoundOn,
  type Game,
  type GameDefinition,
  invalidGame,
  on,
} from './game.js'

const keys = [
  'version',
  'initialState',
  'tickRate',
  'joinData',
  'timeStep',
  'events',
  'serverEvents',
  'onJoin',
  'onLeave',
  'precision',
  'view',
  'viewKey',
  'motion',
  'predictPart',
  'presence',
]

/**
 * `T` itself if a state can hold it. If not, a type with a sentence in the place of the part that it cannot hold: the
 * compiler's error at `initialState` shows it.
 */
export type PlainState<T> = unknown extends T
  ? T // `any` and `unknown` are checked at run time
  : T extends string | number | boolean | null | undefined | Uint8Array
    ? T
    : T extends EntityMap<infer Row, infer Id>
      ? [Row] extends [PlainState<Row>]
        ? T
        : ReadonlyEntityMap<PlainState<Row> & object, Id>
      : T extends (...args: never) => unknown
        ? 'a state cannot hold a function'
        : T extends bigint | symbol
          ? 'a state cannot hold a bigint or a symbol'
          : T extends ReadonlyMap<unknown, unknown>
            ? 'a state cannot hold a Map: use an EntityMap or a plain object'
            : T extends ReadonlySet<unknown>
              ? 'a state cannot hold a Set: use an EntityMap, or an array'
              : T extends { getTime(): number }
                ? 'a state cannot hold a Date: use a number of milliseconds'
                : T extends PromiseLike<unknown> | RegExp | Error | ArrayBuffer | ArrayBufferView | WeakKeyed
                  ? 'a state holds plain objects, arrays, strings, numbers, booleans, null, Uint8Array and EntityMap'
                  : { [Key in keyof T]: PlainState<T[Key]> }

type WeakKeyed = WeakMap<WeakKey, unknown> | WeakSet<WeakKey> | WeakRef<WeakKey>

/**
 * Makes the rules of a game. Server and client import the same value (or, in the client, only its type).
 * @throws GameStateError `invalid_game` if a part is missing, unknown or of the wrong kind; the message names it
 */
export function defineGame<
  State extends object,
  Events extends AnyEvents<State> = Record<never, never>,
  ServerEvents extends AnyServerEvents = Record<never, never>,
  JoinInput = undefined,
  JoinData = JoinInput,
  PresenceInput = undefined,
  Presence = PresenceInput,
>(
  definition: GameDefinition<State, Events, ServerEvents, JoinInput, JoinData, PresenceInput, Presence> & {
    initialState: () => PlainState<NoInfer<State>>
  },
): Game<State, Events, ServerEvents, JoinInput, JoinData, PresenceInput, Presence> {
  if (!isPlainObject(definition)) throw invalidGame('a game is an object of its parts')
  for (const key of Object.keys(definition)) {
    if (!keys.includes(key)) throw invalidGame(`a game has no part '${key}': there are ${keys.join(', ')}`)
  }
  const { version = 0, initialState, tickRate = 20, joinData, timeStep, onJoin, onLeave, precision, view } = definition
  const { viewKey, motion, predictPart, presence, events: given } = definition
  const events =
    typeof given === 'function'
      ? atOnce('events', given(on as BoundOn<State, ServerEvents, JoinData>))
      : (given ?? ({} as Events))
  const serverEvents = definition.serverEvents ?? ({} as ServerEvents)
  for (const [name, table] of Object.entries({ events, serverEvents })) {
    if (!isPlainObject(table)) throw invalidGame(`${name} is an object, from name to event`)
  }
  if (!(Number.isSafeInteger(version) && version >= 0)) {
    throw invalidGame(`version is a whole number from 0, not ${version}`)
  }
  if (typeof initialState !== 'function') throw invalidGame('initialState is a function')
  if (!(tickRate >= 1 && tickRate <= 1000)) throw invalidGame(`tickRate is from 1 to 1000 Hz, not ${tickRate}`)
  for (const [name, schema] of Object.entries({ joinData, presence })) {
    if (schema === undefined || typeof schema?.['~standard']?.validate === 'function') continue
    throw invalidGame(`${name} is a Standard Schema, as zod, valibot and arktype make them`)
  }
  for (const [name, hook] of Object.entries({ timeStep, onJoin, onLeave, view, viewKey, predictPart })) {
    if (hook !== undefined && typeof hook !== 'function') throw invalidGame(`${name} is a function`)
  }
  for (const [name, rule] of Object.entries(events)) {
    checkEventName(name)
    if (typeof rule?.handler !== 'function') throw invalidGame(`the event '${name}' is made with on(schema, handler)`)
  }
  for (const name of Object.keys(serverEvents)) checkEventName(name)
  checkPrecision(precision, undefined)
  const first = (): State => atOnce('initialState', initialState())
  const rules = { version, initialState: first, tickRate, joinData, timeStep, events, serverEvents }
  const compiled = motion === undefined ? undefined : compileMotion<State>(motion)
  const game = { ...rules, onJoin, onLeave, precision, view, viewKey, motion: compiled, predictPart, presence }
  // reason: the types of server events and join data matter where rules are written, not where they are run
  return Object.freeze(game) as unknown as Game<
    State,
    Events,
    ServerEvents,
    JoinInput,
    JoinData,
    PresenceInput,
    Presence
  >
}

/** UTF-16 units. A name that is written out in an event has the same limit in the protocol. */
const maxNameLength = 128

function checkEventName(name: string): void {
  if (name === '' || name.startsWith('$')) throw invalidGame(`'${name}' cannot be the name of an event`)
  if (name.length <= maxNameLength) return
  const start = name.slice(0, maxNameLength)
  throw invalidGame(`'${start}…' has ${name.length} characters: the name of an event has at most ${maxNameLength}`)
}

/**
 * Checks the precision that a game declares: each number in it is a quantum above 0, finite, in the unit of its field.
 * @param path of the part in the whole declaration; undefined for all of it
 * @throws GameStateError `invalid_game` naming the path
 */
export function checkPrecision(precision: unknown, path: Path | undefined, depth = 0): void {
  if (precision === undefined) return
  const refuse = (message: string): Error =>
    invalidGame(`${path === undefined ? 'precision' : `precision of ${pathText(path)}`} ${message}`)
  if (typeof precision === 'number') {
    if (precision > 0 && precision < Number.POSITIVE_INFINITY) return
    throw refuse(`is a finite number above 0, not ${precision}`)
  }
  if (!isPlainObject(precision)) throw refuse('is a number or an object of them')
  if (depth >= maxDepth) throw refuse(`is nested deeper than ${maxDepth} levels, or a cycle`)
  for (const [key, part] of Object.entries(precision)) checkPrecision(part, { parent: path, key }, depth + 1)
}

/**
 * Checks that a room can go on with other rules: what its clients got to know when they came is the same, and so is the length of a tick.
 * @throws GameStateError `invalid_argument` naming what differs: `version`, `tickRate`, that there is `presence`, that events have `rewind`
 */
export function checkReplacement(game: AnyGame, next: AnyGame): void {
  if (typeof next?.initialState !== 'function') {
    throw new GameStateError('invalid_argument', 'a game is made by defineGame')
  }
  const hasRewind = ({ events }: AnyGame): boolean => Object.keys(events).some((name) => events[name].rewind)
  const [before, after] = [game, next].map((each) => [
    `version ${each.version}`,
    `a tickRate of ${each.tickRate}`,
    `${each.presence === undefined ? 'no' : 'a'} schema of presence`,
    `${hasRewind(each) ? 'an' : 'no'} event with rewind`,
  ]) as [string[], string[]]
  const place = before.findIndex((part, index) => part !== after[index])
  if (place < 0) return
  const sentence = `a room of a game with ${before[place]} cannot go on with ${after[place]}: it has to begin anew`
  throw new GameStateError('invalid_argument', sentence)
}
