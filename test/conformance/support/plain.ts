import { EntityMap, roundTo } from '@tygase/gamestate'
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

/** The numbers of a state as they travel: to the nearest multiple of the step that is declared for them. */
export function rounded(value: unknown, step: unknown): unknown {
  if (step === undefined || value instanceof Uint8Array) return value
  if (typeof value === 'number') return typeof step === 'number' ? roundTo(value, step) : value
  if (Array.isArray(value)) return value.map((element) => rounded(element, step))
  if (value instanceof EntityMap)
    return new EntityMap([...value.entries()].map(([id, row]) => [id, rounded(row, step) as object]))
  if (typeof value !== 'object' || value === null || typeof step !== 'object' || step === null) return value
  const steps = new Map<string, unknown>(Object.entries(step))
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, rounded(part, steps.get(key) ?? steps.get('*'))]),
  )
}
