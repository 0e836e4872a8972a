/** Arrays that are larger than this are given back to the engine after use. */
const maxKeptEntries = 1 << 16
const minEntries = 256

/**
 * Lends arrays of numbers to encoder and decoder, who need several for each column: making them anew costs more than
 * filling them. What is lent between `mark` and `release` comes back all at once.
 */
export class NumberPool {
  readonly #arrays: Float64Array[] = []
  #lent = 0

  /** @returns an array of at least so many entries, of any content */
  take(entries: number): Float64Array {
    const place = this.#lent++
    let array = this.#arrays[place]
    if (array === undefined || array.length < entries) {
      array = new Float64Array(Math.max(minEntries, 2 ** Math.ceil(Math.log2(entries))))
      this.#arrays[place] = array
    }
    return array
  }

  mark(): number {
    return this.#lent
  }

  release(mark: number): void {
    for (let place = mark; place < this.#lent; place++) {
      if (this.#arrays[place]!.length > maxKeptEntries) this.#arrays[place] = new Float64Array(minEntries)
    }
    this.#lent = mark
  }
}
