import type { Immutable } from '@tygase/gamestate'
import { partsOfDelta } from '@tygase/gamestate/internal'
import type { KeptVersion, VersionRing } from './probes/version-ring.js'

/** A line of the table: what costs so many bytes. */
interface ByteLine {
  /** `players.x`, `round`; `players` alone stands for which rows there are. */
  readonly name: string
  /** Bytes a second. */
  readonly rate: number
  /** Of all bytes of states, from 0 to 1. */
  readonly share: number
}

/** What the versions of a time have cost. */
export interface ByteTable {
  /** The largest first. */
  readonly lines: readonly ByteLine[]
  /** Bytes a second of all versions. */
  readonly rate: number
  readonly versions: number
  /** In which they came. */
  readonly ms: number
  /** How many of them came whole. */
  readonly snapshots: number
}

/** The name of what belongs to no key of the state. */
const heads = 'heads'
/** Keys that are none of the state: all rows of a map, and what says which keys and rows follow. */
const noKeys = new Set(['*', '(structure)'])

/** A map and its field, or an object and its key: deeper ones would make the table long. */
const mostKeys = 2

type Spent = readonly { readonly name: string; readonly bytes: number }[]

/** Adds up the bytes of versions by map and field. Each version is looked at once. */
export class ByteCounter {
  readonly #spent = new WeakMap<KeptVersion, Spent>()

  /** @param ageMs the versions that came so long before the newest one count */
  table(ring: VersionRing, ageMs: number): ByteTable | undefined {
    const { newest } = ring
    if (newest === undefined) return undefined
    const recent = ring.all.filter(({ atMs }) => atMs >= newest.atMs - ageMs)
    // a rate over the time between the first and the last, in which all but the first came
    const counted = recent.slice(1)
    const ms = newest.atMs - recent[0]!.atMs
    if (counted.length === 0 || ms <= 0) return undefined
    const sums = new Map<string, number>()
    let all = 0
    for (const version of counted) {
      all += version.delta.length
      for (const { name, bytes } of this.#spentOn(version, ring)) sums.set(name, (sums.get(name) ?? 0) + bytes)
    }
    const lines = [...sums].map(([name, bytes]) => ({
      name,
      rate: (bytes * 1000) / ms,
      share: all > 0 ? bytes / all : 0,
    }))
    return {
      lines: lines.sort((a, b) => b.rate - a.rate || (a.name < b.name ? -1 : 1)),
      rate: (all * 1000) / ms,
      versions: counted.length,
      ms,
      snapshots: counted.filter(({ base }) => base === undefined).length,
    }
  }

  #spentOn(version: KeptVersion, ring: VersionRing): Spent {
    let spent = this.#spent.get(version)
    if (spent === undefined) {
      spent = spentOn(version, ring)
      this.#spent.set(version, spent)
    }
    return spent
  }
}

function spentOn({ base, delta }: KeptVersion, ring: VersionRing): Spent {
  const from = base === undefined ? undefined : ring.find(base)
  // its base came before the ring begins
  if (base !== undefined && from === undefined) return [{ name: heads, bytes: delta.length }]
  const { parts } = partsOfDelta(from?.state as Immutable<object> | undefined, delta)
  return parts.map(({ path, bytes }) => {
    const keys = path.filter((key) => !noKeys.has(key))
    return { name: keys.slice(0, mostKeys).join('.') || heads, bytes }
  })
}
