import { MapValue } from './kind.js'

/**
 * Memory is counted in elements of 8 bytes, by what engines of today take for a value as an object, its place in its container
 * included. A few bytes on the wire can become many elements: an empty byte array takes 2 bytes there, and 26 elements.
 */
export const elementBytes = 8

const scalarElements = 1
/** A number that is no small integer may stand in an object of its own. */
const floatElements = 3
const smallIntegerEnd = 2 ** 30
const textElements = 4
const bytesElements = 26
const arrayElements = 7
const objectElements = 8
/** Of a key, beside its text: an object with keys of its own needs a description of them. */
const keyElements = 8

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
