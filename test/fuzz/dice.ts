import { createSeededRandom } from '@tygase/testkit/internal'

/** Where decisions come from: drawn from a seed, or read from an input that a fuzzer has made. */
export interface Choices {
  /** A whole number from 0 to below `limit`; 0 where the limit is 0. */
  below(limit: number): number
}

/** Decisions drawn from a seed: the same for the same seed. */
export class Dice implements Choices {
  readonly random: () => number

  constructor(seed: number) {
    this.random = createSeededRandom(seed)
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit)
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256))
  }
}

/** Decisions read from an input, so that whoever changes its bytes changes what is done. Past the end all are 0. */
export class ScriptBytes implements Choices {
  readonly #bytes: Uint8Array
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isOver(): boolean {
    return this.#position >= this.#bytes.length
  }

  below(limit: number): number {
    if (limit <= 1) return 0
    let number = this.byte()
    if (limit > 256) number += this.byte() * 256
    return number % limit
  }

  byte(): number {
    return this.#bytes[this.#position++] ?? 0
  }

  /** The next bytes, as many as there are. */
  take(length: number): Uint8Array {
    const taken = this.#bytes.subarray(this.#position, this.#position + length)
    this.#position += length
    return taken
  }
}

export function pick<T>(choices: Choices, list: readonly T[]): T {
  return list[choices.below(list.length)]!
}
