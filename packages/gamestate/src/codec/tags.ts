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
  same: 0x20,
  deleted: 0x21,
  patchedObject: 0x22,
  patchedArray: 0x23,
  patchedMap: 0x24,
  smallInt: 0x40,
  shortText: 0x80,
  smallNegative: 0xc0,
} as const

/** Integers from 0 that are their own tag. */
export const smallInts = 64
/** Integers below 0 that are their own tag. */
export const smallNegatives = 32
/** ASCII texts with fewer characters have a tag that says how many. */
export const shortTexts = 64
/** The most decimals that a decimal tag can say. */
export const maxDecimals = 6
