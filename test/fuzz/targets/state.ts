import { applyDelta, encodeDelta, equalStates, type Immutable, TygaseError } from '@tygase/gamestate'
import { type Dice, pick } from '../dice.js'
import { bases } from '../support/bases.js'
import { type AnyState, drawNext } from '../support/draw-state.js'
import { demand, kindOf, type Target } from '../target.js'

const options = { precision: { map: { x: 0.01, y: 0.01 } } as never }
const emptyPrecision = {}

export const snapshot: Target = {
  name: 'snapshot',
  about: 'deltas from nothing; what is taken is encoded and read again',
  share: 10,
  corpus: (dice) => [
    ...bases.map((base) => encodeDelta<AnyState>(undefined, base)),
    ...Array.from({ length: 100 }, () => drawSnapshot(dice)),
  ],
  fresh: drawSnapshot,
  run: (input) => check(undefined, input),
}

/** The base of each delta as bytes, to see afterwards that it is what it was. */
const baseBytes = bases.map((base) => encodeDelta<AnyState>(undefined, base))

/** The first byte says which base, the rest is the delta. */
export const delta: Target = {
  name: 'delta',
  about: 'deltas from versions of many forms, which have to stay as they are',
  share: 20,
  corpus: (dice) => Array.from({ length: 300 }, () => drawDelta(dice)),
  fresh: drawDelta,
  run(input) {
    const number = (input[0] ?? 0) % bases.length
    const base = bases[number]!
    const answer = check(base, input.subarray(1))
    const now = encodeDelta<AnyState>(undefined, base)
    demand(Buffer.compare(now, baseBytes[number]!) === 0, 'the base has changed')
    return `${answer} ${number}`
  },
}

/** @throws Violation where an accepted delta leads to something that is no state like any other */
function check(base: Immutable<AnyState> | undefined, bytes: Uint8Array): string {
  let state: Immutable<AnyState>
  try {
    state = applyDelta<AnyState>(base, bytes)
  } catch (error) {
    if (error instanceof TygaseError) return kindOf(error)
    throw error
  }
  const again = encodeDelta<AnyState>(undefined, state)
  const copy = applyDelta<AnyState>(undefined, again)
  demand(equalStates(copy, state), 'its snapshot leads to another state')
  demand(Buffer.compare(encodeDelta<AnyState>(undefined, copy), again) === 0, 'its snapshot has two forms')
  if (base !== undefined) {
    const direct = applyDelta<AnyState>(base, encodeDelta<AnyState>(base, state))
    demand(equalStates(direct, state), 'the delta from its base leads to another state')
  }
  demand(Object.isFrozen(state), 'it is not frozen')
  return `ok ${Object.keys(state).length} ${Math.ceil(Math.log2(again.length + 1))}`
}

function drawSnapshot(dice: Dice): Uint8Array {
  const state = drawNext(dice, drawNext(dice, pick(dice, bases)))
  return encodeDelta<AnyState>(undefined, state, dice.below(2) === 0 ? options : emptyPrecision)
}

function drawDelta(dice: Dice): Uint8Array {
  const number = dice.below(bases.length)
  const base = bases[number]!
  const bytes = encodeDelta<AnyState>(base, drawNext(dice, base), dice.below(2) === 0 ? options : emptyPrecision)
  return Uint8Array.of(number, ...bytes)
}
