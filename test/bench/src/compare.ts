import type { PrecisionTree } from './scene.js'

/**
 * Where two trees differ by more than the precision that was declared for the place, the order of keys aside.
 *
 * @param precision as for a state: under `rows` one entry holds for all rows; without entry, numbers are the same number
 * @returns the path of the first difference and the two values, or undefined where there is none
 */
export function findDifference(
  expected: unknown,
  actual: unknown,
  precision: PrecisionTree | undefined,
): string | undefined {
  return compare(expected, actual, precision, [])
}

function compare(
  expected: unknown,
  actual: unknown,
  precision: PrecisionTree | undefined,
  path: readonly string[],
): string | undefined {
  if (typeof expected === 'number' && typeof actual === 'number' && typeof precision === 'number') {
    return Math.abs(expected - actual) <= precision ? undefined : describeDifference(expected, actual, path)
  }
  if (Object.is(expected, actual)) return undefined
  if (!isTree(expected) || !isTree(actual) || Array.isArray(expected) !== Array.isArray(actual)) {
    return describeDifference(expected, actual, path)
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const inside = [...path, key]
    if (!Object.hasOwn(expected, key)) return describeDifference(undefined, actual[key], inside)
    if (!Object.hasOwn(actual, key)) return describeDifference(expected[key], undefined, inside)
    // below the root's `rows`, ids come between the tree and its precision
    const entry = path.length === 1 && path[0] === 'rows' ? precision : entryOf(precision, key)
    const found = compare(expected[key], actual[key], entry, inside)
    if (found !== undefined) return found
  }
  return undefined
}

function entryOf(precision: PrecisionTree | undefined, key: string): PrecisionTree | undefined {
  return typeof precision === 'object' && Object.hasOwn(precision, key) ? precision[key] : undefined
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function describeDifference(expected: unknown, actual: unknown, path: readonly string[]): string {
  return `${path.join('.') || 'state'}: ${show(expected)} became ${show(actual)}`
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}
