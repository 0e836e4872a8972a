import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SlotList } from '../../../src/codec/bits/slot-set.js'
import { addRanks, toSlots } from '../../../src/codec/rows/ranks.js'
import { GameStateError } from '../../../src/errors.js'
import { countBits, Page } from '../../../src/rows/page.js'
import { runsOf } from '../../support/runs.js'

/** Bits of a page: none, all, or some. */
const bits = fc.oneof(fc.constantFrom(0, -1, 1, -(2 ** 31)), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }))

function pagesOf(used: readonly number[]): Page[] {
  return used.map((rows) => Object.assign(new Page(0, undefined), { used: rows }))
}

function slotsOf(pages: readonly number[]): number[] {
  return pages.flatMap((rows, page) =>
    Array.from({ length: 32 }, (_, index) => page * 32 + index).filter((slot) => (rows & (1 << (slot % 32))) !== 0),
  )
}

function listOf(numbers: readonly number[]): SlotList {
  const list = new SlotList()
  for (const number of numbers) list.push(number)
  return list
}

const numbersOf = ({ list, count }: SlotList): number[] => [...list.subarray(0, count)]

describe('ranks', () => {
  test('of rows are their places among all rows, and lead back to their slots', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(bits, bits), { maxLength: 6 }), (pages) => {
        const all = pages.map(([rows]) => rows)
        const some = pages.map(([rows, chosen]) => rows & chosen)
        const ranks = new SlotList()
        let earlier = 0
        all.forEach((rows, page) => {
          addRanks(ranks, earlier, rows, some[page]!)
          earlier += countBits(rows)
        })
        const places = slotsOf(all)
        expect(numbersOf(ranks)).toEqual(slotsOf(some).map((slot) => places.indexOf(slot)))
        toSlots(pagesOf(all), ranks)
        expect(numbersOf(ranks)).toEqual(slotsOf(some))
      }),
      { numRuns: runsOf(300) },
    )
  })

  test.each([
    ['the first row of none', [], [0]],
    ['a row behind the last one', [0b1011, 0], [3]],
    ['one far behind', [-1, -1], [5, 2 ** 21]],
  ])('of rows that are not there are an error: %s', (_, used, ranks) => {
    expect(() => toSlots(pagesOf(used), listOf(ranks))).toThrow(GameStateError)
  })
})
