/**
 * The first byte of a value or of a change, the one table that writers and readers share. PROTOCOL.md has the same.
 * 0x40 to 0x7f are the integers 0 to 63, 0xc0 to 0xdf the integers -1 to -32; 0x80 to 0xbf are texts of 0 to 63 ASCII characters.
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
  /** Changes: what follows turns what was there into what is there now. */
  changedElements: 0x16,
  /** A text of frequent characters, in bits. */
  packedText: 0x17,
  same: 0x20,
  deleted: 0x21,
  patchedObject: 0x22,
  patchedArray: 0x23,
  patchedMap: 0x24,
  /** A text that begins as the one before. */
  textTail: 0x25,
  /** An object whose changed keys are the bits of a mask. */
  changedKeys: 0x27,
  /** 0x28 to 0x3f: one of the first 24 keys of an object changes. */
  oneKey: 0x28,
  smallInt: 0x40,
  shortText: 0x80,
  smallNegative: 0xc0,
  /** 0xe0 to 0xef: up to three elements of an array are taken out, and up to three are put in, at one place. */
  splice: 0xe0,
  /** 0xf0 to 0xff: one of the first 16 elements of an array changes. */
  oneElement: 0xf0,

  // payloads hold no changes: there the first bytes of changes are short forms of frequent values
  /** 0x20 to 0x3f, payloads only: an integer from 64 on, whose lowest 8 bits follow. */
  shortInteger: 0x20,
  /** 0xe0 to 0xef, payloads only: an array of 0 to 15 elements. */
  smallArray: 0xe0,
  /** 0xf0 to 0xff, payloads only: an object of 0 to 15 keys. */
  smallObject: 0xf0,
} as const

/** Keys whose change has a tag of its own. */
export const singleKeys = 24
/** Elements whose change has a tag of its own. */
export const singleElements = 16
/** Most elements that a splice takes out, and most that it puts in. */
export const maxSpliced = 3
/** Integers from 0 that are their own tag. */
export const smallInts = 64
/** Integers below 0 that are their own tag. */
export const smallNegatives = 32
/** ASCII texts with fewer characters have a tag that says how many. */
export const shortTexts = 64
/** The most decimals that a decimal tag can say. */
export const maxDecimals = 6
/** Arrays and objects with fewer parts have a tag of their own in payloads. */
export const smallParts = 16
/** Tags of the integers that take two bytes in payloads: 64 to 8255. */
export const shortIntegers = 32
