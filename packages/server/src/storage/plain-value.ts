import { StorageError } from './errors.js'

/** As deep as a state of gamestate may be, and more for what it is wrapped in; a cycle is endlessly deep. */
const maxDepth = 110

/** The way to a part of a value: a chain that shares its front, so that text is made for an error alone. */
interface Path {
  readonly parent: Path | undefined
  readonly key: string | number
}

/**
 * A copy of a value as its writer is to take it: a `Map` in the place of each plain object, so that no name of a key means anything
 * to the writer, without keys whose value is undefined, and with U+FFFD for each lone surrogate, which UTF-8 does not have.
 * Byte arrays are not copied.
 * @throws StorageError `storage_value_invalid` with the path of what is not plain, of a cycle, and of what is nested too deep
 */
export function plainCopy(value: unknown, path?: Path, depth = 0): unknown {
  switch (typeof value) {
    case 'boolean':
    case 'number':
      return value
    case 'string':
      return value.toWellFormed()
    case 'object':
      return value === null || value instanceof Uint8Array ? value : copyParts(value, path, depth)
    default:
      throw invalid(path, `${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`} cannot be kept`)
  }
}

function copyParts(value: object, path: Path | undefined, depth: number): unknown {
  if (depth >= maxDepth) throw invalid(path, `nested deeper than ${maxDepth} levels, or a cycle`)
  const copy = (part: unknown, key: string | number): unknown => plainCopy(part, { parent: path, key }, depth + 1)
  // `from` goes over holes too, which are undefined
  if (Array.isArray(value)) return Array.from(value, copy)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw invalid(path, `${kindOf(value)} cannot be kept`)
  const symbol = Object.getOwnPropertySymbols(value)[0]
  if (symbol !== undefined) throw invalid(path, `the key ${String(symbol)} cannot be kept`)
  const parts = new Map<string, unknown>()
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue
    // read back, it would change the prototype
    if (key === '__proto__') throw invalid(path, 'the key __proto__ cannot be kept')
    parts.set(key.toWellFormed(), copy(part, key))
  }
  return parts
}

function kindOf(value: object): string {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object with a prototype of its own'
}

function invalid(path: Path | undefined, why: string): StorageError {
  let where = ''
  for (let step = path; step !== undefined; step = step.parent) {
    where = (typeof step.key === 'number' ? `[${step.key}]` : `.${step.key}`) + where
  }
  return new StorageError('storage_value_invalid', `value${where}: ${why}`)
}
