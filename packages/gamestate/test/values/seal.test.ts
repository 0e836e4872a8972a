import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EntityMap, equalStates } from '../../src/index.js'
import { copyValue } from '../../src/values/kinds.js'
import { maxDepth } from '../../src/values/plain.js'
import { sealValue } from '../../src/values/sealing.js'
import { badValues, deepBadValues, subclassedArray } from '../support/bad-values.js'
import { drawValue } from '../support/random-state.js'
import { refusal } from '../support/refusals.js'

/** A chain of so many objects, one in the other. */
function nested(levels: number): unknown {
  let value: unknown = 0
  for (let level = 0; level < levels; level++) value = { n: value }
  return value
}

function expectFrozen(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
  expect(Object.isFrozen(value)).toBe(true)
  if (!(value instanceof EntityMap)) for (const part of Object.values(value)) expectFrozen(part)
}

describe('sealValue', () => {
  test('freezes a value at every depth and keeps what it is', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const value = drawValue(draw, 3, false)
        const copy = copyValue(value)
        const sealed = sealValue(undefined, value)
        expectFrozen(sealed)
        expect(equalStates(sealed, copy)).toBe(true)
      }),
    )
  })

  test('returns the base exactly if the value equals it', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const base = sealValue(undefined, drawValue(draw, 3, false))
        expect(sealValue(base, copyValue(base))).toBe(base)
        const other = sealValue(base, drawValue(draw, 3, false))
        expect(Object.is(other, base)).toBe(equalStates(other, base))
      }),
    )
  })

  test('keeps the identity of the parts that have not changed', () => {
    const base = sealValue(undefined, { a: { x: 1 }, list: [{ y: 1 }, { y: 2 }], bytes: Uint8Array.of(1) }) as never
    const next = sealValue(base, { a: { x: 1 }, list: [{ y: 1 }, { y: 3 }], bytes: Uint8Array.of(1) }) as never
    const [before, after] = [base, next] as { a: object; list: object[]; bytes: Uint8Array }[]
    expect(after!.a).toBe(before!.a)
    expect(after!.bytes).toBe(before!.bytes)
    expect(after!.list[0]).toBe(before!.list[0])
    expect(after!.list[1]).not.toBe(before!.list[1])
  })

  test.each<[string, unknown, unknown]>([
    ['another order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['a key less', { a: 1, b: 2 }, { a: 1 }],
    ['a key more', { a: 1 }, { a: 1, b: 2 }],
    ['0 for -0', { a: -0 }, { a: 0 }],
    ['a shorter array', [1, 2], [1]],
    ['a longer array', [1], [1, 2]],
    ['an array for an object', {}, []],
    ['other bytes', { a: Uint8Array.of(1) }, { a: Uint8Array.of(2) }],
  ])('takes %s for a change', (_, base, next) => {
    const sealed = sealValue(undefined, base)
    expect(sealValue(sealed, next)).not.toBe(sealed)
  })

  test.each([...badValues.map(([name, make, message]) => [name, make, '', message] as const), ...deepBadValues])(
    'refuses %s and names its path',
    (_, make, further, message) => {
      for (const place of ['tree', 'rows'] as const) {
        const text = refusal(() => sealValue(undefined, make(), { parent: undefined, key: 'part' }, place))
        expect(text).toContain(`invalid_value: part${further}`)
        expect(text).toContain(message)
      }
    },
  )

  test('refuses an instance of a class that extends Array', () => {
    expect(refusal(() => sealValue(undefined, { list: subclassedArray() }))).toBe(
      'invalid_value: list: a state cannot hold an instance of List',
    )
  })

  test('drops keys that are undefined', () => {
    expect(Object.keys(sealValue(undefined, { a: undefined, b: 1 }) as object)).toEqual(['b'])
    const base = sealValue(undefined, { b: 1 })
    expect(sealValue(base, { a: undefined, b: 1 })).toBe(base)
  })

  test('takes objects over that are not frozen, and copies those that are', () => {
    const open = { x: 1 }
    const frozen = Object.freeze({ x: [1] })
    const sealed = sealValue(undefined, { open, frozen, list: Object.freeze([[1]]) }) as Record<string, unknown>
    expect(sealed.open).toBe(open)
    expect(sealed.frozen).not.toBe(frozen)
    expect(sealed).toEqual({ open: { x: 1 }, frozen: { x: [1] }, list: [[1]] })
    expectFrozen(sealed)
  })

  test('copies bytes, so that a later write to them does not change the version', () => {
    const bytes = Uint8Array.of(1, 2)
    const sealed = sealValue(undefined, { bytes }) as { bytes: Uint8Array }
    bytes[0] = 9
    expect(sealed.bytes).toEqual(Uint8Array.of(1, 2))
  })

  test('makes a plain Uint8Array of a Buffer', () => {
    class OtherBytes extends Uint8Array {}
    expect(Object.getPrototypeOf(sealValue(undefined, OtherBytes.of(1)))).toBe(Uint8Array.prototype)
  })
})

describe('a sealed part that moves', () => {
  test('is taken as it is', () => {
    const { part } = sealValue(undefined, { part: { deep: [{ x: 1 }] } }) as { part: object }
    expect((sealValue(undefined, { elsewhere: [part] }) as { elsewhere: unknown[] }).elsewhere[0]).toBe(part)
  })

  test('cannot get deeper than a state may be', () => {
    const deepest = sealValue(undefined, nested(maxDepth - 1))
    expect(refusal(() => sealValue(undefined, { a: deepest }))).toBe('not refused')
    expect(refusal(() => sealValue(undefined, { a: { b: deepest } }))).toContain(
      'invalid_value: a.b.n.n.n.n.n.n.n.n.n.n.…: nested deeper than 100 levels',
    )
    expect(refusal(() => sealValue(undefined, nested(maxDepth)))).toBe('not refused')
    expect(refusal(() => sealValue(undefined, nested(maxDepth + 1)))).toContain('nested deeper than 100 levels')
  })

  test('cannot bring an entity map into a row', () => {
    const world = sealValue(undefined, { areas: [{ things: new EntityMap() }] })
    expect(refusal(() => sealValue(undefined, { world }, undefined, 'tree'))).toBe('not refused')
    expect(refusal(() => sealValue(undefined, { world }, undefined, 'rows'))).toBe(
      'invalid_value: world.areas.0.things: a state cannot hold an instance of EntityMap',
    )
  })
})
