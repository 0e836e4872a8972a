import { GameStateError } from '../errors.js'
import type { Immutable, ReadonlyEntityMap, types } from '../values/immutable.js'
import { isPlainObject } from '../values/plain.js'
import { blendStates, type PartMotion } from './blend.js'

/** A map's row and id, or those of plain data: an array of rows, an object from id to row, or one row. */
type RowsOf<Part> =
  Part extends ReadonlyEntityMap<infer _Row, infer _Id>
    ? Part extends { readonly [types]?: { row: infer Row; id: infer Id } }
      ? MotionOf<Row, Id>
      : never
    : Part extends readonly (infer Row)[]
      ? MotionOf<Row, number>
      : Part extends object
        ? string extends keyof Part
          ? MotionOf<Part[keyof Part], string>
          : MotionOf<Part, string>
        : never

/** The fields of a row that hold numbers. */
type NumericKeys<Row> = {
  [Key in keyof Row]-?: NonNullable<Row[Key]> extends number ? Key : never
}[keyof Row]

/**
 * How a number moves: `'linear'`; `'angle'`: radians, the short way round; `{ period }`: any other cycle, such as a hue of 360
 * degrees, with its length in the unit of the field.
 */
type Movement = 'linear' | 'angle' | { readonly period: number }

/** How the rows of one part of the state move. */
interface MotionOf<Row, Id> {
  /** The numbers that move. A vector is several linear fields. */
  readonly fields: { readonly [Field in NumericKeys<Row>]?: Movement }
  /**
   * True: nothing lies between these two rows, as at a teleport or a respawn. It also says if a correction is too large to be
   * made softly. Default: never.
   */
  readonly cut?: (from: Immutable<Row>, to: Immutable<Row>) => boolean
  /**
   * The rows that are shown where this client expects them, and not in the past. `true`: all, such as a ball. Default: the row
   * whose id is the client's. In an array the id is the index; a row that stands alone has its key in the state.
   */
  readonly ahead?: boolean | ((row: Immutable<Row>, id: Id, clientId: string) => boolean)
}

/** What moves in a state, by its key: entity maps, arrays of rows, objects from id to row, and single rows. */
export type MotionDefinition<State> = { readonly [Key in keyof State]?: RowsOf<NonNullable<State[Key]>> }

/** What moves in the states of a game, checked. Part of a `Game`. */
export interface Motion<State> {
  /** One for each key of the state that moves. */
  readonly parts: readonly PartMotion[]
  /**
   * The state at a place between two versions: `from` with the moving numbers on their way to those of `to`. Parts and rows
   * that do not move are those of `from`.
   * @param alpha 0 gives `from` itself, 1 gives `to` itself
   */
  blend(from: Immutable<State>, to: Immutable<State>, alpha: number): Immutable<State>
}

const optionNames = ['fields', 'cut', 'ahead']

/**
 * Checks the motion that a game declares.
 * @throws GameStateError `invalid_game`; the message names the part
 */
export function compileMotion<State>(definition: MotionDefinition<State>): Motion<State> {
  if (!isPlainObject(definition)) throw invalid('motion is an object, from a key of the state to what moves there')
  const parts = Object.entries(definition)
    .filter(([, part]) => part !== undefined)
    .map(([key, part]) => compilePart(key, part))
  return Object.freeze({
    parts: Object.freeze(parts),
    blend: (from: Immutable<State>, to: Immutable<State>, alpha: number) => blendStates(parts, from, to, alpha),
  })
}

function invalid(message: string): GameStateError {
  return new GameStateError('invalid_game', message)
}

function compilePart(key: string, part: unknown): PartMotion {
  const refuse = (message: string): Error => invalid(`motion of ${key} ${message}`)
  if (!isPlainObject(part)) throw refuse('is an object with fields')
  const unknown = Object.keys(part).find((name) => !optionNames.includes(name))
  if (unknown !== undefined) throw refuse(`has no option '${unknown}': there are ${optionNames.join(', ')}`)
  const { fields, cut, ahead } = part
  const names = isPlainObject(fields) ? Object.keys(fields) : []
  if (names.length === 0) throw refuse('names at least one field')
  if (cut !== undefined && typeof cut !== 'function') throw refuse('has a cut that is no function')
  if (ahead !== undefined && typeof ahead !== 'boolean' && typeof ahead !== 'function') {
    throw refuse('has an ahead that is neither a boolean nor a function')
  }
  const periods = names.map((name) => {
    const period = periodOf((fields as Record<string, unknown>)[name])
    if (period !== undefined) return period
    throw refuse(`has for ${name} neither 'linear' nor 'angle' nor { period } above 0`)
  })
  return { key, fields: names, periods, cut: cut as PartMotion['cut'], ahead: ahead as PartMotion['ahead'] }
}

/** @returns 0 for a movement along a line; undefined for a value that is no movement */
function periodOf(movement: unknown): number | undefined {
  if (movement === 'linear') return 0
  if (movement === 'angle') return 2 * Math.PI
  if (!isPlainObject(movement) || Object.keys(movement).length !== 1) return undefined
  const { period } = movement
  return typeof period === 'number' && period > 0 && period < Number.POSITIVE_INFINITY ? period : undefined
}
