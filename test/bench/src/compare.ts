import type { PrecisionTree } from './scene.js'

/**
 * Where two trees differ by more than the precision that was declared for the place, the order of keys aside.
 *
 * @param precision as for a state: one entry holds for all rows of a map and for all elements of an array; without entry,
 *   numbers are the same number
 * @param maps the keys of the tree under which rows stand
 * @returns the path of the first difference and the two values, or undefined where there is none
 */
export function findDifference(
  expected: unknown,
  actual: unknown,
  precision: PrecisionTree | undefined,
  maps: readonly string[] = ['rows'],
): string | undefined {
  const found = compare(expected, actual, precision, maps, false)
  if (found === undefined) return undefined
  return `${found.path.toReversed().join('.') || 'state'}: ${show(found.expected)} became ${show(found.actual)}`
}

interface Difference {
  readonly expected: unknown
  readonly actual: unknown
  /** The keys on the way to it, the last one first. */
  readonly path: string[]
}

/**
 * @param maps the keys under which rows stand
 * @param isMap whether it is rows that are compared
 */
function compare(
  expected: unknown,
  actual: unknown,
  precision: PrecisionTree | undefined,
  maps: readonly string[],
  isMap: boolean,
): Difference | undefined {
  if (typeof expected === 'number' && typeof actual === 'number' && typeof precision === 'number') {
    return Math.abs(expected - actual) <= precision ? undefined : { expected, actual, path: [] }
  }
  if (Object.is(expected, actual)) return undefined
  if (!isTree(expected) || !isTree(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    return { expected, actual, path: [] }
  }
  // between a map or an array and its precision come ids and places
  const isShared = isMap || Array.isArray(expected)
  const keys = Object.keys(expected)
  for (const key of keys) {
    if (!Object.hasOwn(actual, key)) return { expected: expected[key], actual: undefined, path: [key] }
    const entry = isShared ? precision : entryOf(precision, key)
    const found = compare(expected[key], actual[key], entry, noMaps, maps.includes(key))
    if (found === undefined) continue
    found.path.push(key)
    return found
  }
  const actualKeys = Object.keys(actual)
  if (actualKeys.length === keys.length) return undefined
  const added = actualKeys.find((key) => !Object.hasOwn(expected, key))!
  return { expected: undefined, actual: actual[added], path: [added] }
}

/** Maps are in the root alone. */
const noMaps: readonly string[] = []

function entryOf(precision: PrecisionTree | undefined, key: string): PrecisionTree | undefined {
  return typeof precision === 'object' && Object.hasOwn(precision, key) ? precision[key] : undefined
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
