import { atOnce, type EntityId, type PartMotion, type Row, wayBetween } from '@tygase/gamestate/internal'

/** What is left of an offset below this share of it is not seen. */
const leastShare = 1 / 512

/** How far a row is drawn from where it is. */
interface Offset {
  /** For each field of the motion. */
  readonly values: readonly number[]
  /** Share of them that is left. */
  share: number
  /** By how much the share changes in a ms. */
  rate: number
  /** Of the spring. After twice this time four tenths of an offset are left. */
  readonly timeMs: number
}

/**
 * Lets corrections out softly. When a row turns out to be elsewhere, it is drawn where it was, and moves from there to where
 * it is within a few times `smoothMs`.
 *
 * Invariant: the rows of a `cut` are never drawn between its two sides.
 */
export class Offsets {
  readonly #smoothMs: number
  /** By the key of the part, then by the id of the row. */
  readonly #parts = new Map<string, Map<EntityId, Offset>>()

  /** @param smoothMs time in which an offset shrinks to less than half. 0: corrections are seen at once */
  constructor(smoothMs: number) {
    this.#smoothMs = smoothMs
  }

  /** Time has passed. */
  decay(passedMs: number): void {
    for (const rows of this.#parts.values()) {
      for (const [id, offset] of rows) {
        const { share, rate, timeMs } = offset
        // a spring that is damped so that it comes to rest without swinging: it begins softly, too
        const left = Math.exp(-passedMs / timeMs)
        const pull = rate + share / timeMs
        offset.share = (share + pull * passedMs) * left
        offset.rate = (rate - (pull * passedMs) / timeMs) * left
        if (offset.share < leastShare) rows.delete(id)
      }
    }
  }

  /**
   * A row that would have been at `before` is at `after`.
   * @param slowness how many times `smoothMs` it takes
   * @returns the length of the correction in the fields that move along a line, in their unit
   */
  add(motion: PartMotion, id: EntityId, before: Row, after: Row, slowness = 1): number {
    if (before === after) return 0
    const rows = this.#of(motion.key)
    const offset = rows.get(id)
    const { cut } = motion
    const ways = motion.fields.map((field, place) => {
      const [from, to] = [before[field], after[field]]
      const way = typeof from === 'number' && typeof to === 'number' ? wayBetween(to, from, motion.periods[place]!) : 0
      return way - way === 0 ? way : 0
    })
    if (ways.every((way) => way === 0)) return 0
    const values = ways.map((way, place) => way + (offset === undefined ? 0 : offset.values[place]! * offset.share))
    const drawn = this.apply(motion, id, before)
    if (this.#smoothMs === 0 || (cut !== undefined && atOnce('cut', cut(drawn, after)))) rows.delete(id)
    else {
      // what moves already goes on as fast
      const speed = (offset?.rate ?? 0) * Math.hypot(...(offset?.values ?? []))
      const length = Math.hypot(...values)
      rows.set(id, { values, share: 1, rate: length > 0 ? speed / length : 0, timeMs: (this.#smoothMs * slowness) / 2 })
    }
    return Math.hypot(...ways.filter((_, place) => motion.periods[place] === 0))
  }

  /** The row as it is drawn: the same object without an offset. */
  apply(motion: PartMotion, id: EntityId, row: Row): Row {
    const offset = this.#parts.get(motion.key)?.get(id)
    if (offset === undefined) return row
    const drawn = { ...row }
    motion.fields.forEach((field, place) => {
      const value = row[field]
      if (typeof value === 'number') drawn[field] = value + offset.values[place]! * offset.share
    })
    return Object.freeze(drawn)
  }

  /** The rows of a part that are drawn elsewhere. */
  ids(key: string): Iterable<EntityId> {
    return this.#parts.get(key)?.keys() ?? []
  }

  /** The row is gone. */
  delete(key: string, id: EntityId): void {
    this.#parts.get(key)?.delete(id)
  }

  clear(): void {
    this.#parts.clear()
  }

  #of(key: string): Map<EntityId, Offset> {
    const rows = this.#parts.get(key) ?? new Map<EntityId, Offset>()
    this.#parts.set(key, rows)
    return rows
  }
}
