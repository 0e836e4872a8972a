import type { RuleClient } from '@tygase/gamestate'

/** Rows under ids, as every system offers them in a way of its own; `EntityMap` is one as it stands. */
export interface Rows<Row> {
  /** Calls `change` with each row, to be changed in place. */
  editEach(change: (row: Row) => void): void
  /** The row under an id that is there, to be changed in place. */
  edit(id: string): Row
  /** Puts a row under an id that is not there. */
  set(id: string, row: Row): unknown
  delete(id: string): unknown
}

/**
 * Turns a plain object into what a system wants to find inside a state. `kind` says which of the scene's objects it is,
 * for systems that need a class.
 */
export type Make = <Value extends object>(kind: string, value: Value) => Value

/** An event of a client as a server has it when the packet has been read. */
export interface ClientEvent {
  readonly kind: 'event'
  readonly name: string
  readonly data: object
  readonly client: RuleClient
  /** The number that the client gave it, from 1 on. */
  readonly sequence: number
}

/** Changes a state by one event. Each scene knows its world and its data. */
export type EventHandler = (world: never, data: never, clientId: string) => void

/** What one tick changes: drawn beforehand, so that drawing it costs no system anything. */
export interface Tick<World> {
  /** How many rows are changed, made and deleted; in a plain tree how many values, elements and objects. */
  readonly changes: number
  /** Makes the changes in a state that may be changed in place. */
  play(world: World, make: Make): void
  /** In a scene with `handlers`: what `play` hands to them, for a system that runs events in a way of its own. */
  readonly events?: readonly ClientEvent[]
}

/** One run of a scene from its seed: the same seed gives the same state and the same ticks. */
export interface Script<World> {
  /** A tree without `EntityMap`: what stands under the scene's `maps` becomes the rows of a system. Call it once. */
  initialState(): object
  /** Ticks that lie behind the server when the first client comes. */
  history?(): Iterable<Tick<World>>
  next(): Tick<World>
}

/** What the wire has to keep of numbers: a tree of the form of the state. The entry of a map holds
 * for all its rows, that of an array for all its elements. */
export type PrecisionTree = number | { readonly [key: string]: PrecisionTree }

/** One kind of game, as far as a state and its changes are concerned. `World` is what the ticks change. */
export interface Scene<World = never> {
  readonly name: string
  readonly about: string
  /** In how many ticks the bytes are counted. A round that is timed has at most a few times as many. */
  readonly ticksPerRound: number
  readonly precision?: PrecisionTree
  /** The keys of the state under which rows stand. Default: `rows`, if the state has it. */
  readonly maps?: readonly string[]
  /** How many clients follow, all in one process. Default 1. */
  readonly replicas?: number
  /** By the names of the events, in a scene whose ticks are made of these. */
  readonly handlers?: Readonly<Record<string, EventHandler>>
  begin(random: () => number): Script<World>
}

/** The keys of a scene's state that hold rows. */
export function mapsIn(state: object, { maps = ['rows'] }: Pick<Scene, 'maps'> = {}): readonly string[] {
  return maps.filter((name) => name in state)
}
