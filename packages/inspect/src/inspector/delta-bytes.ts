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

/**
 * Finds out what the deltas from each version to the next are spent on, as a client gets them. They are encoded anew: nothing is
 * counted before it is asked for.
 * @param versions rising, at least one. One alone: its snapshot
 * @param game for its precision
 * @param isView true if the states are views
 * @param pause lets other work run
 */
export async function bytesOf(
  versions: readonly SentVersion[],
  game: Pick<AnyGame, 'precision'>,
  isView: boolean,
  pause: () => Promise<void>,
): Promise<BytesAnswer> {
  const options: DeltaOptions<object> = { precision: game.precision as DeltaOptions<object>['precision'], isView }
  const sums = new Map<string, { path: readonly string[]; bytes: number }>()
  let total = 0
  let encoded = 0
  let deltas = 0
  const add = (base: Immutable<object> | undefined, delta: Uint8Array): Immutable<object> => {
    const { parts, state } = partsOfDelta<object>(base, delta)
    for (const { path, bytes } of parts) {
      const key = JSON.stringify(path)
      const sum = sums.get(key)
      if (sum === undefined) sums.set(key, { path, bytes })
      else sum.bytes += bytes
    }
    total += delta.length
    encoded += delta.length
    deltas++
    return state
  }
  const [first, ...later] = versions
  const snapshot = encodeDelta<object>(undefined, first!.state, options)
  let before = first!
  if (later.length === 0) add(undefined, snapshot)
  else {
    // the client has the version rounded
    let seen = applyDelta<object>(undefined, snapshot)
    encoded += snapshot.length
    for (const next of later) {
      if (deltas > 0 && deltas % deltasAtOnce === 0) await pause()
      seen = add(seen, encodeDelta<object>(before.state, next.state, options))
      before = next
      if (encoded > mostEncodedBytes) break
    }
  }
  const from = later.length === 0 ? {} : { from: first!.version }
  return { ...from, to: before.version, deltas, total, ...largest([...sums.values()], total) }
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
