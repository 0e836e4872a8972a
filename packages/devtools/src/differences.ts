import { isPlainObject } from '@tygase/gamestate/internal'

/** A place at which two states differ. */
interface Difference {
  /** As it is written in code: `players.ada.x`, `list[3]`. */
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Values as short texts; empty for what is not there. */
  readonly before: string
  readonly after: string
}

/** All differences up to a limit. */
export interface Differences {
  readonly list: readonly Difference[]
  /** True: there are more. */
  readonly isCut: boolean
}

/** Rows of an `EntityMap`, of which two versions share those that have not changed. */
interface RowMap extends Iterable<readonly [string | number, unknown]> {
  get(id: string | number): unknown
  has(id: string | number): boolean
}

const mostShown = 200
const mostLetters = 60

/**
 * In what two states differ. It walks what they do not share, and stops at the limit.
 * @param most the number of differences after which it stops
 */
export function differencesBetween(before: unknown, after: unknown, most = mostShown): Differences {
  const list: Difference[] = []
  const walk = (path: string, from: unknown, to: unknown): void => {
    if (list.length > most || Object.is(from, to)) return
    const [old, next] = [partsOf(from), partsOf(to)]
    if (old === undefined || next === undefined || old.kind !== next.kind) {
      if (!isSameValue(from, to)) list.push({ path, kind: 'changed', before: inShort(from), after: inShort(to) })
      return
    }
    for (const [key, part] of old.entries()) {
      if (list.length > most) return
      const inside = path + next.step(key)
      if (!next.has(key)) list.push({ path: inside, kind: 'removed', before: inShort(part), after: '' })
      else walk(inside, part, next.get(key))
    }
    for (const [key, part] of next.entries()) {
      if (list.length > most) return
      if (!old.has(key)) list.push({ path: path + next.step(key), kind: 'added', before: '', after: inShort(part) })
    }
  }
  walk('', before, after)
  return { list: list.slice(0, most).map(withoutDot), isCut: list.length > most }
}

interface Parts {
  readonly kind: 'map' | 'list' | 'object'
  entries(): Iterable<readonly [string | number, unknown]>
  has(key: string | number): boolean
  get(key: string | number): unknown
  step(key: string | number): string
}

function partsOf(value: unknown): Parts | undefined {
  if (Array.isArray(value)) {
    return {
      kind: 'list',
      entries: () => value.entries(),
      has: (key) => Number(key) < value.length,
      get: (key) => value[Number(key)],
      step: (key) => `[${key}]`,
    }
  }
  if (isPlainObject(value)) {
    return {
      kind: 'object',
      entries: () => Object.entries(value),
      has: (key) => Object.hasOwn(value, key),
      get: (key) => value[key],
      step: (key) => `.${key}`,
    }
  }
  if (!isRowMap(value)) return undefined
  return {
    kind: 'map',
    entries: () => value,
    has: (id) => value.has(id),
    get: (id) => value.get(id),
    step: (id) => `.${id}`,
  }
}

/** An `EntityMap` of any copy of the library. */
function isRowMap(value: unknown): value is RowMap {
  const map = value as Partial<RowMap> | null
  return (
    typeof value === 'object' &&
    typeof map?.get === 'function' &&
    typeof map.has === 'function' &&
    Symbol.iterator in map
  )
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return false
  return a.length === b.length && a.every((byte, place) => byte === b[place])
}

/** A value as a text for a cell of a table. */
export function inShort(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(7)))
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (isRowMap(value)) return `${[...value].length} rows`
  let text: string
  try {
    text = JSON.stringify(value) ?? String(value)
  } catch {
    text = String(value)
  }
  return text.length <= mostLetters ? text : `${text.slice(0, mostLetters - 1)}…`
}

function withoutDot(difference: Difference): Difference {
  return { ...difference, path: difference.path.replace(/^\./, '') }
}
