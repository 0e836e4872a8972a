/**
 * The first byte of a value or of a change: one table for writers and readers, as in PROTOCOL.md.
 * 0x40 to 0x7f are the integers 0 to 63, 0xc0 to 0xdf the integers -1 to -32, 0x80 to 0xbf texts of 0 to 63 ASCII characters.
 */
export const tag = {
  null: 0x00,
  false: 0x01,
  true: 0x02,
  float64: 0x03,
  float32: 0x04,
  negative: 0x05,
  positive: 0x06,
  /** 0x08 to 0x0d: a number with 1 to 6 decimals. */
  decimal: 0x08,
  string: 0x10,
  bytes: 0x11,
  array: 0x12,
  object: 0x13,
  /** An object with the keys of its template. */
  objectLike: 0x14,
  entityMap: 0x15,
  /** Elements of an array that change in their places. */
  changedElements: 0x16,
  /** A text of frequent characters, as bits of a prefix code. */
  packedText: 0x17,
  same: 0x20,
  deleted: 0x21,
  patchedObject: 0x22,
  patchedArray: 0x23,
  patchedMap: 0x24,
  /** A text that begins like the old one. */
  textTail: 0x25,
  /** An object with a mask of the changed keys. */
  changedKeys: 0x27,
  /** 0x28 to 0x3f: one of the first 24 keys of an object changes. */
  oneKey: 0x28,
  smallInt: 0x40,
  shortText: 0x80,
  smallNegative: 0xc0,
  /** 0xe0 to 0xef: up to three elements of an array are removed, and up to three inserted, at one place. */
  splice: 0xe0,
  /** 0xf0 to 0xff: one of the first 16 elements of an array changes. */
  oneElement: 0xf0,

  // a payload holds no changes: there their first bytes stand for short forms of frequent values
  /** 0x20 to 0x3f, payloads only: an integer from 64 to 8255. A byte follows, the lowest 8 bits of the integer minus 64. */
  shortInteger: 0x20,
  /** 0xe0 to 0xef, payloads only: an array of 0 to 15 elements. */
  smallArray: 0xe0,
  /** 0xf0 to 0xff, payloads only: an object of 0 to 15 keys. */
  smallObject: 0xf0,
} as const

/** Number of keys whose change has its own tag. */
export const singleKeys = 24
/** Number of elements whose change has its own tag. */
export const singleElements = 16
/** Most elements that a splice removes, and most that it inserts. */
export const maxSpliced = 3
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
