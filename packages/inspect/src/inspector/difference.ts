import { EntityMap } from '@tygase/gamestate'
import { changedRows, equalBytes } from '@tygase/gamestate/internal'
import type { DiffAnswer, Difference, PathKey } from '../shared/look-requests.js'
import { absent, childAt, childrenOf, kindOfNode, mostAnswerBytes, previewOf, textBytes } from './state-tree.js'

const mostDifferences = 500
/** Values that are compared. Parts that both versions share count once. */
const mostCompared = 200_000
/** Levels below which two values are compared as one. */
const mostLevels = 32
/** Bytes of a difference besides its texts and its keys, and of a key. */
const entryBytes = 48
const keyBytes = 4

/** Finds where two versions differ. Parts that they share are not looked at, so that it costs about what has changed. */
export class Differences {
  readonly #found: Difference[] = []
  readonly #path: PathKey[] = []
  #compared = 0
  #bytes = 0
  #isCut = false

  /** The places in the order of the later version, with what it lacks after the rest. */
  static between(from: number, before: unknown, to: number, after: unknown): DiffAnswer {
    const own = new Differences()
    own.#compare(before, after)
    return { from, to, differences: own.#found, cut: own.#isCut }
  }

  #compare(before: unknown, after: unknown): void {
    if (Object.is(before, after) || this.#isCut) return
    if (++this.#compared > mostCompared) {
      this.#isCut = true
      return
    }
    const kind = kindOfNode(before)
    const hasParts = kind === 'object' || kind === 'array' || kind === 'map'
    if (kind !== kindOfNode(after) || !hasParts || this.#path.length >= mostLevels) return this.#add(before, after)
    if (before instanceof EntityMap && after instanceof EntityMap) return this.#compareMaps(before, after)
    for (const [key, child] of childrenOf(after)) this.#compareAt(key, childAt(before, key), child)
    for (const [key, child] of childrenOf(before)) {
      if (childAt(after, key) === absent) this.#compareAt(key, child, absent)
    }
  }

  #compareMaps(before: EntityMap<object>, after: EntityMap<object>): void {
    const ids = changedRows({ map: before }, { map: after }).get('map')
    if (ids === undefined || ids === 'all') return
    for (const id of ids) this.#compareAt(id, childAt(before, id), childAt(after, id))
  }

  #compareAt(key: PathKey, before: unknown, after: unknown): void {
    if (this.#isCut) return
    this.#path.push(key)
    if (before === absent || after === absent) this.#add(before, after)
    else this.#compare(before, after)
    this.#path.pop()
  }

  #add(before: unknown, after: unknown): void {
    if (isSame(before, after)) return
    const entry: Difference = {
      path: [...this.#path],
      kind: before === absent ? 'added' : after === absent ? 'removed' : 'changed',
      ...(before !== absent && { before: previewOf(before) }),
      ...(after !== absent && { after: previewOf(after) }),
    }
    const texts = [entry.before ?? '', entry.after ?? '', ...entry.path.map(String)]
    this.#bytes += entryBytes + keyBytes * entry.path.length
    for (const text of texts) this.#bytes += textBytes(text)
    if (this.#found.length >= mostDifferences || this.#bytes > mostAnswerBytes) {
      this.#isCut = true
      return
    }
    this.#found.push(entry)
  }
}

/** Equal values without parts. Bytes are made anew by each decoder. */
function isSame(before: unknown, after: unknown): boolean {
  if (kindOfNode(before) !== 'bytes' || kindOfNode(after) !== 'bytes') return false
  return equalBytes(before as Uint8Array, after as Uint8Array)
}
