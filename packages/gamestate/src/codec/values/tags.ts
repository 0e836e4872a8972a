/**
 * The first byte of a value or of a change: one table for writers and readers, as in PROTOCOL.md.
 * To be imported as `* as tag`: constants cost a page less than an object.
 * 0x40 to 0x7f are the integers 0 to 63, 0xc0 to 0xdf the integers -1 to -32, 0x80 to 0xbf texts of 0 to 63 ASCII characters.
 */

const nullTag = 0x00
const falseTag = 0x01
const trueTag = 0x02
export const float64 = 0x03
export const float32 = 0x04
export const negative = 0x05
export const positive = 0x06
/** 0x08 to 0x0d: a number with 1 to 6 decimals. */
export const decimal = 0x08
export const string = 0x10
export const bytes = 0x11
export const array = 0x12
export const object = 0x13
/** An object with the keys of its template. */
export const objectLike = 0x14
export const entityMap = 0x15
/** Elements of an array that change in their places. */
export const changedElements = 0x16
/** A text of frequent characters, as bits of a prefix code. */
export const packedText = 0x17
/** 0x18 to 0x1b: up to four elements go at the front of an array, and as many come at its end; 0x1c to 0x1f the other way. */
export const slide = 0x18
export const same = 0x20
export const deleted = 0x21
export const patchedObject = 0x22
export const patchedArray = 0x23
export const patchedMap = 0x24
/** A text that begins like the old one. */
export const textTail = 0x25
/** An object with a mask of the changed keys. */
export const changedKeys = 0x27
/** 0x28 to 0x3f: one of the first 24 keys of an object changes. */
export const oneKey = 0x28
export const smallInt = 0x40
export const shortText = 0x80
export const smallNegative = 0xc0
/** 0xe0 to 0xef: up to three elements of an array are removed, and up to three inserted, at one place. */
export const splice = 0xe0
/** 0xf0 to 0xff: one of the first 16 elements of an array changes. */
export const oneElement = 0xf0

// a payload holds no changes: there their first bytes stand for short forms of frequent values
/** 0x20 to 0x3f, payloads only: an integer from 64 to 8255. A byte follows, the lowest 8 bits of the integer minus 64. */
export const shortInteger = 0x20
/** 0xe0 to 0xef, payloads only: an array of 0 to 15 elements. */
export const smallArray = 0xe0
/** 0xf0 to 0xff, payloads only: an object of 0 to 15 keys. */
export const smallObject = 0xf0

/** Number of keys whose change has its own tag. */
export const singleKeys = 24
/** Number of elements whose change has its own tag. */
export const singleElements = 16
/** Most elements that a splice removes, and most that it inserts. */
export const maxSpliced = 3
/** Most elements that a slide takes away, and puts in at the other end. */
export const maxSlid = 4
/** Number of integers from 0 on that are their own tag. */
export const smallInts = 64
/** Number of integers below 0 that are their own tag. */
export const smallNegatives = 32
/** ASCII texts with fewer characters have their length in the tag. */
export const shortTexts = 64
/** Most decimals of a decimal tag. */
export const maxDecimals = 6
/** In payloads, arrays and objects with fewer parts have their size in the tag. */
export const smallParts = 16
/** Number of tags for integers that take two bytes in payloads. */
export const shortIntegers = 32

// last, since esbuild inlines only the constants before it
export { falseTag as false, nullTag as null, trueTag as true }
