import { OnAny } from './mark.js'

/** Most earlier arrays, and most places, that are noted on one. */
const maxAncestors = 16
const maxPlaces = 64

let serials = 0

/**
 * What has been set in a large array since earlier ones of the same length. A delta then does not compare all elements. An array is named by a
 * number: a reference would keep old versions in memory.
 */
class Touched extends OnAny {
  readonly #serial: number
  /** The earlier arrays, the latest first. */
  readonly #ancestors: readonly number[]
  /** For each of them, how many of the places have been set since. */
  readonly #counts: readonly number[]
  /** The places that were set, the latest first. */
  readonly #places: readonly number[]

  constructor(array: object, base: object, places: readonly number[]) {
    super(array)
    this.#serial = ++serials
    if (!(#serial in base)) {
      this.#ancestors = this.#counts = this.#places = []
      return
    }
    const kept = base.#counts.filter((count) => count + places.length <= maxPlaces).slice(0, maxAncestors - 1)
    this.#ancestors = [base.#serial, ...base.#ancestors.slice(0, kept.length)]
    this.#counts = [places.length, ...kept.map((count) => count + places.length)]
    this.#places = [...places, ...base.#places.slice(0, kept[kept.length - 1] ?? 0)]
  }

  static between(base: object, next: object): readonly number[] | undefined {
    if (!(#serial in base) || !(#serial in next)) return undefined
    const ancestor = next.#ancestors.indexOf(base.#serial)
    return ancestor < 0 ? undefined : next.#places.slice(0, next.#counts[ancestor])
  }
}

/**
 * Notes on a new array, before it is frozen, where it may differ from the one of which it is a changed copy. Both have the
 * same length.
 */
export function noteTouched(array: readonly unknown[], base: readonly unknown[], places: readonly number[]): void {
  if (places.length <= maxPlaces) new Touched(array, base, places)
}

/** The only places at which two arrays of one length may differ, rising; undefined if that is not known. */
export function touchedPlaces(base: readonly unknown[], next: readonly unknown[]): number[] | undefined {
  const places = Touched.between(base, next)
  return places && [...new Set(places)].sort((one, other) => one - other)
}
