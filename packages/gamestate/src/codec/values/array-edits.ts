import { type ArrayPair, canPatch, shortArray } from './array-pair.js'
import { ElementIndex, lightRun } from './element-index.js'
import { maxCopies } from './read-array-change.js'
import { isShared, isUnchanged } from './unchanged.js'

/** A step in building an array from another one, from front to back. */
export type ArrayEdit =
  | { readonly kind: 'copy'; readonly from: number; count: number }
  /** A changed element of the base. */
  | { readonly kind: 'patch'; readonly from: number; readonly to: number }
  | { readonly kind: 'insert'; readonly to: number; count: number }

/** Elements that came or went at one place are found without an index up to this number. */
const window = 8
/** Most searches for one object among all elements. */
const maxSearches = 8
/** An index is made if so many elements are still to be found, or if one has been found elsewhere. */
const worthwhileIndex = 16
/** Comparisons near the cursor, as a multiple of the lengths. */
const maxProbes = 8
/** Most places that are tried of those that the index gives. */
const maxTries = 4
/**
 * Finds edits that build `next` from `base`: elements that keep their order, moved runs, partly changed elements. Takes a
 * bounded number of steps for each element, whatever the arrays hold. A missed edit costs bytes, never correctness.
 */
export function findArrayEdits(pair: ArrayPair): readonly ArrayEdit[] {
  const search = new EditSearch(pair)
  search.run()
  return search.edits
}

class EditSearch {
  readonly edits: ArrayEdit[] = []
  readonly #pair: ArrayPair
  /** The ends of the parts between head and tail. */
  readonly #baseEnd: number
  readonly #nextEnd: number
  #index: ElementIndex | undefined
  /** How many elements may still be taken from the base. */
  #mayCopy: number
  #searches = maxSearches
  #hasMoved = false
  #probes: number
  /** Of a short base a bit for each element that an edit has taken. */
  #taken = 0
  /** Where the elements were found that `#find` has found. */
  #found = 0

  constructor(pair: ArrayPair) {
    const { base, next, tail } = pair
    this.#pair = pair
    this.#baseEnd = base.length - tail
    this.#nextEnd = next.length - tail
    this.#mayCopy = maxCopies * base.length - tail
    this.#probes = maxProbes * (base.length + next.length)
  }

  run(): void {
    const { base, head, tail } = this.#pair
    if (head > 0) this.#copy(0, head)
    let cursor = head
    let to = head
    while (to < this.#nextEnd) {
      const run = this.#runAt(cursor, this.#baseEnd, to)
      if (run > 0) {
        this.#copy(cursor, run)
        cursor += run
        to += run
        continue
      }
      const gap = this.#gapAt(cursor, to)
      if (gap !== undefined) {
        for (let count = 0; count < gap.came; count++) this.#change(count < gap.went ? cursor + count : -1, to + count)
        cursor += gap.went
        to += gap.came
        continue
      }
      const moved = this.#find(to, this.#nextEnd - to >= worthwhileIndex)
      if (moved > 0) {
        this.#copy(this.#found, moved)
        cursor = this.#found + moved
        to += moved
      } else this.#edit(cursor++, to++)
    }
    // the tail has been counted from the beginning
    this.#mayCopy += tail
    if (tail > 0) this.#copy(base.length - tail, tail)
  }

  /** How many elements from `to` on are those of the base from `from` on, as far as they may be copied. */
  #runAt(from: number, end: number, to: number): number {
    const { base, next, precision } = this.#pair
    const most = Math.min(end - from, this.#nextEnd - to, this.#mayCopy)
    let run = 0
    while (run < most && isUnchanged(base[from + run], next[to + run], precision)) run++
    return run
  }

  /**
   * Looks whether the elements go on after a few that went from the base, came into `next`, or changed.
   * @returns undefined if they do not
   */
  #gapAt(cursor: number, to: number): Gap | undefined {
    if (this.#probes < 0) return undefined
    for (let count = 1; count <= window; count++) {
      if (this.#goesOn(cursor + count, to + count)) return { went: count, came: count }
      if (this.#goesOn(cursor + count, to)) return { went: count, came: 0 }
      if (this.#goesOn(cursor, to + count)) return { went: 0, came: count }
    }
    return undefined
  }

  /** Whether the elements of both are the same for a while: one object, four others, or all up to an end. */
  #goesOn(from: number, to: number): boolean {
    const { base, next, precision } = this.#pair
    const most = Math.min(this.#baseEnd - from, this.#nextEnd - to, lightRun)
    let run = 0
    while (run < most && isUnchanged(base[from + run], next[to + run], precision)) {
      run++
      if (isShared(next[to])) break
    }
    this.#probes -= run + 1
    return run > 0 && (run === most || isShared(next[to]))
  }

  /** Writes an element that came, or that changed from one of the base; if it stood elsewhere, as a copy. @param from -1 for none */
  #change(from: number, to: number): void {
    if (isShared(this.#pair.next[to]) && this.#find(to, this.#hasMoved) > 0) this.#copy(this.#found, 1)
    else this.#edit(from, to)
  }

  #edit(from: number, to: number): void {
    const { base, next } = this.#pair
    if (from >= 0 && from < this.#baseEnd && this.#mayCopy > 0 && canPatch(base[from], next[to])) {
      this.edits.push({ kind: 'patch', from, to })
      this.#take(from, 1)
      return
    }
    const last = this.edits[this.edits.length - 1]
    if (last?.kind === 'insert') last.count++
    else this.edits.push({ kind: 'insert', to, count: 1 })
  }

  /**
   * Searches the elements from `to` on in the base.
   * @param mayIndex whether an index may be made for it
   * @returns how many stand at `#found`; 0 if that is not worth a copy
   */
  #find(to: number, mayIndex: boolean): number {
    const { base, next, precision, head } = this.#pair
    const element = next[to]
    if (isShared(element) && this.#searches > 0) {
      this.#searches--
      this.#found = base.indexOf(element)
      if (this.#found >= 0) {
        this.#hasMoved = true
        return this.#runAt(this.#found, base.length, to)
      }
    }
    if (base.length <= shortArray) {
      for (let from = 0; from < base.length; from++) {
        if ((this.#taken & (1 << from)) !== 0 || !isUnchanged(base[from], element, precision)) continue
        const run = this.#runAt(from, this.#baseEnd, to)
        this.#found = from
        if (this.#isWorthwhile(run, element)) return run
      }
      return 0
    }
    if (this.#baseEnd === head || (this.#index === undefined && !mayIndex)) return 0
    this.#index ??= new ElementIndex(base, head, this.#baseEnd)
    let best = 0
    let from = this.#index.find(next, to, this.#nextEnd)
    for (let tries = 0; from >= 0 && tries < maxTries; tries++) {
      const run = this.#runAt(from, this.#baseEnd, to)
      if (run > best) {
        best = run
        this.#found = from
      }
      from = this.#index.findNext(from)
    }
    return this.#isWorthwhile(best, element) ? best : 0
  }

  #isWorthwhile(run: number, element: unknown): boolean {
    return run >= lightRun || (run > 0 && (isShared(element) || (typeof element === 'string' && element.length > 3)))
  }

  #copy(from: number, count: number): void {
    const last = this.edits[this.edits.length - 1]
    if (last?.kind === 'copy' && last.from + last.count === from) last.count += count
    else this.edits.push({ kind: 'copy', from, count })
    this.#take(from, count)
  }

  #take(from: number, count: number): void {
    this.#mayCopy -= count
    // a shift by 32 is one by 0
    if (this.#pair.base.length <= shortArray) this.#taken |= (count < shortArray ? (1 << count) - 1 : -1) << from
  }
}

/** A few elements that went from the base and that came in their place. */
interface Gap {
  readonly went: number
  readonly came: number
}
