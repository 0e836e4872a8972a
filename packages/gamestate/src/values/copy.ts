import { checkKeys, invalidValue, isPlainObject, maxDepth, type Path, type PlainObject, tooDeep } from './plain.js'

/**
 * A deep copy of a plain value, checked: what comes back can be a part of a version or of an event. Reads through immer
 * drafts, so a part of a draft may be passed while the draft is open. Keys whose value is `undefined` are left out.
 *
 * @throws GameStateError `invalid_value` with the path, for anything that is not plain (an `EntityMap` too).
 */
export function copyValue(value: unknown, path?: Path, depth = 0): unknown {
  switch (typeof value) {
    case 'number':
    case 'string':
    case 'boolean':
      return value
    case 'object':
      break
    default:
      throw invalidValue(value, path)
  }
  if (value === null) return null
  if (depth >= maxDepth) throw tooDeep(path)
  if (Array.isArray(value)) {
    const copy: unknown[] = []
    for (let i = 0; i < value.length; i++) copy.push(copyValue(value[i], { parent: path, key: i }, depth + 1))
    return copy
  }
  if (value instanceof Uint8Array) return value.slice()
  if (!isPlainObject(value)) throw invalidValue(value, path)
  checkKeys(value, path)
  const copy: PlainObject = {}
  for (const key of Object.keys(value)) {
    const part = value[key]
    if (part !== undefined) copy[key] = copyValue(part, { parent: path, key }, depth + 1)
  }
  return copy
}

/** A writable copy of a value that is known to be plain and valid, as all parts of a version are. */
export function thaw<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(thaw) as T
  if (value instanceof Uint8Array) return value.slice() as T
  const copy: PlainObject = {}
  for (const key of Object.keys(value)) copy[key] = thaw((value as PlainObject)[key])
  return copy as T
}
