import { isDeepStrictEqual } from 'node:util'
import { applyDelta, EntityMap, encodeDelta, type Immutable, TygaseError } from '@tygase/gamestate'
import { DecodedMap, type DecodedState, decodeDelta, FormCounts, Refused } from '../../conformance/decoder/index.js'
import { bases } from '../support/bases.js'
import type { AnyState } from '../support/draw-state.js'
import { demand, kindOf, type Target, Violation } from '../target.js'
import { delta, deltaWords, drawDelta } from './state.js'

/** What the decoder would come to the same answer about, millions of slots later. */
const tooManySlots = /more slots are named|there is no slot/

/** Each base as the decoder made from the page has it. */
const twins: readonly DecodedState[] = bases.map((base) => decodeDelta(encodeDelta<AnyState>(undefined, base)))

/** As with `delta`: the first byte says which base; from the number of bases on there is none. */
export const twin: Target = {
  name: 'twin',
  about: 'deltas read by the codec and by the decoder made from PROTOCOL.md alone, which have to agree',
  share: 12,
  words: deltaWords,
  // the decoder is made to be read: it writes down slots one by one before it asks whether there are so many
  slowMs: 10_000,
  // the forms that the decoder has met make inputs that reach further worth changing
  corpus: (dice) => [
    ...delta.corpus(dice),
    ...bases.map((base) => Uint8Array.of(255, ...encodeDelta<AnyState>(undefined, base))),
  ],
  fresh: drawDelta,
  run(input) {
    const number = input[0] ?? 0
    const bytes = input.subarray(1)
    const ours = readOurs(bases[number], bytes)
    if (typeof ours === 'string' && tooManySlots.test(ours)) return ours
    const met = new FormCounts()
    const theirs = readTheirs(twins[number], bytes, met)
    if (typeof ours === 'string') {
      demand(typeof theirs === 'string', `refused, though the page allows it: ${ours}`)
      return `${ours} ${met.names}`
    }
    if (typeof theirs === 'string') throw new Violation(`taken, though the page refuses it: ${theirs}`)
    demand(isDeepStrictEqual(plain(ours), plain(theirs)), 'taken for another state than the page says')
    return `ok ${number} ${met.names}`
  },
}

function readOurs(base: Immutable<AnyState> | undefined, bytes: Uint8Array): Immutable<AnyState> | string {
  try {
    return applyDelta<AnyState>(base, bytes)
  } catch (error) {
    if (error instanceof TygaseError) return kindOf(error)
    throw error
  }
}

function readTheirs(base: DecodedState | undefined, bytes: Uint8Array, met: FormCounts): DecodedState | string {
  try {
    return decodeDelta(bytes, base, met)
  } catch (error) {
    if (error instanceof Refused) return error.message
    throw error
  }
}

/** A state of either in one form; the order of keys and slots counts. */
function plain(value: unknown): unknown {
  if (value instanceof EntityMap) {
    const { table } = value
    return [...table.slots()].map((slot) => [slot, table.idAt(slot), plain(table.rowAt(slot))])
  }
  if (value instanceof DecodedMap) {
    const slots = [...value.slots].sort(([one], [other]) => one - other)
    return slots.map(([slot, { id, row }]) => [slot, id, plain(row)])
  }
  if (value instanceof Uint8Array) return [...value].join()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([key, part]) => [key, plain(part)])
}
