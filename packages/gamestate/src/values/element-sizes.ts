// What values count in memory. The file imports nothing: bundlers then put the numbers where they are used.

/**
 * Memory is counted in elements of 8 bytes, by what engines of today take for a value as an object, its place in its container
 * included. A few bytes on the wire can become many elements: an empty byte array takes 2 bytes there, and 26 elements.
 */
export const elementBytes = 8

export const scalarElements = 1
/** A number that is no small integer may stand in an object of its own. */
export const floatElements = 3
export const smallIntegerEnd = 2 ** 30
export const textElements = 4
export const bytesElements = 26
export const arrayElements = 7
export const objectElements = 8
/** Of a key, beside its text: an object with keys of its own needs a description of them. */
export const keyElements = 8
