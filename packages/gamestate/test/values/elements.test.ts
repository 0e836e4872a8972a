import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader } from '../../src/bytes/bytes.js'
import { elementsOf } from '../../src/values/elements.js'
import { decodeCounted, decodeValue, encodeValue } from '../../src/values/payload.js'
import { drawValue } from '../support/random-state.js'
import { refusal } from '../support/refusals.js'
import { runsOf } from '../support/runs.js'

test.each<[unknown, number]>([
  [undefined, 0],
  [null, 1],
  [true, 1],
  [2 ** 30 - 1, 1],
  [2 ** 30, 3],
  [0.5, 3],
  ['', 4],
  ['abcde', 6],
  [new Uint8Array(0), 26],
  [new Uint8Array(9), 28],
  [[], 7],
  [[[], [1]], 22],
  [{}, 8],
  [{ x: 1, y: 0.5 }, 8 + 10 + 12],
])('the elements of %j are %i', (value, elements) => {
  expect(elementsOf(value)).toBe(elements)
  expect(decodeCounted(encodeValue(value)).elements).toBe(elements)
})

test('a decoder counts the elements of the value that it returns', () => {
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      const { value, elements } = decodeCounted(encodeValue(drawValue(draw, 4, false)))
      expect(elements).toBe(elementsOf(value))
    }),
    { numRuns: runsOf(1000) },
  )
})

test('bytes of a payload never become more elements than the limit allows', () => {
  const mostElements = 200
  // bytes that begin containers come often
  const byte = fc.oneof(fc.constantFrom(0x11, 0x12, 0x13, 0x14, 0x17, 0x80, 0xe2, 0xef, 0xf1, 0xf2), fc.nat(255))
  fc.assert(
    fc.property(fc.array(byte, { minLength: 1, maxLength: 200 }), (bytes) => {
      let decoded: ReturnType<typeof decodeCounted>
      try {
        decoded = decodeCounted(Uint8Array.from(bytes), { maxPayloadElements: mostElements })
      } catch {
        return
      }
      expect(decoded.elements).toBe(elementsOf(decoded.value))
      expect(decoded.elements).toBeLessThanOrEqual(mostElements)
    }),
    { numRuns: runsOf(5000) },
  )
})

test.each<[string, unknown]>([
  ['arrays within arrays', Array.from({ length: 60_000 }, () => [])],
  ['empty objects', Array.from({ length: 60_000 }, () => ({}))],
  ['empty byte arrays', Array.from({ length: 30_000 }, () => new Uint8Array(0))],
  ['objects with a long key in common', Array.from({ length: 20_000 }, () => ({ ['k'.repeat(400)]: 1 }))],
])('few bytes that become much memory are refused at both ends: %s', (_, value) => {
  const bytes = encodeValue(value)
  expect(bytes.length).toBeLessThanOrEqual(64 * 1024)
  const fault = 'value_limit: payload: more than 262144 elements of 8 bytes'
  expect(refusal(() => decodeValue(bytes))).toBe(fault)
  expect(refusal(() => encodeValue(value, { maxPayloadElements: 262_144 }))).toContain('more than 262144 elements')
})

test.each<[string, unknown]>([
  ['integers', Array.from({ length: 60_000 }, (_, index) => index % 64)],
  ['texts', Array.from({ length: 5000 }, (_, index) => `a text ${index}`)],
  ['points', Array.from({ length: 5000 }, (_, index) => ({ x: index % 50, y: index % 20 }))],
  ['one long text', 'x'.repeat(65_000)],
  ['one long byte array', new Uint8Array(65_000)],
])('values that games send are within the limit: %s', (_, value) => {
  expect(decodeValue(encodeValue(value))).toEqual(value)
})

test('arrays within arrays cannot each claim the same bytes', () => {
  const bytes = new ByteReader(new Uint8Array(10))
  bytes.promise(8)
  expect(refusal(() => bytes.promise(8))).toBe('bytes_truncated: 16 of 10 bytes')
  // each of 30 arrays claims all bytes that are left
  const nested = Uint8Array.from(Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? 0x12 : 60 - at - 1)))
  expect(refusal(() => decodeValue(nested))).toBe('bytes_truncated: 113 of 56 bytes')
})
