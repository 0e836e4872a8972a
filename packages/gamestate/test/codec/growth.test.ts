import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../src/bytes/bytes.js'
import { registerReader } from '../../src/codec/context.js'
import { encodeDelta } from '../../src/codec/delta.js'
import { applyCounted } from '../../src/codec/delta-reader.js'
import { EntityMap, GameStateStore, type Immutable, transact } from '../../src/index.js'
import { readArrayChange } from '../../src/internal-arrays.js'
import { elementsOf } from '../../src/values/elements.js'
import { type AnyState, drawState, edit } from '../support/random-state.js'
import { refusal } from '../support/refusals.js'
import { runsOf } from '../support/runs.js'

// a page loads it when an array changes for the first time
registerReader('arrays', readArrayChange)

const versionOf = (state: AnyState): Immutable<AnyState> => new GameStateStore<AnyState>(state).state
const bytesOf = (write: (bytes: ByteWriter) => void): Uint8Array => {
  const bytes = new ByteWriter()
  write(bytes)
  return bytes.finish()
}

describe('the elements that a delta makes', () => {
  test('are at least those of the state for a snapshot, and what the state has grown by for a delta', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const first = versionOf(drawState(draw))
        const snapshot = encodeDelta<AnyState>(undefined, first)
        const base = applyCounted<AnyState>(undefined, snapshot, Number.POSITIVE_INFINITY)
        expect(base.elements).toBeGreaterThanOrEqual(elementsOf(base.state))
        const { state: next } = transact<AnyState, void>(first, (draft) => edit(draw, draft))
        const delta = encodeDelta<AnyState>(first, next)
        const { state, elements } = applyCounted<AnyState>(base.state, delta, Number.POSITIVE_INFINITY)
        expect(elements).toBeGreaterThanOrEqual(elementsOf(state) - elementsOf(base.state))
      }),
      { numRuns: runsOf(500) },
    )
  })

  test('are the places of an array in which two objects have changed places, not the objects between them', () => {
    const list = Array.from({ length: 1000 }, (_, id) => ({ id, name: `n${id}` }))
    const base = versionOf({ list })
    const { state: next } = transact<AnyState, void>(base, (draft) => {
      const things = draft.list as unknown[]
      const first = things[0]
      things[0] = things[999]
      things[999] = first
    })
    const { elements } = applyCounted<AnyState>(base, encodeDelta<AnyState>(base, next), Number.POSITIVE_INFINITY)
    expect(elements).toBeLessThan(1100)
  })

  test('stay near the bytes for an honest state', () => {
    const state = versionOf({
      rows: new EntityMap(
        Array.from({ length: 1000 }, (_, id) => [`p${id}`, { x: id * 1.25, y: -id, name: `n${id}` }]),
      ),
      list: Array.from({ length: 1000 }, (_, index) => index * 3),
    })
    const snapshot = encodeDelta<AnyState>(undefined, state)
    const { elements } = applyCounted<AnyState>(undefined, snapshot, Number.POSITIVE_INFINITY)
    expect(elements).toBeLessThan(3 * elementsOf(state))
  })
})

/** Few bytes that make a reader build much. */
const hostile: readonly [string, AnyState | undefined, Uint8Array][] = [
  [
    'one row in the highest slot',
    undefined,
    bytesOf((bytes) => {
      bytes.writeRaw(Uint8Array.of(0x15, 4, 1, 0, 5))
      bytes.writeVarUint(2 ** 21 - 1)
      bytes.writeRaw(Uint8Array.of(0, 1, 2, 0x13, 0))
    }),
  ],
  [
    'one long text in many rows',
    undefined,
    encodeDelta<AnyState>(
      undefined,
      versionOf({ rows: new EntityMap(Array.from({ length: 500 }, (_, id) => [id, { text: 'x'.repeat(1000) }])) }),
    ),
  ],
  [
    'texts that begin like a long one',
    undefined,
    encodeDelta<AnyState>(
      undefined,
      versionOf({
        rows: new EntityMap(Array.from({ length: 200 }, (_, id) => [id, { text: `${'x'.repeat(1000)}${id}` }])),
      }),
    ),
  ],
  ['a long array that moves along', { list: Array(100_000).fill(0) }, Uint8Array.of(0x28, 0x18, 0x41)],
  ['one element of a long array', { list: Array(100_000).fill(0) }, Uint8Array.of(0x28, 0xf0, 0x41)],
  [
    'one heavy element again and again',
    { list: [Array(1000).fill(0), ...Array(200).fill(0)] },
    bytesOf((bytes) => {
      bytes.writeRaw(Uint8Array.of(0x28, 0x23))
      for (let again = 0; again < 200; again++) {
        bytes.writeVarUint(1 * 4 + 1)
        bytes.writeVarInt(again === 0 ? 0 : -1)
      }
      bytes.writeByte(0)
    }),
  ],
]

test.each(hostile)('%s is refused above the limit', (_, base, delta) => {
  const limit = 50_000
  const version = base && versionOf(base)
  expect(delta.length).toBeLessThan(2500)
  expect(applyCounted(version, delta, Number.POSITIVE_INFINITY).elements).toBeGreaterThan(limit)
  expect(refusal(() => applyCounted(version, delta, limit))).toBe('value_limit: a delta makes more than 50000 elements')
})
