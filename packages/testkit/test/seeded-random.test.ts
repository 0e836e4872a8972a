import { createSeededRandom } from '@tygase/testkit/internal'
import { expect, it } from 'vitest'

function first(seed: number, count: number): number[] {
  const random = createSeededRandom(seed)
  return Array.from({ length: count }, random)
}

it('a seeded random is the same for the same seed and another one for another', () => {
  expect(first(1, 10)).toStrictEqual(first(1, 10))
  expect(first(1, 10)).not.toStrictEqual(first(2, 10))
})

it('a seeded random is spread evenly from 0 to below 1', () => {
  const tenths = Array<number>(10).fill(0)
  for (const value of first(7, 100_000)) tenths[Math.floor(value * 10)]! += 1
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500)
})
