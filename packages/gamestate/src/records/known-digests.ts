import { type PrecisionNode, precisionOf } from '../codec/values/number.js'
import { roundTo } from '../codec/values/quanta.js'
import { glanceAt } from '../rows/columns.js'
import { lowestBit } from '../rows/page.js'
import type { VersionMap } from '../rows/version-map.js'
import { type DigestAid, digestOf, digestPair, type PartKey, partAt, partsOf } from './replica-digest.js'

interface Known {
  readonly precision: PrecisionNode
  readonly digest: number
}

/** A part of a state, and how the numbers in it are rounded. */
export interface RoundedPart {
  readonly value: unknown
  readonly precision: PrecisionNode
}

/**
 * Digests of versions as their replicas have them, with the numbers rounded. Versions share most of their parts: the digests of
 * arrays, objects and pages of rows are kept for as long as these are, and not made again.
 */
export class KnownDigests implements DigestAid<PrecisionNode> {
  readonly #precision: PrecisionNode
  readonly #known = new WeakMap<object, Known>()
  /** For rows, which are made to be looked at. */
  readonly #ofRows: DigestAid<PrecisionNode> = { precisionOf, rounded }
  readonly precisionOf = precisionOf
  readonly rounded = rounded

  /** @param precision of the game, or undefined for none */
  constructor(precision: unknown) {
    // reason: the precision of a game is checked when it is defined
    this.#precision = precision as PrecisionNode
  }

  /** The digest of a version, or of a view of it. */
  of(state: unknown): number {
    return digestOf(state, this, this.#precision)
  }

  whole(state: unknown): RoundedPart {
    return { value: state, precision: this.#precision }
  }

  /** @returns undefined if there is no such part */
  partAt({ value, precision }: RoundedPart, key: PartKey): RoundedPart | undefined {
    const part = partAt(value, key)
    if (part === undefined) return undefined
    const isObject = Object.getPrototypeOf(value) === Object.prototype
    return { value: part, precision: isObject ? precisionOf(precision, String(key)) : precision }
  }

  /** @returns the digest of each part, by key; undefined for a value without parts */
  partsOf(part: RoundedPart): Map<PartKey, number> | undefined {
    const keys = partsOf(part.value)?.map(([key]) => key)
    return (
      keys &&
      new Map(
        keys.map((key) => {
          const { value, precision } = this.partAt(part, key)!
          return [key, digestOf(value, this, precision)]
        }),
      )
    )
  }

  known(value: object, precision: PrecisionNode, make: () => number): number {
    const known = this.#known.get(value)
    if (known !== undefined && known.precision === precision) return known.digest
    const digest = make()
    this.#known.set(value, { precision, digest })
    return digest
  }

  sumOfRows(map: object, precision: PrecisionNode): number {
    let sum = 0
    for (const page of (map as VersionMap<object>).table.pages) {
      sum += this.known(page, precision, () => {
        let ofPage = 0
        for (let bits = page.used; bits !== 0; bits &= bits - 1) {
          const index = lowestBit(bits)
          const digest = digestOf(glanceAt(page, index), this.#ofRows, precision)
          ofPage = (ofPage + digestPair(page.ids[index]!, digest)) | 0
        }
        return ofPage
      })
    }
    return sum | 0
  }
}

function rounded(value: number, precision: PrecisionNode): number {
  return typeof precision === 'number' ? roundTo(value, precision) : value
}
