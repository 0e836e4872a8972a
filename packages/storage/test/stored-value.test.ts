import assert from 'node:assert/strict'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeValue, encodeValue } from '../src/stored-value.js'
import { readMessagePack } from './read-message-pack.js'
import { runsOf } from './runs.js'

// `__proto__` is refused; fast-check draws it now and then
const keys = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('constructor', 'toJSON', 'hasOwnProperty', 'prototype', '__proto', '0', ''),
  )
  .filter((key) => key !== '__proto__')

/** All that a value may be, except -0, which becomes 0. */
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.double().map((number) => (number === 0 ? 0 : number)),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(keys, tie('value'), { noNullPrototype: true }),
  ),
})).value

test('what comes back equals what was put, and any reader of MessagePack reads it', () => {
  const check = fc.property(values, (value) => {
    const bytes = encodeValue(value)
    // that of vitest takes a key `constructor` for the class of its object
    assert.deepStrictEqual(decodeValue(bytes), value)
    assert.deepStrictEqual(readMessagePack(bytes), value)
  })
  fc.assert(check, { numRuns: runsOf(500) })
})

const numbers: [what: string, bytes: string, value: number][] = [
  ['zero, whatever its sign', '00', -0],
  ['a number that is none', 'cb7ff8000000000000', Number.NaN],
  ['infinity', 'cb7ff0000000000000', Number.POSITIVE_INFINITY],
  ['the largest whole number', 'cb433fffffffffffff', Number.MAX_SAFE_INTEGER],
  ['the smallest number', 'cb0000000000000001', Number.MIN_VALUE],
]

test.each(numbers)('%s is kept as the bytes %s', (_, bytes, value) => {
  expect(Buffer.from(encodeValue(value)).toString('hex')).toBe(bytes)
  expect(decodeValue(Buffer.from(bytes, 'hex'))).toBe(value + 0)
})

const kept: [bytes: string, value: unknown][] = [
  [
    '8aa46e616d65a3416461a2c3bca4f09f9880a47461677394a161c0c3c2a16e9c007fcc80ccffcdffffceffffffffffe0d0dfd080d18000d280000000' +
      'a16697ca3fc00000cb3fb999999999999aca5a000000cad3800000ca7f800000caff800000ca7fc00000a464617461c40200ffa46e6f6e6590a565' +
      '6d70747980ab636f6e7374727563746f72a163a6746f4a534f4e01',
    {
      name: 'Ada',
      ü: '😀',
      tags: ['a', null, true, false],
      n: [0, 127, 128, 255, 65_535, 4_294_967_295, -1, -32, -33, -128, -32_768, -2_147_483_648],
      f: [1.5, 0.1, 2 ** 53, -(2 ** 40), Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
      data: Uint8Array.of(0, 255),
      none: [],
      empty: {},
      constructor: 'c',
      toJSON: 1,
    },
  ],
  [
    `83a474657874d928${'78'.repeat(40)}a46c697374dc0014000102030405060708090a0b0c0d0e0f10111213a46b657973de0011a26b3000a26b31` +
      '01a26b3202a26b3303a26b3404a26b3505a26b3606a26b3707a26b3808a26b3909a36b31300aa36b31310ba36b31320ca36b31330da36b31340ea3' +
      '6b31350fa36b313610',
    {
      text: 'x'.repeat(40),
      list: Array.from({ length: 20 }, (_, index) => index),
      keys: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, index])),
    },
  ],
]

test.each(kept)('what files hold that were written with shorter numbers is read: %#', (bytes, value) => {
  expect(decodeValue(Buffer.from(bytes, 'hex'))).toStrictEqual(value)
})

test('bytes come back as bytes of their own, and not as a part of what was read', () => {
  const bytes = encodeValue({ data: Uint8Array.of(1, 2) })
  const { data } = decodeValue(bytes) as { data: Uint8Array }
  expect(data.constructor).toBe(Uint8Array)
  data[0] = 9
  expect(decodeValue(bytes)).toEqual({ data: Uint8Array.of(1, 2) })
})

test('what is kept takes no more memory than its bytes', () => {
  const { byteOffset, byteLength, buffer } = encodeValue('x'.repeat(100_000))
  expect([byteOffset, byteLength]).toEqual([0, buffer.byteLength])
})

const foreign: [what: string, bytes: string][] = [
  ['nothing', ''],
  ['a byte that begins nothing', 'c1'],
  ['half a text', 'a568'],
  ['half an array', '9301'],
  ['half a number', 'cb3f'],
  ['more than one value', '0101'],
  ['a length without end', 'dd7fffffff'],
  ['undefined', 'd40000'],
  ['a time', 'd6ff00000000'],
  ['an extension that nobody knows', 'd4510a'],
  ['a map with a list for a key', '819001'],
  ['lists without end', '91'.repeat(100_000)],
]

test.each(foreign)('bytes that something else has written are refused with storage_failed: %s', (_, bytes) => {
  expect(() => decodeValue(new Uint8Array(Buffer.from(bytes, 'hex')))).toThrow(
    expect.objectContaining({ code: 'storage_failed', cause: expect.anything() }),
  )
})
