import { ByteReader } from '../bytes/bytes.js'
import type { Immutable } from '../values/immutable.js'
import { readTagged } from '../values/kinds.js'
import { isPlainObject, malformed, type PlainObject } from '../values/plain.js'
import { type DeltaReader, deleted, readerOf } from './context.js'
import { readChange } from './values/object-change.js'

/** A part of a state, and how many bytes of a delta are about it. */
export interface ByteShare {
  /** The key of the state. Undefined: what belongs to no key, and all of a snapshot. */
  readonly key: string | undefined
  /** The field of the rows of a map. Undefined: which rows they are, and values that are no rows of a map. */
  readonly field: string | undefined
  readonly bytes: number
}

/**
 * Finds out what a delta spends its bytes on. They add up to its length. Between two columns of a map stands little, which counts for
 * the one before.
 * @param base the version that the delta is from; undefined for a snapshot, which is one share
 * @throws GameStateError as `applyDelta`
 */
export function sharesOfDelta(base: Immutable<unknown> | undefined, delta: Uint8Array): ByteShare[] {
  if (delta.length === 0) return []
  if (!isPlainObject(base)) return [{ key: undefined, field: undefined, bytes: delta.length }]
  const bytes = new ByteReader(delta)
  const shares = new Map<string, { key: string | undefined; field: string | undefined; bytes: number }>()
  let [key, field, since]: [string | undefined, string | undefined, number] = [undefined, undefined, 0]
  const enter = (nextKey: string | undefined, nextField: string | undefined): void => {
    const name = `${key === undefined ? '' : `k${key}`}\n${field ?? ''}`
    const share = shares.get(name) ?? { key, field, bytes: 0 }
    share.bytes += bytes.position - since
    shares.set(name, share)
    ;[key, field, since] = [nextKey, nextField, bytes.position]
  }
  let [asked, depthInside]: [string | undefined, number] = [undefined, 0]
  const reader: DeltaReader = {
    bytes,
    isPayload: false,
    insideRow: false,
    readValue: (template, depth) => readTagged(reader, bytes.readByte(), template, depth),
    readMap: () => readerOf('maps')(reader, undefined),
    checkDepth() {},
    spend() {},
    checkLength() {},
    readChange(value, depth) {
      const isKey = depth === 1 && depthInside === 0
      if (isKey) enter(asked, undefined)
      depthInside++
      const next = readChange(reader, value, depth)
      depthInside--
      if (isKey) enter(undefined, undefined)
      return next
    },
    readPatch(value, depth) {
      const next = reader.readChange(value, depth)
      if (next === deleted) throw malformed()
      return next
    },
    spendWhole() {},
    refuse() {
      throw malformed()
    },
    enter: (next) => enter(key, next),
  }
  // the reader looks at the value of a key before it reads the change of it
  const observed: PlainObject = {}
  for (const name of Object.keys(base)) {
    const get = (): unknown => {
      asked = name
      return base[name]
    }
    Object.defineProperty(observed, name, { get, enumerable: true })
  }
  readChange(reader, observed, 0)
  bytes.expectEnd()
  enter(undefined, undefined)
  return [...shares.values()].filter((share) => share.bytes > 0)
}
