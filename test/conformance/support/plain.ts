import { isDeepStrictEqual } from 'node:util'
import { EntityMap } from '@tygase/gamestate'
import { roundTo } from '@tygase/gamestate/internal'
import { expect } from 'vitest'
import { DecodedMap } from '../decoder/index.js'

/**
 * A state of ours or of the decoder's, in a form in which the two can be compared: rows as a list in the order of their slots, and
 * objects as lists of keys and values, so that both orders count.
 */
export function plain(value: unknown): unknown {
  if (value instanceof EntityMap) return { rows: [...value.entries()].map(([id, row]) => [id, plain(row)]) }
  if (value instanceof DecodedMap) {
    const slots = [...value.slots.keys()].sort((one, other) => one - other)
    return { rows: slots.map((slot) => value.slots.get(slot)!).map(({ id, row }) => [id, plain(row)]) }
  }
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

/** Expects a decoded state to be the wanted one. */
export function expectSame(decoded: unknown, wanted: unknown): void {
  const [one, other] = [plain(decoded), plain(wanted)]
  // vitest takes long to compare big maps, but tells the difference
  if (!isDeepStrictEqual(one, other)) expect(one).toStrictEqual(other)
}
