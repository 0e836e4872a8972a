import { expect, test } from 'vitest'
import { Dice } from './dice.js'
import { hardRuns, mutate, standIn } from './mutate.js'

test('mutations leave the input itself alone, and give other ones of many lengths, none too long', () => {
  const dice = new Dice(1)
  const input = Uint8Array.from({ length: 100 }, (_, index) => index)
  const other = new Uint8Array(4090).fill(200)
  const lengths = new Set<number>()
  let same = 0
  for (let count = 0; count < 2000; count++) {
    const mutated = mutate(input, dice, { other, words: hardRuns })
    lengths.add(mutated.length)
    if (Buffer.compare(mutated, input) === 0) same++
  }
  expect(input).toEqual(Uint8Array.from({ length: 100 }, (_, index) => index))
  expect(lengths.size).toBeGreaterThan(50)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(4096)
  expect(same).toBeLessThan(200)
})

test('inputs of no bytes grow', () => {
  const dice = new Dice(2)
  const empty = new Uint8Array(0)
  const lengths = Array.from({ length: 200 }, () => mutate(empty, dice, { other: empty, words: hardRuns }).length)
  expect(Math.max(...lengths)).toBeGreaterThan(3)
})

test('a name that was drawn becomes the forbidden one', () => {
  const dice = new Dice(3)
  const input = new TextEncoder().encode(`..${standIn}..`)
  const names = Array.from({ length: 400 }, () =>
    new TextDecoder().decode(mutate(input, dice, { other: input, words: hardRuns })),
  )
  expect(names).toContain('..__proto__..')
})
