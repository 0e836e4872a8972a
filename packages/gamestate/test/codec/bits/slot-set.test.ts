import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSlots, SlotList, writeSlots } from '../../../src/codec/bits/slot-set.js'
import { TygaseError } from '../../../src/errors.js'
import { ByteReader, ByteWriter } from '../../../src/internal.js'
import { runsOf } from '../../support/runs.js'

function encode(slots: readonly number[]): Uint8Array {
  const bytes = new ByteWriter()
  const list = new SlotList()
  for (const slot of slots) list.push(slot)
  writeSlots(bytes, list)
  return bytes.finish()
}

function decode(bytes: ByteReader, most: number, end: number): number[] {
  const { list, count } = readSlots(bytes, most, end)
  return [...list.subarray(0, count)]
}

const range = (start: number, end: number): number[] => Array.from({ length: end - start }, (_, i) => start + i)
const end = 1 << 21

describe('a set of slots', () => {
  test.each([
    ['runs for neighbours', range(0, 1000), 1],
    ['gaps for a few that are far apart', [5, 900, 40_000, 2_000_000], 0],
    ['one number for a few small ones', [0, 3, 4], 3],
    ['bits for many that are scattered', range(0, 64).filter((slot) => slot % 3 !== 0), 2],
  ])('is written as %s', (_name, slots, form) => {
    const bytes = encode(slots)
    expect(bytes[0]! & 3).toBe(form)
    expect(decode(new ByteReader(bytes), slots.length, end)).toEqual(slots)
  })

  test('comes back whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: end - 1 })), { minLength: 1 }),
        (some) => {
          const slots = some.toSorted((a, b) => a - b)
          const reader = new ByteReader(encode(slots))
          expect(decode(reader, slots.length, end)).toEqual(slots)
          reader.expectEnd()
        },
      ),
      { numRuns: runsOf(2000) },
    )
  })

  test('with more slots than there can be, or one beyond the end, is refused before anything is made', () => {
    expect(() => readSlots(new ByteReader(encode(range(0, 100))), 99, end)).toThrow(TygaseError)
    expect(() => readSlots(new ByteReader(encode([3, 70])), 10, 70)).toThrow('the bytes break the format')
    // a run of 2^40 slots in seven bytes
    expect(() => readSlots(new ByteReader(Uint8Array.of(5, 0, 255, 255, 255, 255, 31)), 1000, end)).toThrow(TygaseError)
  })

  test('of hostile bytes is a coded error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        try {
          const slots = readSlots(new ByteReader(bytes), 500, end)
          expect(slots.count).toBeLessThanOrEqual(500)
        } catch (error) {
          if (!(error instanceof TygaseError)) throw error
        }
      }),
      { numRuns: runsOf(5000) },
    )
  })
})
