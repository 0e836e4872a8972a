import type { Immutable } from '@tygase/gamestate'
import { Dice, pick } from '../dice.js'
import { mutate } from '../mutate.js'
import type { AnyState } from '../support/draw-state.js'
import { deltaWords } from '../targets/state.js'
import { allocatedBy } from './measure.js'

/** How many of the hungriest inputs are changed further. */
const kept = 64
const maxBytes = 100

export interface Hungriest {
  readonly allocated: number
  readonly bytes: Uint8Array
}

/** Climbs: changes the hungriest of the inputs so far, again and again. @returns the hungriest of all */
export function searchHungriest(
  base: Immutable<AnyState> | undefined,
  begin: readonly Uint8Array[],
  count: number,
  seed: number,
): Hungriest {
  const dice = new Dice(seed)
  let best = rank(begin.map((bytes) => ({ bytes, allocated: allocatedBy(base, bytes) })))
  for (let done = 0; done < count; done++) {
    // the first ones more often than the last ones
    const { bytes } = best[dice.below(1 + dice.below(best.length))]!
    const changed = mutate(bytes, dice, { other: pick(dice, best).bytes, words: deltaWords }).slice(0, maxBytes)
    const allocated = allocatedBy(base, changed)
    if (allocated > best.at(-1)!.allocated) best = rank([...best, { bytes: changed, allocated }])
  }
  return best[0]!
}

function rank(inputs: readonly Hungriest[]): Hungriest[] {
  return [...inputs].sort((one, other) => other.allocated - one.allocated).slice(0, kept)
}
