import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Connection } from '@tygase/client'
import type { AnyGame, EventsOf, Immutable, StateOf } from '@tygase/gamestate'
import type { DispatchArguments, JoinDataOf } from '@tygase/gamestate/internal'
import { LoadError } from './errors.js'

/** A simulated player before it has joined. */
export interface Newcomer {
  /** Its place among all players of the run, from 0. */
  readonly index: number
  /** Numbers from 0 to below 1: other ones for each player, the same ones for the same `--seed`. */
  readonly random: () => number
}

/**
 * A simulated player in the game.
 * @typeParam G the game
 */
export interface Player<G extends AnyGame = AnyGame> extends Newcomer {
  /** To read from: state, members, channels. Events that are sent past `send` and `request` are in no figure. */
  readonly connection: Connection<G>
  /**
   * Sends an event, again and again until it is acked. Its round trip is measured, with the time that it waits for other
   * events of the same 50 ms. A refusal is counted by its code. Does nothing once the connection is closed.
   */
  send<Name extends keyof EventsOf<G> & string>(
    name: Name,
    ...data: DispatchArguments<EventsOf<G>[Name]['data'], Record<never, never>>
  ): void
  /**
   * Sends an event at once, and waits for the answer. Its round trip is measured, and a failure is counted.
   * @returns the value that the rule or handler returned; undefined if there is none, and for a failure
   */
  request<Name extends keyof EventsOf<G> & string>(
    name: Name,
    ...data: DispatchArguments<EventsOf<G>[Name]['data'], Record<never, never>>
  ): Promise<Awaited<EventsOf<G>[Name]['result']> | undefined>
  /**
   * Calls `work` every `ms` (above 0) while the player is connected, for the first time after a part of `ms` that is drawn
   * at random, so that not all players act at once.
   * @returns a function that ends it
   */
  every(ms: number, work: () => unknown): () => void
  /** Calls `work` once, after `ms`, unless the player has left. @returns a function that cancels it */
  after(ms: number, work: () => unknown): () => void
  /** Leaves the game for good, as a player does who closes the page. */
  leave(): void
}

/**
 * What each simulated player does: the export `play` of the script of `tygase load`. All parts may be left out. A part that
 * throws is counted as `play_failed`, and the player goes on.
 * @typeParam G the game, for the types: `export const play: Play<typeof arena> = { … }`
 */
export interface Play<G extends AnyGame = AnyGame> {
  /** The rules. With them a server of another `version` refuses the players, as it refuses an old page. */
  readonly game?: G
  /** The path of the room below the address, such as `arena/42`; before `--room`. Default: the address as it is. */
  room?(newcomer: Newcomer): string
  /** What the game's `joinData` asks for. */
  data?(newcomer: Newcomer): JoinDataOf<G>['input']
  /** What the server's `auth` asks for. */
  credentials?(newcomer: Newcomer): unknown
  /** Called once, when the player has joined: the place for handlers of events, `every` and `after`. */
  start?(player: Player<G>): unknown
  /** Called with each version of the state that comes. */
  tick?(player: Player<G>, state: Immutable<StateOf<G>>): unknown
}

/** Join and stay. */
export const stay: Play = {}

const parts = ['room', 'data', 'credentials', 'start', 'tick'] as const

/**
 * Loads a script. A function is a play that has `start` alone.
 * @param path of a JavaScript module, absolute; or of TypeScript, if this runtime can load it
 * @throws LoadError `play_not_found`, `play_invalid`
 */
export async function loadPlay(path: string): Promise<Play> {
  if (!existsSync(path)) throw new LoadError('play_not_found', `there is no file ${path}`)
  let script: { play?: unknown; default?: unknown }
  try {
    script = await import(pathToFileURL(path).href)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    const words =
      code === 'ERR_UNKNOWN_FILE_EXTENSION'
        ? 'this version of Node loads no TypeScript: take 22.18 or newer, or JavaScript'
        : cause instanceof Error
          ? `${cause.name}: ${cause.message}`
          : String(cause)
    throw new LoadError('play_invalid', `${path} cannot be loaded: ${words}`, { cause })
  }
  return checkPlay(script.play ?? script.default, path)
}

/** @throws LoadError `play_invalid` for a value that is no play, and for an unknown part */
export function checkPlay(play: unknown, path: string): Play {
  const wrong = (what: string): LoadError => new LoadError('play_invalid', `${path}: ${what}`)
  if (play === undefined) throw wrong('it exports no `play`')
  if (typeof play === 'function') return { start: play as NonNullable<Play['start']> }
  if (typeof play !== 'object' || play === null) throw wrong('`play` is an object or a function')
  for (const [name, part] of Object.entries(play)) {
    if (name === 'game') {
      if (typeof part?.initialState !== 'function') throw wrong('`play.game` is made by defineGame')
    } else if (!parts.includes(name as never)) {
      throw wrong(`\`play\` has no part '${name}'; the parts are game, ${parts.join(', ')}`)
    } else if (typeof part !== 'function') throw wrong(`\`play.${name}\` is a function`)
  }
  return play
}
