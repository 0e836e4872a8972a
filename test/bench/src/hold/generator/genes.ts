/** The decisions that make a member of a kind of attack: bytes, so that a search or a fuzzer can change them. */
export class Genes {
  readonly #bytes: Uint8Array
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** The place of the next decision, for `rewind`. */
  get position(): number {
    return this.#position
  }

  /** Goes back to an earlier place: the same decisions come again. */
  rewind(position: number): void {
    this.#position = position
  }

  /** A whole number from 0 to below `limit`. Past the end all are 0. */
  below(limit: number): number {
    if (limit <= 1) return 0
    const byte = this.#bytes[this.#position++] ?? 0
    return Math.min(limit - 1, Math.floor((byte * limit) / 256))
  }

  /** True in one of `limit` cases. */
  oneIn(limit: number): boolean {
    return this.below(limit) === limit - 1
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  /** A size from 0 to `most`: small ones are as likely as large ones. */
  size(most: number): number {
    const share = (this.#bytes[this.#position++] ?? 0) / 255
    return share === 0 ? 0 : Math.min(most, Math.round(most ** share))
  }
}

/** Decisions of a member: enough for its preparation, its message and a nested value. */
export const geneBytes = 48
