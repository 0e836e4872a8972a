import type { Immutable, ReadonlyEntityMap } from '../values/immutable.js'

/**
 * How a number moves. `'linear'`; `'angle'`: radians, the short way round; or `{ period }` of any other cycle, in the unit of
 * the field.
 */
export type Movement = 'linear' | 'angle' | { readonly period: number }

/** The motion of the rows of one map. A vector is several linear fields. */
export interface MotionOf<Row, Id> {
  readonly fields: { readonly [Field in keyof Row as Row[Field] extends number ? Field : never]?: Movement }
  /** True: nothing lies between these two, as after a teleport or a respawn. Default: never. */
  readonly cut?: (from: Immutable<Row>, to: Immutable<Row>) => boolean
  /**
   * Which rows are shown where this client expects them, and not in the past. Default: the row whose id is the client's.
   * `true`: all, as for a ball.
   */
  readonly ahead?: boolean | ((row: Immutable<Row>, id: Id, clientId: string) => boolean)
}

/** What moves in a state, by the keys of its maps. */
export type MotionDefinition<State> = {
  readonly [Key in keyof State]?: State[Key] extends ReadonlyEntityMap<infer Row, infer Id> ? MotionOf<Row, Id> : never
}

/** The motion of a game, checked. */
export interface Motion<State> {
  /** The state at a place between two versions. @param alpha 0: at `from`, 1: at `to` */
  blend(from: Immutable<State>, to: Immutable<State>, alpha: number): Immutable<State>
}

/** Makes the motion of a definition. */
export function compileMotion<State>(_definition: MotionDefinition<State>): Motion<State> {
  return { blend: (from) => from }
}
