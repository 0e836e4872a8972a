import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readInts, writeInts } from '../../../src/codec/bits/ints.js'
import { TygaseError } from '../../../src/errors.js'
import { ByteReader, ByteWriter } from '../../../src/internal.js'
import { runsOf } from '../../support/runs.js'

function encode(values: readonly number[]): Uint8Array {
  const bytes = new ByteWriter()
  writeInts(bytes, Float64Array.from(values), values.length)
  return bytes.finish()
}

function decode(bytes: Uint8Array, count: number): number[] {
  const reader = new ByteReader(bytes)
  const values = new Float64Array(count)
  readInts(reader, count, values)
  reader.expectEnd()
  return [...values]
}

const repeat = (count: number, value: (index: number) => number): number[] =>
  Array.from({ length: count }, (_, i) => value(i))

describe('integers', () => {
  // each row is a list for which the named form is the shortest
  test.each([
    ['packed in no bits when all are the same', repeat(100, () => 7), 0x00],
    ['packed when they lie anywhere in a range', repeat(100, (i) => 1000 + ((i * 37) % 64)), 0x06],
    ['packed when a few lie far below zero, where each varint takes two bytes', [-5000, -1001, -3000, -4500], 0x0c],
    ['rice when most are near zero', repeat(64, (i) => (i % 16 === 0 ? -40 : (i % 5) - 2)), 0x20],
    ['varints when one is too large for bits', [1, 2 ** 40, -(2 ** 45)], 0x40],
    ['sparse when few are not zero', repeat(1000, (i) => (i % 250 === 3 ? 900 : 0)), 0x41],
  ])('are %s', (_name, values, form) => {
    const bytes = encode(values)
    expect(form === 0x20 ? bytes[0]! & 0xe0 : bytes[0]).toBe(form)
    expect(decode(bytes, values.length)).toEqual(values)
  })

  test('come back whatever they are', () => {
    const one = fc.oneof(
      fc.constant(0),
      fc.integer({ min: -3, max: 3 }),
      fc.integer({ min: -1000, max: 1000 }),
      fc.constantFrom(2 ** 30, -(2 ** 30), 2 ** 30 + 1, -(2 ** 30) - 1, 2 ** 51, -(2 ** 51)),
    )
    fc.assert(
      fc.property(fc.array(one, { maxLength: 200 }), (values) => {
        expect(decode(encode(values), values.length)).toEqual(values)
      }),
      { numRuns: runsOf(2000) },
    )
  })

  test('leave what comes after them, and refuse to end too early', () => {
    const one = fc.oneof(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -(2 ** 30), max: 2 ** 30 }))
    const list = fc.array(one, { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(list, list, fc.integer({ min: 1, max: 255 }), (first, second, last) => {
        const bytes = Uint8Array.of(...encode(first), ...encode(second), last)
        const reader = new ByteReader(bytes)
        for (const values of [first, second]) {
          const into = new Float64Array(values.length)
          readInts(reader, values.length, into)
          expect([...into]).toEqual(values)
        }
        expect(reader.readByte()).toBe(last)
        const alone = encode(first)
        for (let length = 0; length < alone.length; length++) {
          expect(() => decode(alone.subarray(0, length), first.length)).toThrow(TygaseError)
        }
      }),
      { numRuns: runsOf(1000) },
    )
  })

  test('never take much more than the varints that they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -(2 ** 29), max: 2 ** 29 }), { minLength: 1, maxLength: 100 }),
        (values) => {
          const plain = new ByteWriter()
          for (const value of values) plain.writeVarInt(value)
          expect(encode(values).length).toBeLessThanOrEqual(plain.length * 1.15 + 2)
        },
      ),
    )
  })

  test('take no bytes when there are none', () => {
    expect(encode([])).toHaveLength(0)
    expect(decode(new Uint8Array(0), 0)).toEqual([])
  })

  test('of hostile bytes are a coded error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 1000 }), (bytes, count) => {
        try {
          readInts(new ByteReader(bytes), count, new Float64Array(count))
        } catch (error) {
          if (!(error instanceof TygaseError)) throw error
        }
      }),
      { numRuns: runsOf(5000) },
    )
  })
})
