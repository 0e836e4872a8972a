import { type AnyGame, makeTick, type TickInput } from '@tygase/gamestate'
import type { Client, Room } from '@tygase/server'

/** What a state does not fit in rules, as sentences for people. Empty if it fits, as far as one can see. */
export type Misfits = readonly string[]

/** More of them say no more. */
const mostSentences = 8

/**
 * Tries other rules on the state of a room, which stays as it is. A tick must not fail by the new rules. And what the new rules
 * begin with, and give to a client that joins, must be in the state, unless the old rules missed it as well.
 */
export function misfitsOf(room: Room, game: AnyGame, next: AnyGame): Misfits {
  const sentences = failuresOf(room, next)
  const state: unknown = room.store.state
  const known = new Set(differencesOf(freshState(room, game), state))
  sentences.push(...differencesOf(freshState(room, next), state).filter((sentence) => !known.has(sentence)))
  return sentences.slice(0, mostSentences)
}

/** Begins the game of a room anew, with the clients that are there: they have joined, and nothing else has happened. */
export function resetRoom(room: Room, game: AnyGame): void {
  room.store.reset(freshState(room, game))
}

function failuresOf(room: Room, game: AnyGame): string[] {
  const { store, machine } = room
  const { tick, seed, time } = machine
  const { failures } = makeTick(game, store.state, [], { tick: tick + 1, seed, time: time + 1 / game.tickRate })
  return failures.map(({ rule, error }) => `${rule} fails: ${String(error)}`)
}

function freshState(room: Room, game: AnyGame): object {
  const { tick, seed, time } = room.machine
  const joins = [...room.clients.values()].map(joinOf)
  return makeTick(game, game.initialState(), joins, { tick: tick + 1, seed, time, timeStep: false }).state
}

function joinOf({ id, userId, name, isHost, data }: Client): TickInput {
  // the schema of `joinData` has checked it when the client came
  return { kind: 'join', client: { id, userId, name, isHost, data }, checked: { value: data } }
}

/** Parts that a fresh state has, and the state has not, or has of another kind. Parts that may be empty say nothing. */
function differencesOf(fresh: unknown, state: unknown, path = ''): string[] {
  if (fresh === undefined || fresh === null || state === null) return []
  if (state === undefined) return [`${path} is missing`]
  const kinds = [kindOf(fresh), kindOf(state)]
  if (kinds[0] !== kinds[1])
    return [`${path === '' ? 'the state' : path} is ${kinds[1]}, and the rules make ${kinds[0]} of it`]
  const found = new Set<string>()
  for (const [key, part, name] of partsOf(fresh)) {
    const own = partOf(state, key)
    // a row, or an entry, that has gone since
    if (own === undefined && name === anyRow) continue
    for (const sentence of differencesOf(part, own, path === '' ? name : `${path}.${name}`)) found.add(sentence)
  }
  return [...found]
}

const anyRow = '*'

function* partsOf(value: unknown): Generator<[key: string, part: unknown, name: string]> {
  if (isMap(value)) for (const [id, row] of value) yield [String(id), row, anyRow]
  else if (kindOf(value) === 'an object')
    for (const [key, part] of Object.entries(value as object)) yield [key, part, key]
}

function partOf(value: unknown, key: string): unknown {
  return isMap(value) ? value.get(key) : (value as Readonly<Record<string, unknown>>)[key]
}

function kindOf(value: unknown): string {
  if (isMap(value)) return 'an EntityMap'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof Uint8Array) return 'bytes'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

interface MapLike extends Iterable<[id: string | number, row: unknown]> {
  get(id: string): unknown
}

/** By its form: the game may have its own copy of the library. */
function isMap(value: unknown): value is MapLike {
  return typeof value === 'object' && value !== null && 'editEach' in value && 'pick' in value
}
