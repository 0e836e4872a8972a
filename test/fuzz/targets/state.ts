import { applyDelta, EntityMap, encodeDelta, equalStates, type Immutable, TygaseError } from '@tygase/gamestate'
import { type Dice, pick } from '../dice.js'
import { hardRuns } from '../mutate.js'
import { bases } from '../support/bases.js'
import { type AnyState, drawNext } from '../support/draw-state.js'
import { demand, kindOf, type Target } from '../target.js'

const options = { precision: { map: { x: 0.01, y: 0.01 } } as never }
const emptyPrecision = {}

/** Tags, forms and counts that a delta may have at one place or another. */
export const deltaWords: readonly (readonly number[])[] = [
  ...hardRuns,
  ...[0x00, 0x02, 0x03, 0x05, 0x06, 0x08, 0x0d, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16].map((tag) => [tag]),
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x27, 0x28, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0].map((tag) => [tag]),
  ...[0xdf, 0xe1, 0xef, 0xf0, 0xff].map((tag) => [tag]),
  // sets of slots of each form whose count is far too large
  ...[0xfc, 0xfd, 0xfe, 0xff].map((form) => [form, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]),
  ...[0xfc, 0xfd, 0xfe, 0xff].map((form) => [form, 0xff, 0x03]),
  // the highest slot, and the one after it
  [0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x01],
  [0x03, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
  [0x03, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f],
  [0x03, 0, 0, 0, 0, 0, 0, 0, 0x80],
  [0x22, 0x02, 0x21],
  [0x13, 0x01, 0x02, 0x61, 0x14],
]

export const snapshot: Target = {
  name: 'snapshot',
  about: 'deltas from nothing; what is taken is encoded and read again',
  share: 10,
  words: deltaWords,
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
  words: deltaWords,
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
  demandPlain(state, 0)
  const again = encodeDelta<AnyState>(undefined, state)
  const copy = applyDelta<AnyState>(undefined, again)
  demand(equalStates(copy, state), 'its snapshot leads to another state')
  demand(Buffer.compare(encodeDelta<AnyState>(undefined, copy), again) === 0, 'its snapshot has two forms')
  if (base !== undefined) {
    const direct = applyDelta<AnyState>(base, encodeDelta<AnyState>(base, state))
    demand(equalStates(direct, state), 'the delta from its base leads to another state')
  }
  return `ok ${Object.keys(state).length} ${Math.ceil(Math.log2(again.length + 1))}`
}

/** @throws Violation where a part is not what a state may hold, or can be changed */
function demandPlain(part: unknown, depth: number): void {
  if (part instanceof EntityMap) {
    for (const [, row] of part) demandPlain(row, 0)
    return
  }
  if (typeof part !== 'object' || part === null) return demand(typeof part !== 'symbol', 'a symbol is left in it')
  if (part instanceof Uint8Array) return
  const prototype: unknown = Object.getPrototypeOf(part)
  demand(prototype === (Array.isArray(part) ? Array.prototype : Object.prototype), 'a part has a strange prototype')
  demand(Object.isFrozen(part), 'a part is not frozen')
  demand(depth < 100, 'it is nested deeper than 100 levels')
  for (const inner of Object.values(part)) demandPlain(inner, depth + 1)
}

function drawSnapshot(dice: Dice): Uint8Array {
  const state = drawNext(dice, drawNext(dice, pick(dice, bases)))
  return encodeDelta<AnyState>(undefined, state, dice.below(2) === 0 ? options : emptyPrecision)
}

export function drawDelta(dice: Dice): Uint8Array {
  const number = dice.below(bases.length)
  const base = bases[number]!
  const next = drawNext(dice, base)
  const shown = dice.below(3) === 0 ? partOf(dice, next) : next
  const bytes = encodeDelta<AnyState>(base, shown, dice.below(2) === 0 ? options : emptyPrecision)
  return Uint8Array.of(number, ...bytes)
}

/** The state with most rows of each map: rows are named by their ranks then. */
function partOf(dice: Dice, state: Immutable<AnyState>): Immutable<AnyState> {
  const show = (value: unknown): unknown =>
    value instanceof EntityMap ? value.filter(() => dice.below(16) > 0) : value
  if (state instanceof EntityMap) return show(state) as Immutable<AnyState>
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, show(value)])) as Immutable<AnyState>
}
