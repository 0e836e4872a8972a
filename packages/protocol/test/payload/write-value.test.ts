import { decodePayload, encodePayload } from '@tygase/protocol/payload'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { hexOf } from '../support/hex.js'

/** A MessagePack of others, to compare with. */
const packr = new Packr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' })

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(
      -32,
      -33,
      -128,
      -129,
      -32_768,
      -32_769,
      127,
      128,
      255,
      256,
      65_535,
      65_536,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
    ),
    fc.double().filter((value) => !Object.is(value, -0)),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 20, noNullPrototype: true },
    ),
  ),
})).value

describe('writing a payload', () => {
  it('is MessagePack that others read', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(packr.unpack(encodePayload(value))).toStrictEqual(value)
      }),
      { numRuns: 1000 },
    )
  })

  it('is mirrored by reading, which takes what others write too', () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(decodePayload(new Uint8Array(packr.pack(value)))).toStrictEqual(value)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    [null, 'c0'],
    [127, '7f'],
    [-32, 'e0'],
    [255, 'ccff'],
    [-33, 'd0df'],
    [65_535, 'cdffff'],
    [-32_768, 'd18000'],
    [4_294_967_295, 'ceffffffff'],
    [1.5, 'ca3fc00000'],
    ['hi', 'a26869'],
    [[1, [true]], '920191c3'],
    [{ a: 1, b: undefined }, '81a16101'],
    [new Uint8Array([1, 2]), 'c4020102'],
  ])('takes the fewest bytes: %j is %s', (value, hex) => {
    expect(hexOf(encodePayload(value)).replaceAll(' ', '')).toBe(hex)
  })
})
