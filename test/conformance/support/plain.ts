import { EntityMap } from '@tygase/gamestate'
import { DecodedMap } from '../decoder/index.js'

/**
 * A state of ours or of the decoder's, in a form in which the two can be compared: rows by their ids, and objects as lists of keys and
 * values, so that the order of keys counts.
 */
export function plain(value: unknown): unknown {
  if (value instanceof EntityMap) return { rows: new Map([...value.entries()].map(([id, row]) => [id, plain(row)])) }
  if (value instanceof DecodedMap)
    return { rows: new Map([...value.slots.values()].map(({ id, row }) => [id, plain(row)])) }
  if (value instanceof Uint8Array) return { bytes: [...value] }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null)
    return { entries: Object.entries(value).map(([key, part]) => [key, plain(part)]) }
  return value
}
