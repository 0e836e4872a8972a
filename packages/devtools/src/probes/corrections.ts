import type { RunningPrediction } from '@tygase/client/internal'
import type { EntityId } from '@tygase/gamestate/internal'

type Row = Readonly<Record<string, unknown>>

type Touched = readonly ReadonlyMap<string, ReadonlySet<EntityId> | 'all'>[]

/** A time of the clock of the connection, with the newest version then. */
export interface Moment {
  readonly atMs: number
  readonly version: number
}

/** A row that this client has run ahead is elsewhere than it expected, since another version came. */
export interface Correction {
  readonly atMs: number
  /** The version that has brought it. */
  readonly version: number
  /** The key of the state, and the id of the row. */
  readonly key: string
  readonly id: EntityId
  /** The row at the own place, as it was expected until now, and as it is expected now. */
  readonly before: Row
  readonly after: Row
  /** The numbers that differ, with how much. */
  readonly by: Readonly<Record<string, number>>
}

const kept = 200
/** Smaller differences are those of the precision of the wire, or of rounding. */
const leastShare = 1e-6

/** Finds corrections: what the prediction says of a moment before a version comes, and after it. */
export class Corrections {
  readonly #fieldsOf: (key: string) => readonly string[] | undefined
  #all: readonly Correction[] = []
  /** The last version whose arrival was looked at. */
  #version: number | undefined

  /** @param fieldsOf the fields that count of the rows of a key of the state; undefined: all numbers */
  constructor(fieldsOf: (key: string) => readonly string[] | undefined = () => undefined) {
    this.#fieldsOf = fieldsOf
  }

  /** Oldest first. */
  get all(): readonly Correction[] {
    return this.#all
  }

  /** Forgets all: the numbers of the versions begin anew. */
  forget(): void {
    this.#all = []
  }

  /**
   * Looks at each version that comes to a prediction, which takes it as before, whatever happens here.
   * @param now with the newest version
   * @param run runs what may fail
   */
  watch(running: RunningPrediction, now: () => Moment, run: (work: () => void) => void): void {
    const confirmed = running.confirmed.bind(running)
    running.confirmed = () => {
      let compare = (): void => {}
      run(() => {
        const { chain } = running
        if (chain === undefined) return
        const tick = Math.ceil(running.ownPlace())
        const expected = chain.at(tick)
        const touched = chain.touched()
        compare = () => this.#look(expected, running.chain?.at(tick), touched, now())
      })
      confirmed()
      run(() => compare())
    }
  }

  #look(expected: unknown, after: unknown, touched: Touched, { atMs, version }: Moment): void {
    // the versions begin anew: nothing was expected of them
    const isLater = this.#version === undefined || version > this.#version
    this.#version = version
    if (isLater && after !== undefined) this.compare(expected, after, touched, atMs, version)
  }

  /** @param touched the rows that count: those that own events have changed */
  compare(expected: unknown, now: unknown, touched: Touched, atMs: number, version: number): void {
    if (expected === now) return
    // several own events may have changed the same row
    const seen = new Set<string>()
    for (const [key, ids] of touched.flatMap((rows) => [...rows])) {
      if (ids === 'all') continue
      for (const id of ids) {
        const [before, after] = [rowOf(expected, key, id), rowOf(now, key, id)]
        const name = `${key}\n${id}`
        if (before === undefined || after === undefined || before === after || seen.has(name)) continue
        seen.add(name)
        const by = differencesOf(before, after, this.#fieldsOf(key) ?? Object.keys(after))
        if (Object.keys(by).length > 0) this.#add({ atMs, version, key, id, before, after, by })
      }
    }
  }

  #add(correction: Correction): void {
    this.#all = [...this.#all.slice(1 - kept), correction]
  }
}

/** A row of a map, by its face: what makes maps is a part that a page may not have loaded. */
function rowOf(state: unknown, key: string, id: EntityId): Row | undefined {
  const part = (state as Record<string, { get?(id: EntityId): Row | undefined } | undefined>)[key]
  return part?.get?.(id)
}

/** The numbers of two rows that differ, by how much. */
function differencesOf(before: Row, after: Row, fields: readonly string[]): Record<string, number> {
  const by: Record<string, number> = {}
  for (const field of fields) {
    const [was, value] = [before[field], after[field]]
    if (typeof value !== 'number' || typeof was !== 'number') continue
    const way = value - was
    if (Math.abs(way) > leastShare * Math.max(1, Math.abs(was))) by[field] = way
  }
  return by
}
