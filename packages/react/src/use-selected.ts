import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'

/** True if two selected values count as the same. */
export type Equal<Value> = (a: Value, b: Value) => boolean

/**
 * The default equality: the same value, or an array or a plain object of the same parts. Versions share what has not changed, so
 * a selector may put together rows, as in `[...state.players.values()]`, and its result is the same until one of them changes.
 */
export function sameParts(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (!isPlain(a) || !isPlain(b) || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && Object.is(a[key], b[key]))
  )
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype
}

/**
 * Selects from a value that changes, and renders again if what was selected has changed. Never tears: all components of a render
 * see the same value, also within a transition.
 *
 * The result keeps its identity while it is equal, also if the selector is another function in each render.
 *
 * @param subscribe calls its argument when the value may have changed; the same function as long as the source is the same
 * @param read returns the value: the same, and unchanged, until it is another one
 */
export function useSelected<Source, Value>(
  subscribe: (listener: () => void) => () => void,
  read: () => Source,
  selector: (source: Source) => Value,
  equal: Equal<Value> = sameParts,
): Value {
  const shown = useRef<{ readonly value: Value } | undefined>(undefined)
  const select = useMemo(() => {
    let seen: { readonly source: Source; readonly value: Value } | undefined
    return (): Value => {
      const source = read()
      if (seen !== undefined && Object.is(seen.source, source)) return seen.value
      const before = seen ?? shown.current
      const value = selector(source)
      seen = { source, value: before !== undefined && equal(before.value, value) ? before.value : value }
      return seen.value
    }
  }, [read, selector, equal])
  const value = useSyncExternalStore(subscribe, select, select)
  useEffect(() => {
    shown.current = { value }
  }, [value])
  return value
}
