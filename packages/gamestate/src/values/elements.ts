import {
  arrayElements,
  bytesElements,
  elementBytes,
  floatElements,
  keyElements,
  objectElements,
  scalarElements,
  smallIntegerEnd,
  textElements,
} from './element-sizes.js'
import { MapValue } from './kind.js'

/** The elements of a value without its parts. Takes values of the kinds that a payload can hold. */
export function elementsWithoutParts(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) && Math.abs(value) < smallIntegerEnd ? scalarElements : floatElements
    case 'string':
      return textElements + elementsOfUnits(value.length)
    case 'object':
      if (value === null) return scalarElements
      if (Array.isArray(value)) return arrayElements
      return ArrayBuffer.isView(value) ? bytesElements + Math.ceil(value.byteLength / elementBytes) : objectElements
    default:
      return scalarElements
  }
}

/** The elements of a key, without its value. */
export function elementsOfKey(key: string): number {
  return keyElements + elementsOfUnits(key.length)
}

function elementsOfUnits(units: number): number {
  return Math.ceil((units * 2) / elementBytes)
}

/**
 * The elements of a plain value, or a state, and all its parts. A part that stands in two places counts twice, as it would if it were
 * copied. `undefined` has none.
 */
export function elementsOf(value: unknown): number {
  if (value === undefined) return 0
  let elements = elementsWithoutParts(value)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return elements
  if (value instanceof MapValue) return value.elements
  if (Array.isArray(value)) {
    for (const part of value) elements += elementsOf(part)
    return elements
  }
  for (const [key, part] of Object.entries(value))
    if (part !== undefined) elements += elementsOfKey(key) + elementsOf(part)
  return elements
}
