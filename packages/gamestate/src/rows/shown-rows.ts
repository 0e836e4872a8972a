/** Some rows of a table, page by page. Pages without such rows are not named. */
export interface ShownRows {
  /** The numbers of the pages, rising. */
  readonly numbers: readonly number[]
  /** For each of these pages, bits of the rows. */
  readonly bits: readonly number[]
  /** The rows one by one, once the encoder needed them. */
  rows?: ShownSlots
}

/** The shown rows, rising, as the encoder keeps them from tick to tick. */
export interface ShownSlots {
  readonly slots: SlotsOf
  /** For each row the place of its page among the pages that are named. */
  readonly pages: Int32Array
  /** For each of these pages, where its changes begin in the last store of changes, and for each row where its own are. */
  readonly starts: Int32Array
  readonly cells: SlotsOf
}

interface SlotsOf {
  readonly list: Int32Array
  readonly count: number
}
