import { countBits, lowestBit, type Page, pageSize } from '../../rows/page.js'
import { malformed } from '../../values/plain.js'
import type { SlotList } from '../bits/slot-set.js'

// The rank of a row is the number of rows in lower slots. The rows of a subset are in scattered slots, but their ranks have
// no gaps. So a set of ranks is shorter, and says nothing about slots of hidden rows.

/**
 * Adds the ranks of rows of a page.
 * @param earlier the number of rows on earlier pages
 * @param all bits of all rows of the page
 * @param some bits of those whose ranks are added
 */
export function addRanks(ranks: SlotList, earlier: number, all: number, some: number): void {
  ranks.reserve(pageSize)
  const { list } = ranks
  let count = ranks.count
  if (some === all) {
    const end = earlier + countBits(all)
    for (let rank = earlier; rank < end; rank++) list[count++] = rank
  } else {
    for (let rest = some; rest !== 0; rest &= rest - 1) {
      list[count++] = earlier + countBits(all & ((rest & -rest) - 1))
    }
  }
  ranks.count = count
}

/** Replaces the ranks of rows on these pages by their slots. @throws GameStateError `invalid_delta` if there are fewer rows */
export function toSlots(pages: readonly Page[], { list, count }: SlotList): void {
  let page = -1
  let bits = 0
  /** The rank of the lowest of the bits. */
  let rank = 0
  for (let index = 0; index < count; index++) {
    while (rank + countBits(bits) <= list[index]!) {
      rank += countBits(bits)
      if (++page >= pages.length) throw malformed()
      bits = pages[page]!.used
    }
    for (; rank < list[index]!; rank++) bits &= bits - 1
    list[index] = page * pageSize + lowestBit(bits)
  }
}
