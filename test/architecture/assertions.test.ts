import { describe, expect, it } from 'vitest'

/** Bytes on a buffer of their own, or in the middle of a larger one. */
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const inside = (...values: number[]): Uint8Array => Uint8Array.from([9, ...values, 9]).subarray(1, -1)

describe('an assertion about bytes', () => {
  it('takes equal ones as equal, by themselves and inside of values', () => {
    expect(inside(1, 2)).toEqual(bytes(1, 2))
    expect(inside(1, 2)).toStrictEqual(bytes(1, 2))
    expect({ list: [bytes()] }).toStrictEqual({ list: [inside()] })
  })

  it.each([
    ['another byte', bytes(1, 3)],
    ['a byte more', bytes(1, 2, 0)],
    ['a byte less', bytes(1)],
    ['no bytes', [1, 2]],
  ])('fails for %s', (_, other) => {
    expect(() => expect(bytes(1, 2)).toEqual(other)).toThrow(/to deeply equal/)
    expect(() => expect([bytes(1, 2)]).toStrictEqual([other])).toThrow(/to strictly equal/)
  })

  it('tells a Buffer from a Uint8Array, as vitest does', () => {
    expect(() => expect(Buffer.from([1, 2])).toEqual(bytes(1, 2))).toThrow()
    expect(() => expect(bytes(1, 2)).toStrictEqual(Buffer.from([1, 2]))).toThrow()
  })
})
