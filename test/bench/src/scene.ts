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

/** What one tick changes: drawn beforehand, so that drawing it costs no system anything. */
export interface Tick<World> {
  /** How many rows are changed, made and deleted; in a plain tree how many values, elements and objects. */
  readonly changes: number
  /** Makes the changes in a state that may be changed in place. */
  play(world: World, make: Make): void
}

/** One run of a scene from its seed: the same seed gives the same state and the same ticks. */
export interface Script<World> {
  /** A tree without `EntityMap`: what stands under `rows`, if anything does, becomes the rows of a system. Call it once. */
  initialState(): object
  /** Ticks that lie behind the server when the first client comes. */
  history?(): Iterable<Tick<World>>
  next(): Tick<World>
}

/** What the wire has to keep of numbers: a tree of the form of the state, in which the entry of `rows` holds for all rows. */
export type PrecisionTree = number | { readonly [key: string]: PrecisionTree }

/** One kind of game, as far as a state and its changes are concerned. `World` is what the ticks change. */
export interface Scene<World = never> {
  readonly name: string
  readonly about: string
  /** How many ticks a round of a whole run has. */
  readonly ticksPerRound: number
  readonly precision?: PrecisionTree
  begin(random: () => number): Script<World>
}
