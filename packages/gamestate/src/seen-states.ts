import { type PrecisionNode, precisionOf, roundTo } from './codec/values/number.js'
import type { Motion } from './motion/motion.js'
import { movementSpan, placeBetween } from './motion/place.js'
import { sealTable } from './rows/editing.js'
import type { Row } from './rows/page.js'
import { Table } from './rows/table.js'
import { mapOf, VersionMap } from './rows/version-map.js'
import type { AnyGame, StateOf } from './rules/game.js'
import { type GameStateStore, sealState } from './store.js'
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
    const rounded = sealState<StateOf<G>>(state, roundParts(state, this.#precision))
    this.#rounded.set(state as object, rounded)
    return rounded
  }
}

/** A value with the numbers that a client gets; the value itself if they are the same. */
function roundParts(value: unknown, precision: PrecisionNode): unknown {
  if (precision === undefined) return value
  if (typeof value === 'number') return typeof precision === 'number' ? roundTo(value, precision) : value
  if (value instanceof VersionMap) return roundRows(value, precision)
  if (Array.isArray(value)) {
    const parts = value.map((part) => roundParts(part, precision))
    return parts.some((part, place) => !Object.is(part, value[place])) ? parts : value
  }
  if (!isPlainObject(value)) return value
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(value)) {
    const rounded = roundParts(value[key], precisionOf(precision, key))
    if (Object.is(rounded, value[key])) continue
    copy ??= { ...value }
    copy[key] = rounded
  }
  return copy ?? value
}

function roundRows(map: VersionMap<object>, precision: PrecisionNode): unknown {
  let table: Table | undefined
  for (const slot of map.table.slots()) {
    const row = map.table.rowAt(slot)!
    const rounded = roundParts(row, precision) as Row
    if (rounded === row) continue
    table ??= new Table(map.table)
    table.putAt(slot, map.table.idAt(slot)!, rounded)
  }
  return table === undefined ? map : mapOf(sealTable(table, undefined))
}
