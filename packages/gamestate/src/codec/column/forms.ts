/** The first byte of a column: how its values are written. */
export const columnForm = {
  /** Each value for itself: whole, or as a change of what it was. */
  values: 0,
  /** One value for all rows. */
  constant: 1,
  /** Booleans as bits. */
  bits: 2,
  /** Booleans that are the opposite of what they were. */
  flipped: 3,
  /** Numbers as integer multiples of a step. */
  steps: 4,
  /** Numbers as they are, but for those that were foretold. */
  floats: 5,
  /** Texts, each beginning as another one does. */
  texts: 6,
  /** A few values, and which of them each row has. */
  choices: 7,
} as const
