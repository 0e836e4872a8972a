import { EntityMap, equalStates } from '@tygase/gamestate'

/** The first place where two values differ, with both values. A missing value is undefined. */
export interface Difference {
  /** From the root, as in `players.p1.items[3]`. Empty for the root itself. */
  readonly path: string
  readonly a: unknown
  readonly b: unknown
}

/** @returns undefined if `equalStates` finds no difference */
export function firstDifference(a: unknown, b: unknown, path = ''): Difference | undefined {
  if (equalStates(a, b)) return undefined
  const within = isTree(a) && isTree(b) ? firstWithin(a, b, path) : undefined
  return within ?? { path, a, b }
}

/** For messages: `players.p1.x: 3 against 4`. */
export function describeDifference({ path, a, b }: Difference): string {
  const sides = show(a) === show(b) ? 'the same content in another order' : `${show(a)} against ${show(b)}`
  return `${path || 'the root'}: ${sides}`
}

type Tree = EntityMap<object, string | number> | readonly unknown[] | Readonly<Record<string, unknown>>

function firstWithin(a: Tree, b: Tree, path: string): Difference | undefined {
  if (a instanceof EntityMap !== b instanceof EntityMap || Array.isArray(a) !== Array.isArray(b)) return undefined
  const others = new Map(partsOf(b))
  for (const [key, part] of partsOf(a)) {
    const difference = firstDifference(part, others.get(key), pathOf(path, key, Array.isArray(a)))
    if (difference !== undefined) return difference
    others.delete(key)
  }
  for (const [key, part] of others) return { path: pathOf(path, key, Array.isArray(a)), a: undefined, b: part }
  return undefined
}

function partsOf(tree: Tree): Iterable<[string | number, unknown]> {
  if (tree instanceof EntityMap || Array.isArray(tree)) return tree.entries()
  return Object.entries(tree)
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}

function pathOf(path: string, key: string | number, isIndex: boolean): string {
  if (isIndex) return `${path}[${key}]`
  return path === '' ? String(key) : `${path}.${key}`
}

/** A value in short, on one line. */
function show(value: unknown): string {
  if (value instanceof EntityMap) return `an EntityMap of ${value.size}`
  if (value instanceof Uint8Array) return `bytes ${[...value.subarray(0, 16)]}`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
