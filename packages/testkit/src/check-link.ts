import { faultOfOptions, type OptionRange } from '@tygase/gamestate/internal'
import { SimulationError } from './errors.js'

/** Ranges of the conditions of a link. */
const linkRanges: readonly OptionRange[] = [
  ...['latencyMs', 'jitterMs'].map((name) => ({ name, default: undefined, unit: 'ms', min: 0 })),
  ...['loss', 'burstLoss', 'duplicate', 'reorder'].map((name) => ({
    ...{ name, default: undefined, unit: 'share', min: 0, max: 1 },
  })),
  { name: 'bandwidthBytesPerSecond', default: undefined, unit: 'bytes', min: Number.MIN_VALUE },
  { name: 'reliable', default: true, unit: '', min: 0 },
]
const neededConditions = ['latencyMs', 'jitterMs', 'loss', 'duplicate', 'reorder', 'reliable'] as const

/**
 * Checks what a caller gives as a network: conditions, or those of both directions.
 * @throws SimulationError `invalid_argument`
 */
export function checkLink(link: unknown): void {
  const directions: readonly unknown[] = Array.isArray(link) ? link : [link]
  if (Array.isArray(link) && link.length !== 2) throw invalid('a link has conditions for one direction and the other')
  for (const conditions of directions) {
    const isObject = typeof conditions === 'object' && conditions !== null
    if (!isObject) throw invalid(`a link is one of links, as links.mobile, or conditions, not ${show(conditions)}`)
    const missing = neededConditions.find((name) => (conditions as Record<string, unknown>)[name] === undefined)
    const fault = faultOfOptions('a link', linkRanges, conditions)
    if (fault !== undefined) throw invalid(fault)
    if (missing !== undefined) throw invalid(`the conditions of a link have ${missing}`)
  }
}

/** A value in a message: a text in quotes, an object without its parts. */
export function show(value: unknown): string {
  return typeof value === 'string'
    ? `'${value}'`
    : typeof value === 'object'
      ? `${value === null ? null : 'an object'}`
      : String(value)
}

/** The error for a caller's mistake. */
export function invalid(message: string): SimulationError {
  return new SimulationError('invalid_argument', message)
}
