import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, equalStates, GameStateStore, transact } from '../../src/index.js'
import { copyValue, kindOf, kinds } from '../../src/values/kinds.js'
import { decodeValue, encodeValue } from '../../src/values/payload.js'
import { sealValue, thaw } from '../../src/values/sealing.js'
import { badValues } from '../support/bad-values.js'
import { inOtherRealm } from '../support/other-realm.js'
import { drawValue } from '../support/random-state.js'
import { runsOf } from '../support/runs.js'

/** For each kind values of it, no two of them equal: in the order of the table. */
const examples: Readonly<Record<string, readonly unknown[]>> = {
  null: [null],
  boolean: [true, false],
  number: [0, -0, 1, 63, 64, 8255, 8256, -32, -33, 0.25, 1 / 3, 1e21, Number.NaN, Infinity, -Infinity],
  string: ['', 'a', 'a text of frequent letters', 'Ünïcödé', '\ud800', 'x'.repeat(70), '😀'],
  bytes: [new Uint8Array(0), Uint8Array.of(0), Uint8Array.of(1, 2, 255)],
  array: [[], [1], [1, [2]], [[], {}], Array.from({ length: 20 }, (_, index) => index)],
  object: [{}, { a: 1 }, { a: 1, b: 1 }, { b: 1, a: 1 }, Object.fromEntries([...'abcdefghijklmnopqr'].entries())],
  EntityMap: [new EntityMap(), new EntityMap([['a', { x: 1 }]]), new EntityMap([['a', { x: 2 }]])],
}

const names = Object.keys(examples)
const all = Object.entries(examples).flatMap(([name, values]) => values.map((value) => [name, value] as const))
const ofPayloads = all.filter(([name]) => name !== 'EntityMap')

describe('the table of kinds', () => {
  test('has an example of each kind here', () => {
    expect(kinds).toHaveLength(names.length)
  })

  test.each(all)('finds the one kind of an example: %s %j', (name, value) => {
    const kind = kinds[names.indexOf(name)]
    expect(kinds.filter((each) => each.is(value))).toEqual([kind])
    expect(kindOf(value)).toBe(kind)
  })

  test.each(badValues)('has no kind for %s', (_, make) => {
    expect(kindOf(make())).toBeUndefined()
  })

  test('gives each first byte to one kind', () => {
    for (const isPayload of [false, true]) {
      const owned = new Set<number>()
      for (const kind of kinds) {
        for (const [first, last] of isPayload ? [...kind.tags, ...(kind.payloadTags ?? [])] : kind.tags) {
          for (let tag = first; tag <= last; tag++) {
            expect(owned.has(tag)).toBe(false)
            owned.add(tag)
          }
        }
      }
    }
  })
})

describe('the law of kinds', () => {
  test.each(all)('holds for an example, in a state: %s %j', (_, value) => {
    const { state } = new GameStateStore({ value })
    const read = applyDelta<{ value: unknown }>(undefined, encodeDelta(undefined, state))
    expect(equalStates(read, state)).toBe(true)
    if (!(value instanceof EntityMap)) expect(sealValue(state.value, copyValue(value))).toBe(state.value)
    for (const [, other] of all) {
      expect(equalStates(value, other)).toBe(Object.is(value, other))
    }
  })

  test.each(ofPayloads)('holds for an example, in an event: %s %j', (_, value) => {
    for (const copy of [copyValue(value), thaw(value), decodeValue(encodeValue(value))]) {
      expect(equalStates(copy, value)).toBe(true)
      if (typeof value === 'object' && value !== null) expect(copy).not.toBe(value)
    }
  })

  test('copies, thaws, freezes, writes and reads every plain value to an equal one', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const value = drawValue(draw, 3, false)
        const sealed = sealValue(undefined, copyValue(value))
        for (const other of [copyValue(value), thaw(sealed), sealed, decodeValue(encodeValue(value))]) {
          expect(equalStates(other, value)).toBe(true)
        }
      }),
      { numRuns: runsOf(2000) },
    )
  })
})

describe('a value of another realm', () => {
  const foreign = (): unknown =>
    inOtherRealm(`{ list: [1, { x: 2 }], bytes: new Uint8Array([1, 2]), none: null, bare: Object.create(null) }`)
  const own = { list: [1, { x: 2 }], bytes: Uint8Array.of(1, 2), none: null, bare: {} }

  test('is what it is', () => {
    expect((foreign() as object).constructor).not.toBe(Object)
    for (const [key, value] of Object.entries(own)) {
      expect(kindOf((foreign() as Record<string, unknown>)[key])).toBe(kindOf(value))
    }
    expect(kindOf(inOtherRealm('new Date(0)'))).toBeUndefined()
    expect(kindOf(inOtherRealm('new Float32Array(1)'))).toBeUndefined()
    expect(kindOf(inOtherRealm('new (class A { x = 1 })'))).toBeUndefined()
    expect(kindOf(inOtherRealm('new ArrayBuffer(1)'))).toBeUndefined()
  })

  test('becomes a value of this realm, as a copy, as a part of a version and as the data of an event', () => {
    const stored = new GameStateStore(foreign()).state
    const written = transact(
      new GameStateStore<Record<string, unknown>>({}).state,
      (draft: Record<string, unknown>) => {
        draft.part = foreign()
      },
    ).state.part
    const row = new EntityMap<Record<string, unknown>>([['a', foreign() as Record<string, unknown>]]).get('a')
    for (const value of [copyValue(foreign()), stored, written, row, decodeValue(encodeValue(foreign()))]) {
      expect(value).toStrictEqual(own)
      expect(equalStates(value, foreign())).toBe(true)
    }
    expect(applyDelta(undefined, encodeDelta(undefined, stored))).toStrictEqual(own)
  })

  test('may hold a delta and a payload', () => {
    const delta = encodeDelta(undefined, { n: 1 })
    const bytes = inOtherRealm<(bytes: readonly number[]) => Uint8Array>('bytes => new Uint8Array(bytes)')
    expect(applyDelta(undefined, bytes([...delta]))).toEqual({ n: 1 })
    expect(decodeValue(bytes([...encodeValue([1, Uint8Array.of(2)])]))).toStrictEqual([1, Uint8Array.of(2)])
  })
})

describe('bytes in a Node Buffer', () => {
  // the `slice` of a Buffer is a view of its memory
  const scratch = Buffer.from([1, 2, 3])
  const expectOwn = (value: unknown): void => {
    expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype)
    scratch.fill(9)
    expect(value).toStrictEqual(Uint8Array.of(1, 2, 3))
    scratch.set([1, 2, 3])
  }

  test('are copied wherever a value is copied or becomes a part of a version', () => {
    expectOwn(copyValue(scratch))
    expectOwn(thaw(scratch))
    expectOwn(sealValue(undefined, scratch))
    expectOwn(new EntityMap([['a', { bytes: scratch }]]).get('a')!.bytes)
    expectOwn(decodeValue(encodeValue(scratch)))
  })

  test('are copied out of a delta and a payload that came in a Buffer', () => {
    const delta = Buffer.from(encodeDelta(undefined, { bytes: Uint8Array.of(1, 2, 3), text: 'ab' }))
    const state = applyDelta<{ bytes: Uint8Array }>(undefined, delta)
    const payload = Buffer.from(encodeValue(Uint8Array.of(1, 2, 3)))
    const value = decodeValue(payload)
    delta.fill(0)
    payload.fill(0)
    expectOwn(state.bytes)
    expectOwn(value)
  })
})
