import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EntityMap, equalStates, transact } from '../../src/index.js'
import { copyValue } from '../../src/values/kinds.js'
import { thaw } from '../../src/values/sealing.js'
import { badValues, deepBadValues } from '../support/bad-values.js'
import { drawValue } from '../support/random-state.js'
import { refusal } from '../support/refusals.js'

function parts(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  return [value, ...(value instanceof Uint8Array ? [] : Object.values(value).flatMap(parts))]
}

describe('copyValue', () => {
  test('a copy equals its original and shares no part with it', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const value = drawValue(draw, 3, false)
        for (const copy of [copyValue(value), thaw(value)]) {
          expect(equalStates(copy, value)).toBe(true)
          const own = new Set(parts(copy))
          expect(parts(value).some((part) => own.has(part))).toBe(false)
        }
      }),
    )
  })

  test.each([...badValues.map(([name, make, message]) => [name, make, '', message] as const), ...deepBadValues])(
    'refuses %s and names its path',
    (_, make, further, message) => {
      const text = refusal(() => copyValue(make(), { parent: undefined, key: 'data' }))
      expect(text).toContain(`invalid_value: data${further}`)
      expect(text).toContain(message)
    },
  )

  test('refuses an entity map, as rows and events cannot hold one', () => {
    expect(refusal(() => copyValue({ map: new EntityMap() }))).toBe(
      'invalid_value: map: a state cannot hold an instance of EntityMap',
    )
  })

  test('leaves out keys that are undefined', () => {
    expect(Object.keys(copyValue({ a: undefined, b: 1 }) as object)).toEqual(['b'])
  })

  test('gives an object without a prototype the ordinary one', () => {
    expect(Object.getPrototypeOf(copyValue(Object.assign(Object.create(null), { a: 1 })))).toBe(Object.prototype)
  })

  test('reads getters, so that a copy holds values only', () => {
    expect(
      Object.getOwnPropertyDescriptor(
        copyValue({
          get a() {
            return 1
          },
        }),
        'a',
      ),
    ).toMatchObject({ value: 1 })
  })

  test('copies a part of a draft while its rule runs', () => {
    const base = { at: { x: 1 }, list: [{ y: 1 }] }
    const { result } = transact<typeof base, unknown>(base, (draft) => {
      draft.at.x = 2
      draft.list.push({ y: 2 })
      return copyValue(draft)
    })
    expect(result).toEqual({ at: { x: 2 }, list: [{ y: 1 }, { y: 2 }] })
  })
})
