import { GameStateError } from './errors.js'
import { isPlainObject, maxDepth, type Path, pathText } from './values/plain.js'

/**
 * Checks what a game declares as its precision: at each number a step above 0, finite, in the unit of the number.
 * @param path of the part in the whole declaration; undefined for all of it
 * @throws GameStateError `invalid_game` naming the path
 */
export function checkPrecision(precision: unknown, path: Path | undefined, depth = 0): void {
  if (precision === undefined) return
  if (typeof precision === 'number') {
    if (precision > 0 && precision < Number.POSITIVE_INFINITY) return
    throw refusal(path, `is a finite number above 0, not ${precision}`)
  }
  if (!isPlainObject(precision)) throw refusal(path, 'is a number or an object of them')
  if (depth >= maxDepth) throw refusal(path, `is nested deeper than ${maxDepth} levels, or a cycle`)
  for (const [key, part] of Object.entries(precision)) checkPrecision(part, { parent: path, key }, depth + 1)
}

function refusal(path: Path | undefined, message: string): GameStateError {
  const place = path === undefined ? 'precision' : `precision of ${pathText(path)}`
  return new GameStateError('invalid_game', `${place} ${message}`)
}
