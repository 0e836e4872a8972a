import { type AnyGame, applyDelta, encodeDelta, type Immutable } from '@tygase/gamestate'
import { type DeltaOptions, partsOfDelta } from '@tygase/gamestate/internal'
import type { BytesAnswer, BytesPart } from '../shared/look-requests.js'
import { mostAnswerBytes } from './state-tree.js'

/** Parts in one answer. */
const mostParts = 200
/** Bytes that are encoded for one answer: states may be large, and the game has to go on. */
const mostEncodedBytes = 8 * 1024 * 1024
/** After so many deltas the process does other work. */
const deltasAtOnce = 8

/** A version of the states that are sent. */
export interface SentVersion {
  readonly version: number
  readonly state: Immutable<object>
}

/** What a client gets that joins. @param isView true if the state is a view */
export function bytesOfSnapshot(
  { version, state }: SentVersion,
  game: Pick<AnyGame, 'precision'>,
  isView: boolean,
): BytesAnswer {
  const sums = new Sums()
  sums.add(undefined, encodeDelta<object>(undefined, state, optionsOf(game, isView)))
  return { to: version, ...sums.answer() }
}

/**
 * Finds out what the deltas from each version to the next are spent on, as a client gets them. They are encoded anew: nothing is
 * counted before it is asked for.
 * @param versions rising, at least one
 * @param game for its precision
 * @param isView true if the states are views
 * @param pause lets other work run
 */
export async function bytesOfDeltas(
  versions: Iterable<SentVersion>,
  game: Pick<AnyGame, 'precision'>,
  isView: boolean,
  pause: () => Promise<void>,
): Promise<BytesAnswer> {
  const options = optionsOf(game, isView)
  const sums = new Sums()
  let first: SentVersion | undefined
  let before: SentVersion | undefined
  // the client has the version rounded
  let seen: Immutable<object> | undefined
  for (const next of versions) {
    if (before === undefined || seen === undefined) {
      first = next
      seen = applyDelta<object>(undefined, encodeDelta<object>(undefined, next.state, options))
    } else {
      seen = sums.add(seen, encodeDelta<object>(before.state, next.state, options))
      if (sums.total > mostEncodedBytes) break
      if (sums.deltas % deltasAtOnce === 0) await pause()
    }
    before = next
  }
  return { from: first!.version, to: before!.version, ...sums.answer() }
}

function optionsOf({ precision }: Pick<AnyGame, 'precision'>, isView: boolean): DeltaOptions<object> {
  return { precision: precision as DeltaOptions<object>['precision'], isView }
}

/** Adds up the parts of deltas. */
class Sums {
  total = 0
  deltas = 0
  readonly #parts = new Map<string, { path: readonly string[]; bytes: number }>()

  /** @returns the state that the delta gives */
  add(base: Immutable<object> | undefined, delta: Uint8Array): Immutable<object> {
    const { parts, state } = partsOfDelta<object>(base, delta)
    for (const { path, bytes } of parts) {
      const key = JSON.stringify(path)
      const sum = this.#parts.get(key)
      if (sum === undefined) this.#parts.set(key, { path, bytes })
      else sum.bytes += bytes
    }
    this.total += delta.length
    this.deltas++
    return state
  }

  answer(): Pick<BytesAnswer, 'deltas' | 'total' | 'parts' | 'others'> {
    const { deltas, total } = this
    return { deltas, total, ...largest([...this.#parts.values()], total) }
  }
}

/** The largest parts, and what is left. */
function largest(all: BytesPart[], total: number): Pick<BytesAnswer, 'parts' | 'others'> {
  const parts: BytesPart[] = []
  let [size, others] = [0, total]
  for (const part of all.sort((a, b) => b.bytes - a.bytes).slice(0, mostParts)) {
    size += 16 + part.path.reduce((sum, key) => sum + Buffer.byteLength(key) + 4, 0)
    if (size > mostAnswerBytes) break
    parts.push(part)
    others -= part.bytes
  }
  return { parts, others }
}
