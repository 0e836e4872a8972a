import { EntityMap } from '@tygase/gamestate'
import { roundTo } from '@tygase/gamestate/internal'

/** The precision that a game declares for one place of its state: a step, a tree of steps, or nothing. */
type Steps = number | { readonly [key: string]: Steps } | undefined

type Tree = Readonly<Record<string, unknown>>

/** A version of the server and the version of a replica that agrees with it. */
export interface Agreement {
  readonly server: unknown
  readonly replica: unknown
}

/**
 * True if a replica equals the server's version after rounding: numbers with a declared precision are rounded, all other values
 * are as strict as in `equalStates`. Compares the order of rows, not their slots.
 *
 * Uses nothing of the delta codec, so that no mistake of the codec can hide here. Fast enough for every version of every replica.
 *
 * @param known an earlier agreement under the same precision: parts that have not changed since are not compared again
 */
export function agrees(server: unknown, replica: unknown, precision: unknown, known?: Agreement): boolean {
  return agreesAt(server, replica, precision as Steps, known?.server, known?.replica)
}

/** `knownA` and `knownB` agreed in this place before. If both sides are still the same objects, they still agree. */
function agreesAt(a: unknown, b: unknown, steps: Steps, knownA: unknown, knownB: unknown): boolean {
  if (typeof a === 'number') return Object.is(typeof steps === 'number' ? roundTo(a, steps) : a, b)
  // an object that replica and server share in one process agrees only if no number in it has to be rounded
  if (a === b) return steps === undefined || typeof a !== 'object' || a === null
  if (a === knownA && b === knownB) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (a instanceof EntityMap) return b instanceof EntityMap && mapsAgree(a, b, steps)
  if (a instanceof Uint8Array) return b instanceof Uint8Array && listsAgree(a, b, undefined)
  if (Array.isArray(a)) return Array.isArray(b) && listsAgree(a, b, steps)
  if (b instanceof EntityMap || b instanceof Uint8Array || Array.isArray(b)) return false
  return objectsAgree(a as Tree, b as Tree, steps, treeOf(knownA), treeOf(knownB))
}

function mapsAgree(
  a: EntityMap<object, string | number>,
  b: EntityMap<object, string | number>,
  steps: Steps,
): boolean {
  if (a.size !== b.size) return false
  const others = b.entries()
  for (const [id, row] of a) {
    const other = others.next().value
    if (other === undefined || other[0] !== id || !agreesAt(row, other[1], steps, undefined, undefined)) return false
  }
  return true
}

function listsAgree(a: ArrayLike<unknown>, b: ArrayLike<unknown>, steps: Steps): boolean {
  if (a.length !== b.length) return false
  for (let index = 0; index < a.length; index++)
    if (!agreesAt(a[index], b[index], steps, undefined, undefined)) return false
  return true
}

function objectsAgree(a: Tree, b: Tree, steps: Steps, knownA: Tree, knownB: Tree): boolean {
  const keys = Object.keys(a)
  let count = 0
  // a loop instead of a second list: this runs for every row of every replica, and replicas have only plain objects
  for (const key in b) if (key !== keys[count++]) return false
  if (count !== keys.length) return false
  for (const key of keys) if (!agreesAt(a[key], b[key], stepsOf(steps, key), knownA[key], knownB[key])) return false
  return true
}

const nothing: Tree = Object.freeze({})

function treeOf(value: unknown): Tree {
  return typeof value === 'object' && value !== null ? (value as Tree) : nothing
}

function stepsOf(steps: Steps, key: string): Steps {
  if (typeof steps !== 'object') return undefined
  if (Object.hasOwn(steps, key)) return steps[key]
  return Object.hasOwn(steps, '*') ? steps['*'] : undefined
}
