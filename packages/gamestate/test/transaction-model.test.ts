import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  applyDelta,
  EntityMap,
  encodeDelta,
  GameStateStore,
  type Immutable,
  TygaseError,
  transact,
} from '../src/index.js'
import { type AnyState, type Draw, drawState, edit } from './support/random-state.js'
import { runsOf } from './support/runs.js'

const numRuns = runsOf(2000)

/** What a value says, apart from slots: maps as sorted lists of rows, undefined left out. Breaks up all sharing. */
function plain(value: unknown): unknown {
  if (value instanceof EntityMap) {
    const rows = [...value].map(([id, row]) => [`${typeof id} ${id}`, plain(row)] as const)
    return { rows: rows.sort(([a], [b]) => (a < b ? -1 : 1)) }
  }
  if (value instanceof Uint8Array) return value.slice()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const known = Object.entries(value).filter(([, part]) => part !== undefined)
  return { keys: known.map(([key]) => key), parts: known.map(([, part]) => plain(part)) }
}

/** A state like the version, to be changed without any transaction. */
function thawed(value: unknown): unknown {
  if (value instanceof EntityMap) {
    // in the same slots, holes between them included: the next row of both goes into the same slot
    const map = new EntityMap<Record<string, unknown>, string | number>()
    for (const slot of value.table.slots()) {
      map.table.putAt(slot, value.table.idAt(slot)!, thawed(value.table.rowAt(slot)) as Record<string, unknown>)
    }
    return map
  }
  if (value instanceof Uint8Array) return value.slice()
  if (Array.isArray(value)) return value.map(thawed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, thawed(part)]))
}

const isBranch = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && !(value instanceof EntityMap)

/** A way down to an object or array: indices of keys, taken modulo their number. */
function walk(state: AnyState, way: readonly number[]): Record<string, unknown> {
  let part: Record<string, unknown> = state
  for (const index of way) {
    const branches = Object.values(part).filter(isBranch)
    if (branches.length === 0) break
    part = branches[index % branches.length]!
  }
  return part
}

/** Whether a part is small, shared parts counted as often as they occur: sharing upon sharing would double a state again and again. */
function isSmall(part: unknown): boolean {
  let left = 60
  const count = (value: unknown): void => {
    if (--left > 0 && isBranch(value)) for (const child of Object.values(value)) if (left > 0) count(child)
  }
  count(part)
  return left > 0
}

const ways = fc.array(fc.nat({ max: 20 }), { maxLength: 3 })

/** Puts one part of the state into another place too, or instead. */
function move(state: AnyState, from: readonly number[], to: readonly number[], key: string, stays: boolean): void {
  const source = walk(state, from)
  const name = Object.keys(source).find((one) => typeof source[one] === 'object')
  if (name === undefined) return
  const target = walk(state, to)
  const value = source[name]
  if (!isSmall(value)) return
  // removed first, so that a part does not come to hold itself
  if (!stays && !Array.isArray(source)) delete source[name]
  if (Array.isArray(target)) target.push(value)
  else target[key] = value
}

type Step = (state: AnyState) => void

const anyWay = (): typeof ways => ways
const anyKey = (): fc.Arbitrary<string> => fc.constantFrom('a', 'b', 'moved', '7')
const stepCount = (): fc.Arbitrary<number> => fc.integer({ min: 1, max: 6 })

/** Draws the steps once, so that draft and plain state go through the same. */
function drawSteps(draw: Draw): Step[] {
  const count = draw(stepCount)
  return Array.from({ length: count }, () => {
    const [from, to] = [draw(anyWay), draw(anyWay)]
    const key = draw(anyKey)
    const stays = draw(fc.boolean)
    const seed = draw(fc.nat)
    const moves = draw(fc.boolean)
    return (state) => {
      if (moves) move(state, from, to, key, stays)
      else
        fc.assert(
          fc.property(fc.gen(), (own) => edit(own, state)),
          { seed, numRuns: 1 },
        )
    }
  })
}

test('a rule does to a draft what it would do to the plain state, with parts shared and moved at will', () => {
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      let version: Immutable<AnyState> = new GameStateStore(drawState(draw)).state
      for (let round = 0; round < 4; round++) {
        const steps = drawSteps(draw)
        const model = thawed(version) as AnyState
        const before = plain(version)
        let next: Immutable<AnyState>
        try {
          next = transact<AnyState, void>(version, (draft) => {
            for (const step of steps) step(draft)
          }).state
        } catch (error) {
          // parts that came to hold themselves, or grew too deep
          if (!(error instanceof TygaseError) || !/nested deeper/.test(error.message)) throw error
          expect(plain(version)).toEqual(before)
          continue
        }
        for (const step of steps) step(model)
        expect(plain(next)).toEqual(plain(model))
        expect(plain(version)).toEqual(before)
        expect(plain(applyDelta<AnyState>(version, encodeDelta<AnyState>(version, next)))).toEqual(plain(model))
        version = next
      }
    }),
    // the steps draw for themselves, so shrinking does not get anywhere
    { numRuns, endOnFailure: true },
  )
})
