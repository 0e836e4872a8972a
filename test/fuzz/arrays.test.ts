import { expect, test } from 'vitest'
import { often } from '../support/effort.js'
import { withSeedOfRun } from '../support/seeds.js'
import { Dice } from './dice.js'
import { arrayActs, drawArrayAct } from './support/array-acts.js'
import { ArrayPlay } from './support/array-play.js'

/** For each seed. The variable ARRAY_ACTS tries more. */
const operations = Number(process.env.ARRAY_ACTS ?? often(20_000, 100_000))
/** A play begins anew after so many ticks, so that a failure is not far from its beginning. */
const ticks = 2000

/** @returns the number of ticks */
function playArrays(seed: number, acts: number): number {
  let played = 0
  let done = 0
  for (let number = 0; done < acts; number++) {
    const play = new ArrayPlay(new Dice(seed + number))
    for (let tick = 0; tick < ticks && done + play.acts < acts; tick++, played++) {
      try {
        play.tick()
      } catch (error) {
        throw new Error(`tick ${tick} with seed ${seed + number}`, { cause: error })
      }
    }
    done += play.acts
  }
  return played
}

test.each(withSeedOfRun(1))(
  'random operations on arrays leave live clients, late joiners and a plain program equal after every tick, with seed %i',
  (seed) => {
    const played = playArrays(seed, operations)
    expect(played).toBeGreaterThan(operations / 9)
    console.log(`note: arrays: ${operations} operations in ${played} ticks with seed ${seed}`)
  },
  300_000,
)

test('operations are of all kinds', () => {
  expect(arrayActs).toEqual(
    expect.arrayContaining(['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'set', 'length']),
  )
  const dice = new Dice(1)
  const seen = new Set<string>()
  for (let count = 0; count < 500; count++) {
    const array = [5, 4, 3, 2, 1]
    drawArrayAct(dice, array.length, {
      usualLength: 8,
      element: () => 9,
      compare: (one: number, other: number) => one - other,
    })(array)
    seen.add(array.join())
  }
  expect(seen.size).toBeGreaterThan(50)
})
