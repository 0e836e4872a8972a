import { type PrecisionNode, precisionOf } from './codec/values/number.js'
import { roundTo } from './codec/values/quanta.js'
import type { Motion } from './motion/motion.js'
import { movementSpan, placeBetween } from './motion/place.js'
import { lowestBit, pageSize, type Row } from './rows/page.js'
import { Table } from './rows/table.js'
import { mapOf, VersionMap } from './rows/version-map.js'
import type { AnyGame, StateOf } from './rules/game.js'
import type { GameStateStore } from './store.js'
import type { Immutable } from './values/immutable.js'
import { isPlainObject } from './values/plain.js'

/**
 * The states between two versions, as the screens of clients show them: of the versions that clients get, with the numbers
 * that the wire keeps, by the motion of the game. For `ctx.seen`.
 */
export class SeenStates<G extends AnyGame> {
  readonly #store: GameStateStore<StateOf<G>>
  readonly #motion: Motion<StateOf<G>> | undefined
  readonly #precision: PrecisionNode
  readonly #sendEveryTicks: number
  /** Versions as clients have them. */
  readonly #rounded = new WeakMap<object, Immutable<StateOf<G>>>()

  /** @param sendEveryTicks clients get the newest version of every n-th tick */
  constructor(store: GameStateStore<StateOf<G>>, game: G, sendEveryTicks: number) {
    this.#store = store
    this.#motion = game.motion
    this.#precision = game.precision as PrecisionNode
    this.#sendEveryTicks = sendEveryTicks
  }

  /**
   * @param place on the axis of ticks. Beyond the newest version: that version.
   * @returns undefined if the store has forgotten the versions there
   */
  at(place: number): Immutable<StateOf<G>> | undefined {
    const versions = this.#sentVersions()
    if (!(place >= versions[0]!)) return undefined
    const { from, to, alpha } = placeBetween(versions, place, movementSpan * this.#sendEveryTicks)
    const start = this.#store.at(alpha < 1 ? from : to)!
    if (alpha >= 1 || alpha <= 0 || this.#motion === undefined) return this.#roundedOf(start)
    return this.#motion.blend(this.#roundedOf(start), this.#roundedOf(this.#store.at(to)!), alpha)
  }

  /** Those that were the newest one when states were sent, and the newest one. Never empty. */
  #sentVersions(): number[] {
    const { oldestUnbroken: oldest } = this.#store
    const every = this.#sendEveryTicks
    const sentIn = (version: number): number => Math.ceil(version / every) * every
    return this.#store.versions().filter((version, index, all) => {
      const next = all[index + 1]
      return version >= oldest && (next === undefined || sentIn(version) < next)
    })
  }

  #roundedOf(state: Immutable<StateOf<G>>): Immutable<StateOf<G>> {
    if (this.#precision === undefined) return state
    const known = this.#rounded.get(state as object)
    if (known !== undefined) return known
    const rounded = roundParts(state, this.#precision) as Immutable<StateOf<G>>
    this.#rounded.set(state as object, rounded)
    return rounded
  }
}

/** A value with the numbers that a client gets, frozen; the value itself if they are the same. */
function roundParts(value: unknown, precision: PrecisionNode): unknown {
  if (typeof value === 'number') return typeof precision === 'number' ? roundTo(value, precision) : value
  if (typeof value !== 'object' || value === null || precision === undefined) return value
  if (value instanceof VersionMap) return roundRows(value, precision)
  if (Array.isArray(value)) {
    const parts = value.map((part) => roundParts(part, precision))
    return parts.some((part, place) => !Object.is(part, value[place])) ? Object.freeze(parts) : value
  }
  if (!isPlainObject(value)) return value
  return roundFields(value, fieldsOf(Object.keys(value), precision), spread)
}

/** A field of a row or object, and what is declared for it. */
type RoundedField = readonly [name: string, precision: PrecisionNode]

function fieldsOf(names: readonly string[], precision: PrecisionNode): readonly RoundedField[] {
  return names.flatMap((name) => {
    const own = precisionOf(precision, name)
    return own === undefined ? [] : [[name, own] as const]
  })
}

function roundFields(row: Row, fields: readonly RoundedField[], copy: (row: Row) => Row): Row {
  let rounded: Row | undefined
  for (const [name, precision] of fields) {
    const part = roundParts(row[name], precision)
    if (Object.is(part, row[name])) continue
    rounded ??= copy(row)
    rounded[name] = part
  }
  return rounded === undefined ? row : Object.freeze(rounded)
}

function spread(row: Row): Row {
  return { ...row }
}

function roundRows(map: VersionMap<object>, precision: PrecisionNode): unknown {
  const { table } = map
  const { pages, shapes } = table
  const fieldsOfShapes = shapes.map(({ fields }) => fieldsOf(fields, precision))
  const slots: number[] = []
  const rows: Row[] = []
  for (let number = 0; number < pages.length; number++) {
    const page = pages[number]!
    for (let bits = page.used; bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      const row = table.rowAt(number * pageSize + index)!
      const shape = page.shapes[index]!
      // a row of no shape has any fields
      const rounded =
        shape === 0
          ? roundFields(row, fieldsOf(Object.keys(row), precision), spread)
          : roundFields(row, fieldsOfShapes[shape]!, shapes[shape]!.copy)
      if (rounded === row) continue
      slots.push(number * pageSize + index)
      rows.push(rounded)
    }
  }
  if (slots.length === 0) return map
  const rounded = new Table(table)
  rounded.replaceRows(slots, rows)
  return mapOf(rounded.seal())
}
